#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// A JWT for services elsewhere that says who the caller is, signed with a key of the caller's account, whose public
/// half that account's issuer publishes (iam/token_issuer). Unlike AWS it is given on every endpoint: there is but one.
Task<Result<http::Response>> GetWebIdentityToken(pipeline::Call& call);

}  // namespace keymill::sts
