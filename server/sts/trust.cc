#include "server/sts/trust.h"

#include <map>
#include <vector>

#include "server/aws/arn.h"
#include "server/iam/holders.h"
#include "server/iam/trust_policy.h"
#include "server/pipeline/circumstances.h"
#include "server/pipeline/policies.h"
#include "server/pipeline/sessions.h"
#include "server/sts/errors.h"
#include "sigv4/encoding.h"

namespace keymill::sts {
namespace {

pipeline::Circumstances CircumstancesOf(const pipeline::Call& call, const pipeline::Params& params) {
  return {call.request(), params, call.now(), call.services().config.region, call.presigned()};
}

bool Allows(const policy::Document& trust, const policy::Principal& principal, policy::Policies policies,
            const store::Entity& role, std::string_view action, const policy::Context& context) {
  policies.resource = &trust;
  policies.resource_account = role.account;
  policies.resource_must_allow = true;
  const std::string role_arn = iam::EntityArn(role);
  return policy::Evaluate(principal, policies, policy::Request(action, role_arn, context)).allowed();
}

}  // namespace

std::optional<store::Entity> FindRole(const store::Reader& reader, std::string_view role_arn) {
  const auto arn = aws::Arn::Parse(role_arn);
  if (!arn) return std::nullopt;
  auto role = store::FindEntity(reader, store::EntityKind::kRole, arn->account, arn->name());
  if (!role || iam::EntityArn(*role) != role_arn) return std::nullopt;
  return role;
}

std::optional<aws::Error> CheckRoleArn(const std::string& text) {
  const auto arn = aws::Arn::Parse(text);
  if (arn && arn->service == "iam" && arn->region.empty() && arn->account.size() == 12) return std::nullopt;
  return aws::Error(ValidationError, text + " is invalid");
}

bool Trusts(const pipeline::Call& call, const store::Entity& role, std::string_view action, bool with_mfa) {
  const pipeline::Identity& caller = call.identity();
  if (!pipeline::WithinSession(caller, action)) return false;
  const auto trust = iam::TrustPolicyOf(role);
  if (!trust) return false;

  const pipeline::PoliciesOf own(caller);
  std::vector<std::string> wanted = trust->context_keys();
  wanted.insert(wanted.end(), own.context_keys().begin(), own.context_keys().end());
  policy::Context context = pipeline::ConditionContext(wanted, caller, CircumstancesOf(call, call.params()));
  if (with_mfa) {
    context.set("aws:multifactorauthpresent", "true");
    context.set("aws:multifactorauthage", "0");
  }
  return Allows(*trust, pipeline::PrincipalOf(caller), own.policies(), role, action, context);
}

bool TrustsFederated(const pipeline::Call& call, const store::Entity& role, std::string_view action,
                     const FederatedCaller& caller) {
  const auto trust = iam::TrustPolicyOf(role);
  if (!trust) return false;
  static const pipeline::Identity kNobody;  // keys of the caller come from its provider alone
  static const pipeline::Params kNoParameters;
  policy::Context context =
      pipeline::ConditionContext(trust->context_keys(), kNobody, CircumstancesOf(call, kNoParameters));
  context.set("aws:federatedprovider", caller.provider);
  context.set("sts:rolesessionname", caller.session_name);
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& [key, value] : caller.claims) keys[key].push_back(value);
  for (const auto& [key, value] : caller.trust_claims) keys[key].push_back(value);
  for (const auto& [key, value] : caller.tags) {
    keys["aws:requesttag/" + sigv4::lower(key)].push_back(value);
    keys["aws:tagkeys"].push_back(key);
  }
  if (!caller.transitive_tags.empty()) keys["sts:transitivetagkeys"] = caller.transitive_tags;
  if (!caller.source_identity.empty()) keys["sts:sourceidentity"] = {caller.source_identity};
  for (auto& [key, values] : keys) context.set(key, std::move(values));

  policy::Principal principal;
  principal.kind = policy::Principal::Kind::kFederated;
  principal.arn = caller.provider;
  return Allows(*trust, principal, {}, role, action, context);
}

aws::Error NotTrusted(const pipeline::Identity& caller, std::string_view action, std::string_view role_arn) {
  std::string text = "User: " + caller.arn + " is not authorized to perform: ";
  return {AccessDenied, text.append(action).append(" on resource: ").append(role_arn)};
}

}  // namespace keymill::sts
