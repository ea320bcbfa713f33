#pragma once

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"

namespace keymill::pipeline {
class Identities;
}

/// IAM roles: who may assume them, for how long, with which tags.
namespace keymill::iam {

Task<Result<http::Response>> CreateRole(pipeline::Call& call);
Task<Result<http::Response>> GetRole(pipeline::Call& call);
Task<Result<http::Response>> ListRoles(pipeline::Call& call);
Task<Result<http::Response>> UpdateRole(pipeline::Call& call);
Task<Result<http::Response>> UpdateRoleDescription(pipeline::Call& call);
Task<Result<http::Response>> UpdateAssumeRolePolicy(pipeline::Call& call);
Task<Result<http::Response>> DeleteRole(pipeline::Call& call);
extern const TaggedKind<store::Entity> kTaggedRole;

/// A role to be filled in.
store::Entity NewRole(std::string_view account, store::Millis now);
/// CreateRole's input.
Result<store::Entity> ReadCreateRole(const aws::Form::Pairs& form, std::string_view account, store::Millis now);

// What happens inside the commit.
/// Gives it an id. EntityAlreadyExists if its name is taken, LimitExceeded; the errors of its boundary.
Result<> AddRole(store::Txn& txn, store::Entity& role);

/// <Role>…</Role> without boundary and tags.
http::Response AnswerRole(const pipeline::Call& call, const store::Entity& role);
/// What every answer about a role has, in wire order; those about its making and those about what holds it have no
/// more.
void WriteNewRole(aws::XmlWriter& xml, const store::Entity& role);
/// The same with description and session duration. A role that was read is first given to ShowTrust().
void WriteRole(aws::XmlWriter& xml, const store::Entity& role);

/// When and where a session of the existing role last made a request. AWS looks back 400 days: what is longer ago
/// counts as never.
store::KeyUse LastUseOfRole(const pipeline::Identities& identities, const std::string& role_id, store::Millis now);
/// Empty for a role that was never used. Listings of roles leave it out.
void WriteRoleLastUsed(aws::XmlWriter& xml, const store::KeyUse& use);

/// Seconds, 3600 unless the role says otherwise.
std::int64_t MaxSessionDuration(const store::Entity& role);

}  // namespace keymill::iam
