#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::iam {

/// The users and roles that a report (GenerateServiceLastAccessedDetails) is about and what each did with one service,
/// the latest first. Roles have no dates: only the use of access keys is recorded, and sessions have keys of their own.
Task<Result<http::Response>> GetServiceLastAccessedDetailsWithEntities(pipeline::Call& call);

}  // namespace keymill::iam
