#pragma once

#include "server/pipeline/call.h"
#include "store/objects.h"

namespace keymill::s3 {

/// The object version that a request reads: the current one, or that of its versionId. Errors: those of RequireBucket,
/// NoSuchKey, NoSuchVersion.
Result<store::Object> RequireObject(const store::Reader& reader, const pipeline::Call& call);

}  // namespace keymill::s3
