#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// The versions of managed policies: at most five, one of them in force.
namespace keymill::iam {

Task<Result<http::Response>> CreatePolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> GetPolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> ListPolicyVersions(pipeline::Call& call);
Task<Result<http::Response>> DeletePolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> SetDefaultPolicyVersion(pipeline::Call& call);

inline constexpr std::size_t kMaxPolicyVersions = 5;

}  // namespace keymill::iam
