#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// The policy simulator's operations; simulate.h decides.
namespace keymill::iam {

Task<Result<http::Response>> SimulateCustomPolicy(pipeline::Call& call);
Task<Result<http::Response>> SimulatePrincipalPolicy(pipeline::Call& call);
Task<Result<http::Response>> GetContextKeysForCustomPolicy(pipeline::Call& call);
Task<Result<http::Response>> GetContextKeysForPrincipalPolicy(pipeline::Call& call);

}  // namespace keymill::iam
