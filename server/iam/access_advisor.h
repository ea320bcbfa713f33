#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Which services somebody may use, by which policies, and when each was last used.
namespace keymill::iam {

Task<Result<http::Response>> GenerateServiceLastAccessedDetails(pipeline::Call& call);
Task<Result<http::Response>> GetServiceLastAccessedDetails(pipeline::Call& call);
Task<Result<http::Response>> ListPoliciesGrantingServiceAccess(pipeline::Call& call);

}  // namespace keymill::iam
