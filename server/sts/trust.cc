#include "server/sts/trust.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/iam/holders.h"
#include "server/pipeline/circumstances.h"
#include "server/pipeline/policies.h"
#include "server/pipeline/sessions.h"
#include "server/sts/errors.h"

namespace keymill::sts {

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
  auto parsed = policy::Document::Parse(role.document, policy::Kind::kTrust);
  const auto* trust = std::get_if<policy::Document>(&parsed);
  if (trust == nullptr) return false;

  const pipeline::PoliciesOf own(caller);
  std::vector<std::string> wanted = trust->context_keys();
  wanted.insert(wanted.end(), own.context_keys().begin(), own.context_keys().end());
  const pipeline::Circumstances circumstances{call.request(), call.params(), call.now(), call.services().config.region,
                                              call.presigned()};
  policy::Context context = pipeline::ConditionContext(wanted, caller, circumstances);
  if (with_mfa) {
    context.set("aws:multifactorauthpresent", "true");
    context.set("aws:multifactorauthage", "0");
  }
  policy::Policies policies = own.policies();
  policies.resource = trust;
  policies.resource_account = role.account;
  policies.resource_must_allow = true;
  const std::string role_arn = iam::EntityArn(role);
  return policy::Evaluate(pipeline::PrincipalOf(caller), policies, policy::Request(action, role_arn, context))
      .allowed();
}

aws::Error NotTrusted(const pipeline::Identity& caller, std::string_view action, std::string_view role_arn) {
  std::string text = "User: " + caller.arn + " is not authorized to perform: ";
  return {AccessDenied, text.append(action).append(" on resource: ").append(role_arn)};
}

}  // namespace keymill::sts
