#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// A session of an account's root user that may do one of AWS's five tasks, named by its policy, for at most 15
/// minutes. The account that the server was started with, the organization's management account, may do it everywhere
/// unless it has disabled the feature (iam/organization); others at home.
Task<Result<http::Response>> AssumeRoot(pipeline::Call& call);

}  // namespace keymill::sts
