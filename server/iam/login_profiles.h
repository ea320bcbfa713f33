#pragma once

#include "server/aws/error.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Users' console passwords. Nobody signs in with one here; they are kept, checked and reported as AWS does.
namespace keymill::iam {

Task<Result<http::Response>> CreateLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> GetLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> UpdateLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> DeleteLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> ChangePassword(pipeline::Call& call);

}  // namespace keymill::iam
