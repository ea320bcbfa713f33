#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Who signed this request, and which account an access key belongs to.
namespace keymill::sts {

Task<Result<http::Response>> GetCallerIdentity(pipeline::Call& call);
Task<Result<http::Response>> GetAccessKeyInfo(pipeline::Call& call);

}  // namespace keymill::sts
