#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::iam {

/// Everybody and every policy of the account with all that bears on what they may do, page by page.
Task<Result<http::Response>> GetAccountAuthorizationDetails(pipeline::Call& call);

}  // namespace keymill::iam
