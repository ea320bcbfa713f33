#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Managed policies of the account, and reading those of AWS. Their versions are in policy_versions.h.
namespace keymill::iam {

Task<Result<http::Response>> CreatePolicy(pipeline::Call& call);
Task<Result<http::Response>> GetPolicy(pipeline::Call& call);
Task<Result<http::Response>> ListPolicies(pipeline::Call& call);
Task<Result<http::Response>> DeletePolicy(pipeline::Call& call);
Task<Result<http::Response>> TagPolicy(pipeline::Call& call);
Task<Result<http::Response>> UntagPolicy(pipeline::Call& call);
Task<Result<http::Response>> ListPolicyTags(pipeline::Call& call);

inline constexpr std::size_t kMaxPolicySize = 6144;

}  // namespace keymill::iam
