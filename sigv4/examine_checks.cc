// The checks that stage 1 of verification makes, whatever the form, and the POST form, which has no headers to look at.
#include <algorithm>

#include "sigv4/encoding.h"
#include "sigv4/verify.h"

namespace keymill::sigv4 {
namespace {

constexpr std::string_view kTerminator = "aws4_request";

bool is_amz(std::string_view header) {
  return !header.empty() && to_lower(header.front()) == 'x' && starts_with_ignoring_case(header, "x-amz-");
}

}  // namespace

Failure Verifier::check_credential() {
  if (!parse_credential(claim_)) return {.reason = Reason::CredentialMalformed, .subject = claim_.credential};
  const CredentialScope& scope = claim_.scope;
  if (scope.terminator != kTerminator) return {.reason = Reason::ScopeTerminator, .subject = scope.terminator};
  if (!is_scope_date(scope.date)) return {.reason = Reason::ScopeDateMalformed, .subject = scope.date};
  return {};
}

Failure Verifier::check_scope(std::string_view sent_date) {
  const CredentialScope& scope = claim_.scope;
  if (claim_.algorithm == Algorithm::EcdsaP256) {
    if (!region_set_matches(claim_.region_set, expectation_.region)) {
      return {.reason = Reason::ScopeRegion, .subject = claim_.region_set, .expected = expectation_.region};
    }
  } else if (!expectation_.region.empty() && scope.region != expectation_.region) {
    return {.reason = Reason::ScopeRegion, .subject = scope.region, .expected = expectation_.region};
  }
  if (scope.service != expectation_.service) {
    return {.reason = Reason::ScopeService, .subject = scope.service, .expected = expectation_.service};
  }
  if (scope.date != view(claim_.iso_date).substr(0, 8)) {
    return {.reason = Reason::ScopeDateMismatch, .subject = scope.date, .expected = sent_date};
  }
  return {};
}

Failure Verifier::check_all_of_scope() {
  const CredentialScope& scope = claim_.scope;
  const bool ecdsa = claim_.algorithm == Algorithm::EcdsaP256;
  const bool any = expectation_.region.empty();
  std::uint8_t faults = 0;
  // In the order in which the services list them; the first is the failure's own.
  Failure failure;
  const auto report = [&](Reason reason, std::uint8_t fault, std::string_view subject, std::string_view expected) {
    if (faults == 0) failure = {.reason = reason, .subject = subject, .expected = expected};
    faults |= fault;
  };
  if (ecdsa ? !region_set_matches(claim_.region_set, expectation_.region)
            : !any && scope.region != expectation_.region) {
    report(Reason::ScopeRegion, ScopeFault::kRegion, ecdsa ? claim_.region_set : scope.region, expectation_.region);
  }
  if (scope.service != expectation_.service) {
    report(Reason::ScopeService, ScopeFault::kService, scope.service, expectation_.service);
  }
  if (scope.terminator != kTerminator) {
    report(Reason::ScopeTerminator, ScopeFault::kTerminator, scope.terminator, kTerminator);
  }
  if (scope.date != view(claim_.iso_date).substr(0, 8)) {
    report(Reason::ScopeDateMismatch, ScopeFault::kDate, scope.date, claim_.date);
  }
  failure.scope_faults = faults;
  return failure;
}

Failure Verifier::check_signed_headers() {
  if (expectation_.options.dialect != Dialect::S3) {
    if (!signed_headers_.contains("host")) return {.reason = Reason::HostNotSigned};
    if (claim_.token_source == TokenSource::Header && !claim_.token_signed) return {.reason = Reason::TokenNotSigned};
    return {};
  }
  unsigned_.clear();
  if (!signed_headers_.contains("host")) unsigned_.emplace_back("host");
  for (std::size_t i = 0; i < request_.headers.size(); ++i) {
    const std::string_view header = request_.headers[i].name;
    if (signed_headers_.is_signed(i) || !is_amz(header)) continue;
    if (!equals_ignoring_case(header, "x-amz-content-sha256")) unsigned_.push_back(header);
  }
  if (unsigned_.empty()) return {};
  names_.clear();
  std::vector<std::string> names;
  for (const std::string_view header : unsigned_) names.push_back(lower(header));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& text : names) {
    if (!names_.empty()) names_ += ", ";
    names_ += text;
  }
  return {.reason = Reason::HeadersNotSigned, .subject = names_};
}

Failure Verifier::check_window() {
  const std::int64_t skew = expectation_.max_skew_seconds;
  const bool old = claim_.request_time < expectation_.now - skew;
  const bool future = claim_.request_time > expectation_.now + skew;
  if (!old && !future) return {};
  if (expectation_.options.dialect == Dialect::S3) {
    return {.reason = Reason::RequestTimeTooSkewed, .subject = claim_.date};
  }
  return {.reason = old ? Reason::SignatureExpired : Reason::SignatureNotYetCurrent, .subject = claim_.date};
}

bool Verifier::take_date(std::string_view text, bool http_date_too) {
  claim_.date = text;
  if (const auto time = parse_iso_basic(text)) {
    claim_.request_time = *time;
    std::copy(text.begin(), text.end(), claim_.iso_date.begin());
    return true;
  }
  const auto time = http_date_too ? parse_http_date(text) : std::nullopt;
  if (!time) return false;
  claim_.request_time = *time;
  claim_.iso_date = format_iso_basic(*time);
  return true;
}

const Failure& Verifier::examine_post(const PostForm& form, const Expectation& expectation) {
  start({}, expectation);
  query_.parse({});
  claim_.policy = form.policy.value_or("");
  claim_.payload = {.kind = PayloadHash::Kind::Unsigned, .text = kUnsignedPayload};
  const auto require = [](const std::optional<std::string_view>& field, std::string_view field_name) {
    return field ? Failure{} : Failure{.reason = Reason::FormFieldMissing, .subject = field_name};
  };
  const auto take_token = [&] {
    if (!form.security_token) return;
    claim_.session_token = *form.security_token;
    claim_.token_source = TokenSource::Form;
    claim_.token_signed = true;  // the policy must cover the field
    claim_.token_conflict = form.security_token_conflict;
  };
  if (form.algorithm || form.credential || form.date || form.signature) {
    claim_.form = Form::Post;
    if (const Failure missing = require(form.algorithm, "X-Amz-Algorithm")) return conclude(missing);
    if (const Failure missing = require(form.credential, "X-Amz-Credential")) return conclude(missing);
    if (const Failure missing = require(form.date, "X-Amz-Date")) return conclude(missing);
    if (const Failure missing = require(form.policy, "policy")) return conclude(missing);
    if (const Failure missing = require(form.signature, "X-Amz-Signature")) return conclude(missing);
    if (*form.algorithm != kHmacSha256Name) {
      return conclude({.reason = Reason::AlgorithmUnsupported, .subject = *form.algorithm});
    }
    claim_.credential = *form.credential;
    claim_.signature = *form.signature;
    take_token();
    if (const Failure failure = check_credential()) return conclude(failure);
    if (!take_date(*form.date, false)) return conclude({.reason = Reason::DateMalformed, .subject = *form.date});
    return conclude(check_scope(*form.date));
  }
  if (form.aws_access_key_id || form.v2_signature) {
    claim_.form = Form::SigV2Post;
    claim_.algorithm = Algorithm::HmacSha1;
    if (!expectation.allow_sigv2) return conclude({.reason = Reason::SigV2NotAllowed});
    if (const Failure missing = require(form.aws_access_key_id, "AWSAccessKeyId")) return conclude(missing);
    if (const Failure missing = require(form.policy, "policy")) return conclude(missing);
    if (const Failure missing = require(form.v2_signature, "Signature")) return conclude(missing);
    claim_.access_key_id = *form.aws_access_key_id;
    claim_.signature = *form.v2_signature;
    take_token();
    return failure_;
  }
  // A policy alone was meant to be signed: what is missing is the older form's first field where that form is taken.
  if (form.policy) {
    return conclude({.reason = Reason::FormFieldMissing,
                     .subject = expectation.allow_sigv2 ? "AWSAccessKeyId" : "X-Amz-Algorithm"});
  }
  return failure_;
}

}  // namespace keymill::sigv4
