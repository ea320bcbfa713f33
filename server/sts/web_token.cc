#include "server/sts/web_token.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "server/federation/issuer_keys.h"
#include "server/iam/oidc_providers.h"
#include "server/iam/token_issuer.h"
#include "server/log.h"
#include "server/sts/errors.h"
#include "server/sts/federated_session.h"

namespace keymill::sts {
namespace {

using federation::Claims;
using federation::IssuerFailure;
using federation::Jwt;

constexpr std::size_t kMaxSubject = 255;   // of the service model's SubjectFromWebIdentityToken
constexpr std::size_t kMaxMethods = 1024;  // of all `amr` together: they stay with the session, whose token is a header
constexpr std::string_view kNoKeyMessage =  // with AWS's two spaces
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity "
    "documentation for requirements";

std::optional<aws::Error> CheckRequired(const Claims& claims) {
  std::string_view missing;
  if (!claims.expires) missing = "exp";
  if (claims.audiences.empty() && claims.authorized_party.empty()) missing = "aud";
  if (claims.subject.empty()) missing = "sub";
  if (claims.issuer.empty()) missing = "iss";
  if (missing.empty()) return std::nullopt;
  return aws::Error(InvalidIdentityToken, "Missing a required claim: " + std::string(missing));
}

/// The party that the token was given to, or whom it is for.
std::optional<std::string> FindAudience(const Claims& claims, const std::vector<std::string>& clients) {
  const auto known = [&](const std::string& name) {
    return std::find(clients.begin(), clients.end(), name) != clients.end();
  };
  if (!claims.authorized_party.empty() && known(claims.authorized_party)) return claims.authorized_party;
  const auto found = std::find_if(claims.audiences.begin(), claims.audiences.end(), known);
  return found == claims.audiences.end() ? std::nullopt : std::optional(*found);
}

std::optional<aws::Error> CheckTimes(const Claims& claims, std::int64_t now) {
  if (now >= *claims.expires) {
    return aws::Error(ExpiredToken, "Token expired: current date/time " + std::to_string(now) +
                                        " must be before the expiration date/time " + std::to_string(*claims.expires));
  }
  const std::int64_t begins = std::max(claims.not_before.value_or(0), claims.issued.value_or(0));
  if (begins <= now + kClockSkew) return std::nullopt;
  return aws::Error(IdpRejectedClaim, "Token is not valid yet: current date/time " + std::to_string(now) +
                                          " must not be before the date/time " + std::to_string(begins));
}

std::optional<aws::Error> CheckSizes(const Claims& claims) {
  std::size_t methods = 0;
  for (const std::string& method : claims.methods) methods += method.size() + 1;
  if (claims.subject.size() <= kMaxSubject && methods <= kMaxMethods) return std::nullopt;
  return aws::Error(IdpRejectedClaim, "The claims sub and amr may have " + std::to_string(kMaxSubject) + " and " +
                                          std::to_string(kMaxMethods) + " octets at most");
}

/// Against the keys that were registered for the provider, or else `own`, those of an account of this server, or else
/// those that its issuer publishes.
Task<Jwt::Signature> Verify(pipeline::Call& call, const store::Item& provider, const std::optional<std::string>& own,
                            const Jwt& jwt) {
  if (!provider.document.empty()) co_return jwt.verify(provider.document);
  if (own) co_return jwt.verify(*own);
  const std::vector<std::string> thumbprints = iam::Thumbprints(provider);
  const federation::Issuer issuer{jwt.claims().issuer, thumbprints};
  federation::IssuerKeys& keys = call.services().issuer_keys;
  auto known = co_await keys.get(issuer, call.now());
  const Jwt::Signature signature = jwt.verify(*known);
  if (signature != Jwt::Signature::kNoKey) co_return signature;
  const auto newer = co_await keys.get_newer(issuer, known, call.now());
  co_return jwt.verify(*newer);
}

std::optional<aws::Error> Refusal(Jwt::Signature signature, const Jwt& jwt) {
  switch (signature) {
    case Jwt::Signature::kValid:
      return std::nullopt;
    case Jwt::Signature::kUnsupported:
      return aws::Error(InvalidIdentityToken,
                        "Unsupported signing algorithm: " + std::string(jwt.algorithm()).substr(0, 20));
    case Jwt::Signature::kNoKey:
      return aws::Error(InvalidIdentityToken, std::string(kNoKeyMessage));
    case Jwt::Signature::kInvalid:
      break;
  }
  return aws::Error(InvalidIdentityToken, "Token signature is invalid");
}

/// AWS says of an issuer that answers badly what it says of a key that is missing; that it is another's server, as in
/// issue 357 of configure-aws-credentials.
aws::Error Refusal(const IssuerFailure& failure) {
  switch (failure.kind) {
    case IssuerFailure::Kind::kUntrusted:
      return {InvalidIdentityToken, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"};
    case IssuerFailure::Kind::kNoKeys:
      return {InvalidIdentityToken, std::string(kNoKeyMessage)};
    case IssuerFailure::Kind::kUnreachable:
      break;
  }
  return {IdpCommunicationError, failure.what()};
}

}  // namespace

Task<Result<WebIdentity>> CheckWebToken(pipeline::Call& call, const std::string& account, const std::string& token) {
  const auto jwt = Jwt::Parse(token);
  if (!jwt) {
    co_return aws::Error(
        InvalidIdentityToken,
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  }
  const Claims& claims = jwt->claims();
  if (auto refusal = CheckRequired(claims)) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return iam::FindOidcProvider(reader, account, claims.issuer); };
  const auto provider = co_await call.read(find);
  if (!provider) {
    co_return aws::Error(InvalidIdentityToken, "No OpenIDConnect provider found in your account for " + claims.issuer);
  }
  auto audience = FindAudience(claims, iam::ClientIds(*provider));
  if (!audience) co_return aws::Error(InvalidIdentityToken, "Incorrect token audience");
  auto find_own = [&](const store::Reader& reader) { return iam::FindTokenIssuerKeysByUrl(reader, claims.issuer); };
  const auto own = co_await call.read(find_own);
  if (own && claims.audiences.size() > 1) {  // as AWS says of tokens of GetWebIdentityToken
    co_return aws::Error(InvalidIdentityToken, "Token must have exactly one audience");
  }
  std::optional<IssuerFailure> failed;
  std::optional<aws::Error> refusal;
  try {
    const Jwt::Signature signature = co_await Verify(call, *provider, own, *jwt);
    refusal = Refusal(signature, *jwt);
  } catch (const IssuerFailure& failure) {
    failed = failure;
  }
  if (failed) {
    log::Info("the keys of an identity provider cannot be fetched",
              {{"provider", provider->name}, {"reason", failed->what()}});
    refusal = Refusal(*failed);
    if (call.services().config.explain_header) refusal->with_header("x-keymill-explain", failed->what());
  }
  if (refusal) co_return *refusal;
  if (auto untimely = CheckTimes(claims, call.now() / 1000)) co_return *untimely;
  if (auto oversized = CheckSizes(claims)) co_return *oversized;
  co_return WebIdentity{iam::OidcProviderArn(*provider), provider->name, *std::move(audience), claims};
}

}  // namespace keymill::sts
