#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Service-specific credentials: user names and passwords (CodeCommit, Keyspaces) or API keys (Bedrock, CloudWatch
/// Logs) of IAM users for one service.
namespace keymill::iam {

Task<Result<http::Response>> CreateServiceSpecificCredential(pipeline::Call& call);
Task<Result<http::Response>> ListServiceSpecificCredentials(pipeline::Call& call);
Task<Result<http::Response>> UpdateServiceSpecificCredential(pipeline::Call& call);
Task<Result<http::Response>> ResetServiceSpecificCredential(pipeline::Call& call);
Task<Result<http::Response>> DeleteServiceSpecificCredential(pipeline::Call& call);

}  // namespace keymill::iam
