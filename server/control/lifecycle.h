#pragma once

#include "server/pipeline/call.h"

namespace keymill::control {

/// POST /lifecycle/run {now?}: does what the buckets' lifecycle rules ask for at once, and says how much that was. A
/// `now` (ISO 8601) other than the server's time decides what is due; object locks and the dates of delete markers keep
/// to the server's.
Task<Result<http::Response>> RunLifecycle(pipeline::Call& call);

}  // namespace keymill::control
