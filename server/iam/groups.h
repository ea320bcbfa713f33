#pragma once

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"
#include "store/principals.h"

/// IAM groups and who is in them.
namespace keymill::iam {

Task<Result<http::Response>> CreateGroup(pipeline::Call& call);
Task<Result<http::Response>> GetGroup(pipeline::Call& call);
Task<Result<http::Response>> ListGroups(pipeline::Call& call);
Task<Result<http::Response>> UpdateGroup(pipeline::Call& call);
Task<Result<http::Response>> DeleteGroup(pipeline::Call& call);
Task<Result<http::Response>> AddUserToGroup(pipeline::Call& call);
Task<Result<http::Response>> RemoveUserFromGroup(pipeline::Call& call);
Task<Result<http::Response>> ListGroupsForUser(pipeline::Call& call);

inline constexpr std::size_t kMaxGroupsPerUser = 10;

/// CreateGroup's input.
Result<store::Entity> ReadCreateGroup(const aws::Form::Pairs& form, std::string_view account, store::Millis now);

// What happens inside the commit.
/// Gives it an id. EntityAlreadyExists if its name is taken.
Result<> AddGroup(store::Txn& txn, store::Entity& group);
/// A member joins again without effect.
Result<> JoinGroup(store::Txn& txn, const store::User& user, const store::Entity& group);

/// What every answer about a group has.
void WriteGroup(aws::XmlWriter& xml, const store::Entity& group);

}  // namespace keymill::iam
