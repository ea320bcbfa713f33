#include "server/sts/web_identity.h"

#include "server/aws/arn.h"
#include "server/sts/answer.h"
#include "server/sts/assume_role.h"
#include "server/sts/credentials.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "server/sts/session_limits.h"
#include "server/sts/trust.h"
#include "server/sts/web_token.h"
#include "sigv4/encoding.h"

namespace keymill::sts {
namespace {

constexpr std::string_view kAction = "sts:AssumeRoleWithWebIdentity";

struct Assumed {
  store::Entity role;
  pipeline::Session session;
  std::optional<std::int64_t> packed_percent;
};

/// The caller with the condition keys that its provider's tokens give: HOST/PATH:sub and so on.
FederatedCaller CallerOf(const WebIdentity& identity) {
  FederatedCaller caller;
  caller.provider = identity.provider_arn;
  const std::string prefix = sigv4::lower(identity.provider_name) + ":";
  caller.claims.emplace_back(prefix + "sub", identity.claims.subject);
  caller.claims.emplace_back(prefix + "aud", identity.audience);
  for (const std::string& method : identity.claims.methods) caller.claims.emplace_back(prefix + "amr", method);
  caller.tags = identity.claims.tags;
  caller.transitive_tags = identity.claims.transitive_tags;
  caller.source_identity = identity.claims.source_identity;
  return caller;
}

bool Keeps(const StringRule& rule, const std::string& text) {
  const std::u32string points = aws::CodePoints(text);
  return points.size() >= rule.min && points.size() <= rule.max && (rule.matches == nullptr || rule.matches(points));
}

/// What the token asks for must be what a caller of AssumeRole could have asked for.
std::optional<aws::Error> CheckSessionClaims(const FederatedCaller& caller) {
  bool fine = caller.tags.size() <= kTags.max;
  for (const auto& [key, value] : caller.tags) fine = fine && Keeps(kTagKey.rule, key) && Keeps(kTagValue.rule, value);
  if (!caller.source_identity.empty()) fine = fine && Keeps(kSourceIdentity.rule, caller.source_identity);
  if (!fine) return aws::Error(IdpRejectedClaim, "The token's session tags or its source identity are not valid.");
  return CheckTags({caller.tags, caller.transitive_tags}, {});
}

std::optional<aws::Error> CheckTrust(const pipeline::Call& call, const std::optional<store::Entity>& role,
                                     const FederatedCaller& caller) {
  auto refused = [&](std::string_view action) { return !role || !TrustsFederated(call, *role, action, caller); };
  std::string_view lacking;
  if (!caller.source_identity.empty() && refused("sts:SetSourceIdentity")) lacking = "sts:SetSourceIdentity";
  if (!caller.tags.empty() && refused("sts:TagSession")) lacking = "sts:TagSession";
  if (refused(kAction)) lacking = kAction;
  if (lacking.empty()) return std::nullopt;
  return aws::Error(AccessDenied, "Not authorized to perform " + std::string(lacking));
}

}  // namespace

Task<Result<http::Response>> AssumeRoleWithWebIdentity(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string role_arn = form.required(kRoleArn);
  const std::string name = form.required(kRoleSessionName);
  const std::string token = form.required(kWebIdentityToken);
  const auto provider_id = form.optional(kProviderId);
  const SessionLimits limits = ReadLimits(form, kBriefPolicy);
  const std::int64_t seconds = form.integer(kRoleDuration).value_or(kDefaultRoleDuration);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckRoleArn(role_arn)) co_return *refusal;
  if (provider_id) {  // an OAuth 2.0 access token, which only its provider could read
    co_return aws::Error(InvalidIdentityToken, "Access tokens of " + *provider_id + " are not supported");
  }
  const std::string account(aws::Arn::Parse(role_arn)->account);
  const auto identity = co_await CheckWebToken(call, account, token);
  if (!identity) co_return identity.error();
  const FederatedCaller caller = CallerOf(*identity);
  if (auto refusal = CheckSessionClaims(caller)) co_return *refusal;

  auto assume = [&](const store::Reader& reader) -> Result<Assumed> {
    auto role = FindRole(reader, role_arn);
    if (auto refusal = CheckTrust(call, role, caller)) return *refusal;
    if (auto refusal = CheckRoleDuration(*role, seconds)) return *refusal;
    pipeline::Session session = RoleSession(*role, name);
    session.provider = caller.provider;
    session.claims = caller.claims;
    session.tags = caller.tags;
    session.transitive_tags = caller.transitive_tags;
    session.source_identity = caller.source_identity;
    auto packed = Pack(reader, limits, session);
    if (!packed) return packed.error();
    return Assumed{*std::move(role), std::move(session), packed->percent};
  };
  auto assumed = co_await call.read(assume);
  if (!assumed) co_return assumed.error();
  const Credentials credentials = Issue(call, assumed->session, seconds);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("SubjectFromWebIdentityToken", identity->claims.subject).text("Audience", identity->audience);
    WriteAssumedRole(xml, assumed->role, name);
    WriteCredentials(xml, credentials);
    xml.text("Provider", caller.provider);  // AWS's documentation says `iss`; AWS answers with the ARN
    xml.optional_text("SourceIdentity", caller.source_identity);
    if (assumed->packed_percent) xml.number("PackedPolicySize", *assumed->packed_percent);
  });
}

}  // namespace keymill::sts
