#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// The account's alias, and how much of everything it has.
namespace keymill::iam {

Task<Result<http::Response>> CreateAccountAlias(pipeline::Call& call);
Task<Result<http::Response>> DeleteAccountAlias(pipeline::Call& call);
Task<Result<http::Response>> ListAccountAliases(pipeline::Call& call);
Task<Result<http::Response>> GetAccountSummary(pipeline::Call& call);

}  // namespace keymill::iam
