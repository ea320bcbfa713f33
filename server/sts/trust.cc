#include "server/sts/trust.h"

#include <map>
#include <vector>

#include "server/aws/arn.h"
#include "server/iam/holders.h"
#include "server/iam/trust_policy.h"
#include "server/pipeline/authorize.h"
#include "server/pipeline/circumstances.h"
#include "server/pipeline/policies.h"
#include "server/pipeline/sessions.h"
#include "server/sts/errors.h"
#include "sigv4/encoding.h"

namespace keymill::sts {
namespace {

/// `role`: whose tags policies may ask for, if the request is about one.
pipeline::Circumstances CircumstancesOf(const pipeline::Call& call, const pipeline::Params& params,
                                        const store::Entity* role) {
  pipeline::Circumstances circumstances{call.request(), params, call.now(), call.services().config.region,
                                        call.presigned()};
  if (role != nullptr) circumstances.resource_tags = &role->tags;
  return circumstances;
}

bool IsArnOf(std::string_view kind, std::string_view text) {
  const auto arn = aws::Arn::Parse(text);
  return arn && arn->partition == "aws" && arn->service == "iam" && arn->region.empty() && arn->account.size() == 12 &&
         arn->resource.starts_with(kind) && !arn->name().empty();
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

std::optional<aws::Error> CheckRequestArn(std::string_view text) {
  if (IsArnOf("role/", text)) return std::nullopt;
  return aws::Error(ValidationError, "Request ARN is invalid");
}

std::optional<aws::Error> CheckPrincipalArn(std::string_view text) {
  if (IsArnOf("saml-provider/", text)) return std::nullopt;
  return aws::Error(ValidationError, "Principal ARN is invalid");
}

bool Trusts(const pipeline::Call& call, const store::Entity& role, std::string_view action, bool with_mfa) {
  const pipeline::Identity& caller = call.identity();
  if (!pipeline::WithinSession(caller, action)) return false;
  const auto trust = iam::TrustPolicyOf(role);
  if (!trust) return false;

  const pipeline::PoliciesOf own(caller);
  std::vector<std::string> wanted = trust->context_keys();
  wanted.insert(wanted.end(), own.context_keys().begin(), own.context_keys().end());
  policy::Context context = pipeline::ConditionContext(wanted, caller, CircumstancesOf(call, call.params(), &role));
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
      pipeline::ConditionContext(trust->context_keys(), kNobody, CircumstancesOf(call, kNoParameters, &role));
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

std::optional<aws::Error> CheckAlso(const pipeline::Call& call, std::string_view action, std::string_view resource) {
  const pipeline::Operation also{call.route().operation->name, action};
  const auto decision =
      pipeline::Decide(call.identity(), also, resource, CircumstancesOf(call, call.params(), nullptr));
  if (decision.allowed()) return std::nullopt;
  return pipeline::Denial(call.identity(), also, resource, pipeline::Service::kSts, decision);
}

aws::Error NotTrusted(const pipeline::Identity& caller, std::string_view action, std::string_view role_arn) {
  std::string text = "User: " + caller.arn + " is not authorized to perform: ";
  return {AccessDenied, text.append(action).append(" on resource: ").append(role_arn)};
}

}  // namespace keymill::sts
