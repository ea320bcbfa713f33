#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// A session of a role for somebody whom a SAML identity provider has signed in and who has no AWS credentials: the
/// request is unsigned, the provider's response is verified, and the role's trust policy decides.
Task<Result<http::Response>> AssumeRoleWithSAML(pipeline::Call& call);

}  // namespace keymill::sts
