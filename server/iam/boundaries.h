#pragma once

#include <string>
#include <string_view>

#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/txn.h"

/// Permissions boundaries of users and roles.
namespace keymill::iam {

Task<Result<http::Response>> PutUserPermissionsBoundary(pipeline::Call& call);
Task<Result<http::Response>> DeleteUserPermissionsBoundary(pipeline::Call& call);
Task<Result<http::Response>> PutRolePermissionsBoundary(pipeline::Call& call);
Task<Result<http::Response>> DeleteRolePermissionsBoundary(pipeline::Call& call);

/// Notes that `policy_arn` bounds the user or role with this id, instead of `former_arn`. Empty ARNs mean none. The
/// caller stores the ARN in the record. Refuses an ARN that is not a managed policy's.
Result<> SetBoundary(store::Txn& txn, std::string_view account, std::string_view holder_id, std::string_view former_arn,
                     std::string_view policy_arn);
void ClearBoundary(store::Txn& txn, std::string_view holder_id, std::string_view former_arn);

/// The whole change, inside the commit: NoSuchEntity, the errors of SetBoundary(). An empty ARN takes it away.
Result<> SetUserBoundary(store::Txn& txn, const std::string& account, const std::string& name, const std::string& arn);
Result<> SetRoleBoundary(store::Txn& txn, const std::string& account, const std::string& name, const std::string& arn);

/// <PermissionsBoundary>, or nothing.
void WriteBoundary(aws::XmlWriter& xml, std::string_view policy_arn);

}  // namespace keymill::iam
