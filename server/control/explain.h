#pragma once

#include "server/pipeline/call.h"

namespace keymill::control {

/// GET /explain/{request_id}: why the signature of that request did not match. 404 if the id is unknown, its key
/// belongs to another account, or it was too long ago.
Task<Result<http::Response>> ExplainRequest(pipeline::Call& call);

}  // namespace keymill::control
