#include "server/iam/boundaries.h"

#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/managed.h"
#include "server/iam/owner.h"

namespace keymill::iam {
namespace {

using store::Relation;

using Setter = Result<> (*)(store::Txn&, const std::string&, const std::string&, const std::string&);

Task<Result<http::Response>> Set(pipeline::Call& call, const aws::StringField& name_field, bool clear, Setter setter) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(name_field);
  const std::string arn = clear ? std::string() : form.required(kPermissionsBoundary);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto set = [&](store::Txn& txn) { return setter(txn, call.identity().account, name, arn); };
  co_return co_await CommitThenAnswer(call, set);
}

}  // namespace

Result<> SetUserBoundary(store::Txn& txn, const std::string& account, const std::string& name, const std::string& arn) {
  auto user = RequireUser(txn, account, name);
  if (!user) return user.error();
  if (auto set = SetBoundary(txn, account, user->id, user->permissions_boundary, arn); !set) return set;
  user->permissions_boundary = arn;
  SetAttribute(user->attributes, kGovernedAttribute, std::string(kGovernedValue));
  store::PutUser(txn, *user);
  return {};
}

Result<> SetRoleBoundary(store::Txn& txn, const std::string& account, const std::string& name, const std::string& arn) {
  auto role = RequireModifiableRole(txn, account, name);
  if (!role) return role.error();
  if (auto set = SetBoundary(txn, account, role->id, role->permissions_boundary, arn); !set) return set;
  role->permissions_boundary = arn;
  store::PutEntity(txn, *role);
  return {};
}

Result<> SetBoundary(store::Txn& txn, std::string_view account, std::string_view holder_id, std::string_view former_arn,
                     std::string_view policy_arn) {
  if (!policy_arn.empty()) {
    auto policy = RequireAttachable(txn, account, policy_arn, "Scope ARN: ");  // as AWS calls a boundary
    if (!policy) return policy.error();
  }
  ClearBoundary(txn, holder_id, former_arn);
  if (!policy_arn.empty()) store::Link(txn, Relation::kBoundary, holder_id, policy_arn);
  return {};
}

void ClearBoundary(store::Txn& txn, std::string_view holder_id, std::string_view former_arn) {
  if (!former_arn.empty()) store::Unlink(txn, Relation::kBoundary, holder_id, former_arn);
}

void WriteBoundary(aws::XmlWriter& xml, std::string_view policy_arn) {
  if (policy_arn.empty()) return;
  xml.open("PermissionsBoundary").text("PermissionsBoundaryType", "Policy");
  xml.text("PermissionsBoundaryArn", policy_arn).close();
}

Task<Result<http::Response>> PutUserPermissionsBoundary(pipeline::Call& call) {
  return Set(call, kShortUserName, false, &SetUserBoundary);
}
Task<Result<http::Response>> DeleteUserPermissionsBoundary(pipeline::Call& call) {
  return Set(call, kShortUserName, true, &SetUserBoundary);
}
Task<Result<http::Response>> PutRolePermissionsBoundary(pipeline::Call& call) {
  return Set(call, kRoleName, false, &SetRoleBoundary);
}
Task<Result<http::Response>> DeleteRolePermissionsBoundary(pipeline::Call& call) {
  return Set(call, kRoleName, true, &SetRoleBoundary);
}

}  // namespace keymill::iam
