#include "server/sts/federated_session.h"

#include <algorithm>

#include "server/sts/assume_role.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"

namespace keymill::sts {
namespace {

struct Assumed {
  store::Entity role;
  pipeline::Session session;
};

bool Keeps(const StringRule& rule, const std::string& text) {
  const std::u32string points = aws::CodePoints(text);
  return points.size() >= rule.min && points.size() <= rule.max && (rule.matches == nullptr || rule.matches(points));
}

/// What the provider asks for must be what a caller of AssumeRole could have asked for.
std::optional<aws::Error> CheckSessionClaims(const FederatedCaller& caller) {
  bool fine = caller.tags.size() <= kTags.max;
  for (const auto& [key, value] : caller.tags) fine = fine && Keeps(kTagKey.rule, key) && Keeps(kTagValue.rule, value);
  if (!caller.source_identity.empty()) fine = fine && Keeps(kSourceIdentity.rule, caller.source_identity);
  if (!fine) return aws::Error(IdpRejectedClaim, "The session's tags or its source identity are not valid.");
  return CheckTags({caller.tags, caller.transitive_tags}, {});
}

std::optional<aws::Error> CheckTrust(const pipeline::Call& call, const std::optional<store::Entity>& role,
                                     std::string_view action, const FederatedCaller& caller) {
  auto refused = [&](std::string_view wanted) { return !role || !TrustsFederated(call, *role, wanted, caller); };
  std::string_view lacking;
  if (!caller.source_identity.empty() && refused("sts:SetSourceIdentity")) lacking = "sts:SetSourceIdentity";
  if (!caller.tags.empty() && refused("sts:TagSession")) lacking = "sts:TagSession";
  if (refused(action)) lacking = action;
  if (lacking.empty()) return std::nullopt;
  return aws::Error(AccessDenied, "Not authorized to perform " + std::string(lacking));
}

}  // namespace

Task<Result<FederatedSession>> AssumeFederated(pipeline::Call& call, const FederatedRequest& request,
                                               const FederatedCaller& caller) {
  if (auto refusal = CheckSessionClaims(caller)) co_return *refusal;
  auto assume = [&](const store::Reader& reader) -> Result<Assumed> {
    auto role = FindRole(reader, request.role_arn);
    if (auto refusal = CheckTrust(call, role, request.action, caller)) return *refusal;
    if (auto refusal = CheckRoleDuration(*role, request.seconds)) return *refusal;
    pipeline::Session session = RoleSession(*role, caller.session_name);
    session.provider = caller.provider;
    session.claims = caller.claims;
    session.tags = caller.tags;
    session.transitive_tags = caller.transitive_tags;
    session.source_identity = caller.source_identity;
    if (auto packed = Pack(reader, request.limits, session); !packed) return packed.error();
    return Assumed{*std::move(role), std::move(session)};
  };
  auto assumed = co_await call.read(assume);
  if (!assumed) co_return assumed.error();
  const std::int64_t seconds = std::min(request.seconds, request.longest);
  auto credentials = Issue(call, assumed->session, seconds, request.least);
  if (!credentials) co_return credentials.error();
  co_return FederatedSession{std::move(assumed->role), *std::move(credentials)};
}

}  // namespace keymill::sts
