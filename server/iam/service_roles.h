#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"

/// Service-linked roles: made for one AWS service, assumed by it alone, deleted by a task.
namespace keymill::iam {

Task<Result<http::Response>> CreateServiceLinkedRole(pipeline::Call& call);
Task<Result<http::Response>> DeleteServiceLinkedRole(pipeline::Call& call);
Task<Result<http::Response>> GetServiceLinkedRoleDeletionStatus(pipeline::Call& call);

}  // namespace keymill::iam
