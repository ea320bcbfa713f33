#include "server/pipeline/authenticate.h"

#include "server/pipeline/auth_errors.h"
#include "server/pipeline/explanations.h"
#include "server/pipeline/sessions.h"
#include "sigv4/encoding.h"
#include "sigv4/verify.h"

namespace keymill::pipeline {
namespace {

// Each I/O thread verifies one request at a time, from start to end.
struct ThreadState {
  sigv4::Verifier verifier;
  sigv4::SigningKeyCache cache;
};

ThreadState& State() {
  thread_local ThreadState state;
  return state;
}

std::string_view ServiceName(Service service) {
  switch (service) {
    case Service::kS3:
      return "s3";
    case Service::kIam:
      return "iam";
    case Service::kSts:
      return "sts";
    case Service::kControl:
      return "keymill";
  }
  return {};
}

// IAM is a global service signed for us-east-1, STS has a global endpoint signed for it, and some clients sign
// `aws-global` for both (aws-facts A11, F). So these regions are right beside the endpoint's own.
bool IsGlobalRegion(std::string_view region) {
  return region == "us-east-1" || region == "aws-global";
}

sigv4::Expectation Expect(const Services& services, const AuthenticationInput& input) {
  sigv4::Expectation expectation;
  expectation.options = input.service == Service::kS3 ? sigv4::kS3 : sigv4::kService;
  expectation.service = ServiceName(input.service);
  expectation.region = services.config.region;
  expectation.now = input.now / 1000;
  expectation.virtual_bucket = input.virtual_bucket;
  expectation.allow_sigv2 = services.config.sigv2;
  return expectation;
}

aws::Error Mismatch(const Services& services, const AuthenticationInput& input, const sigv4::Verifier& verifier,
                    const Credential& credential) {
  auto error = AuthError(verifier, input.service, input.now);
  if (verifier.failure().reason != sigv4::Reason::SignatureMismatch) return error;
  const std::string body = input.body ? sigv4::hex(*input.body) : std::string();
  auto line =
      services.explanations.explain(verifier, services.identities, credential, input.request_id, body, input.now);
  if (line && services.config.explain_header) error.with_header("x-keymill-explain", std::move(*line));
  return error;
}

/// The verifier's first stage: all that needs no key.
Result<> Examine(const Services& services, const AuthenticationInput& input, sigv4::Verifier& verifier) {
  auto expectation = Expect(services, input);
  if (input.form != nullptr) {
    verifier.examine_post(*input.form, expectation);
  } else {
    verifier.examine(input.request.view(), expectation);
  }
  if (input.service != Service::kS3 && (verifier.failure().scope_faults & sigv4::ScopeFault::kRegion) != 0 &&
      IsGlobalRegion(verifier.claim().scope.region)) {
    const std::string_view region = verifier.claim().scope.region;
    expectation.region = region == "us-east-1" ? "us-east-1" : "aws-global";
    verifier.examine(input.request.view(), expectation);
  }
  return verifier.failure() ? Result<>(AuthError(verifier, input.service, input.now)) : Result<>();
}

}  // namespace

Result<bool> CheckClaim(const Services& services, const AuthenticationInput& input) {
  sigv4::Verifier& verifier = State().verifier;
  if (auto examined = Examine(services, input, verifier); !examined) return examined.error();
  if (verifier.claim().form == sigv4::Form::Anonymous) {
    return input.unsigned_allowed ? Result<bool>(false) : MissingAuthentication();
  }
  const auto found = FindCredential(services, input.service, verifier.claim(), input.now);
  return found ? Result<bool>(true) : found.error();
}

Result<Authenticated> Authenticate(const Services& services, const AuthenticationInput& input) {
  auto& [verifier, cache] = State();
  const auto examined = Examine(services, input, verifier);
  if (!examined) return examined.error();
  const sigv4::Expectation& expectation = verifier.expectation();
  const auto& claim = verifier.claim();
  Authenticated result;
  if (claim.form == sigv4::Form::Anonymous) {
    if (input.service != Service::kS3 && !input.unsigned_allowed) return MissingAuthentication();
  } else {
    auto found = FindCredential(services, input.service, claim, input.now);
    if (!found) return std::move(found.error());
    result.credential = *std::move(found);
    if (verifier.verify(result.credential->material, cache, input.body)) {
      return Mismatch(services, input, verifier, *result.credential);
    }
    if (auto refusal = AfterSignature(*result.credential, input.service, claim)) return *std::move(refusal);
    auto region = claim.scope.region.empty() ? std::string_view(services.config.region) : claim.scope.region;
    if (result.credential->usage) result.credential->usage->record(input.now, expectation.service, region);
  }
  const auto& payload = claim.payload;
  if (payload.kind == sigv4::PayloadHash::Kind::Digest) result.body_sha256.emplace(payload.text);
  if (payload.kind == sigv4::PayloadHash::Kind::Streaming) {
    auto& chunked = result.chunked.emplace();
    chunked.hash = payload;
    chunked.access_key_id = claim.access_key_id;
    chunked.canonical_request = verifier.canonical_request();
    if (payload.signed_chunks) chunked.seed.emplace(verifier, result.credential->material, cache);
  }
  result.presigned = claim.form == sigv4::Form::Query || claim.form == sigv4::Form::SigV2Query;
  return result;
}

}  // namespace keymill::pipeline
