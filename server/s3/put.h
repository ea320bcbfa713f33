#pragma once

#include "server/pipeline/call.h"
#include "server/s3/conditions.h"

namespace keymill::s3 {

/// What PutObject and PostObject have in common: reads what the headers say of the object, takes the body in and makes
/// it the current version of the route's key. `object` may come with tags; it leaves as it was stored. The result is
/// the value of x-amz-expiration, if a rule applies. Errors: all of a write, those of `conditions` among them.
Task<Result<std::optional<std::string>>> WriteObject(pipeline::Call& call, const WriteConditions& conditions,
                                                     store::Object& object);

/// ETag, checksum, encryption, version and expiration of what was written.
void WritePutHeaders(http::Response& response, const pipeline::Call& call, const store::Object& object,
                     const std::optional<std::string>& expiration);

}  // namespace keymill::s3
