#include "server/sts/identity_token.h"

#include <algorithm>
#include <iterator>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/federation/identity_claims.h"
#include "server/federation/jwt.h"
#include "server/http/request.h"
#include "server/iam/organization.h"
#include "server/iam/token_issuer.h"
#include "server/pipeline/permissions.h"
#include "server/sts/answer.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "server/sts/session_limits.h"
#include "server/sts/trust.h"

namespace keymill::sts {
namespace {

using pipeline::Identity;

constexpr std::int64_t kDefaultTokenDuration = 300;
/// Octets of claims. AWS does not tell its limit; this one keeps a token below the 20000 characters that
/// AssumeRoleWithWebIdentity takes.
constexpr std::size_t kMaxClaims = 14000;

struct TokenRequest {
  std::vector<std::string> audiences;
  std::int64_t seconds = kDefaultTokenDuration;
  std::string algorithm;
  SessionTags tags;
};

Result<TokenRequest> Read(const pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  TokenRequest request;
  request.audiences = form.strings(kAudience, kAudienceRule, 1);
  request.seconds = form.integer(kTokenDuration).value_or(kDefaultTokenDuration);
  request.algorithm = form.required(kSigningAlgorithm);
  request.tags.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  const auto& known = iam::kTokenAlgorithms;
  if (std::find(std::begin(known), std::end(known), request.algorithm) == std::end(known)) {
    return aws::Error(ValidationError, "Unsupported signing algorithm: " + request.algorithm);
  }
  if (auto refusal = CheckTags(request.tags, {})) return *refusal;
  return request;
}

/// The principal's, where a session's win over those of the role or user.
store::StringPairs PrincipalTags(const Identity& caller) {
  store::StringPairs tags;
  if (caller.session) tags = caller.session->facts.tags;
  if (!caller.permissions) return tags;
  for (const auto& tag : caller.permissions->tags) {
    const bool hidden = std::any_of(tags.begin(), tags.end(),
                                    [&](const auto& t) { return http::EqualsIgnoreCase(t.first, tag.first); });
    if (!hidden) tags.push_back(tag);
  }
  return tags;
}

federation::IdentityClaims ClaimsOf(const pipeline::Call& call, const TokenRequest& request, std::string issuer) {
  const Identity& caller = call.identity();
  federation::IdentityClaims claims;
  claims.issuer = std::move(issuer);
  claims.id = aws::NewUuid();
  claims.subject = caller.role_arn.empty() ? caller.arn : caller.role_arn;
  claims.audiences = request.audiences;
  claims.issued = call.now() / 1000;
  claims.expires = claims.issued + request.seconds;
  claims.account = caller.account;
  claims.region = call.services().config.region;
  claims.organization = iam::OrganizationId(call.services().config.account_id);
  if (caller.session) {
    claims.session_expires = aws::IsoSeconds(caller.session->facts.expires);
    claims.provider = caller.session->facts.provider;
  }
  claims.principal_tags = PrincipalTags(caller);
  claims.request_tags = request.tags.tags;
  return claims;
}

}  // namespace

Task<Result<http::Response>> GetWebIdentityToken(pipeline::Call& call) {
  const auto request = Read(call);
  if (!request) co_return request.error();
  if (!request->tags.tags.empty()) {
    if (auto refusal = CheckAlso(call, "sts:TagGetWebIdentityToken", "*")) co_return *refusal;
  }
  const Identity& caller = call.identity();
  auto find = [&](const store::Reader& reader) { return iam::FindEnabledTokenIssuer(reader, caller.account); };
  auto issuer = co_await call.read(find);
  if (!issuer) co_return aws::Error(OutboundFederationDisabled);
  const federation::IdentityClaims claims = ClaimsOf(call, *request, *std::move(issuer));
  if (caller.session && claims.expires > caller.session->facts.expires / 1000) {
    co_return aws::Error(SessionDurationEscalation);
  }
  const std::string text = federation::Serialize(claims);
  if (text.size() > kMaxClaims) co_return aws::Error(JwtPayloadSizeExceeded);
  auto sign = [&](const store::Reader& reader) {
    const iam::TokenKey key = iam::RequireTokenKey(reader, caller.account, request->algorithm);
    return federation::SignJwt(key.key, *crypto::FindSigningAlgorithm(request->algorithm), key.id, text);
  };
  const std::string token = co_await call.read(sign);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("WebIdentityToken", token).text("Expiration", aws::IsoSeconds(claims.expires * 1000));
  });
}

}  // namespace keymill::sts
