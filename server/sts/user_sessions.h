#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Sessions of the caller itself, and of users that the caller vouches for. Only long-term keys may ask for them.
namespace keymill::sts {

Task<Result<http::Response>> GetSessionToken(pipeline::Call& call);
Task<Result<http::Response>> GetFederationToken(pipeline::Call& call);

}  // namespace keymill::sts
