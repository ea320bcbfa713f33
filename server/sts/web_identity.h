#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// A session of a role for somebody who has a token of an OpenID Connect provider and no AWS credentials: the request
/// is unsigned, the token is verified, and the role's trust policy decides.
Task<Result<http::Response>> AssumeRoleWithWebIdentity(pipeline::Call& call);

}  // namespace keymill::sts
