#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Instance profiles: the containers through which instances get a role.
namespace keymill::iam {

Task<Result<http::Response>> CreateInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> GetInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> ListInstanceProfiles(pipeline::Call& call);
Task<Result<http::Response>> ListInstanceProfilesForRole(pipeline::Call& call);
Task<Result<http::Response>> DeleteInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> AddRoleToInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> RemoveRoleFromInstanceProfile(pipeline::Call& call);

}  // namespace keymill::iam
