#pragma once

#include "server/pipeline/call.h"

namespace keymill::control {

/// GET /openapi.json: this API as an OpenAPI 3.1 document, made from the tables of operations and their documentation.
Task<Result<http::Response>> GetOpenApi(pipeline::Call& call);

}  // namespace keymill::control
