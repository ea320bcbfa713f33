#include "server/s3/versions.h"

#include "server/s3/errors.h"
#include "server/s3/lookup.h"

namespace keymill::s3 {

Result<store::Object> RequireObject(const store::Reader& reader, const pipeline::Call& call) {
  auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  const auto version = call.params().find("versionId");
  if (version && *version != "null") {
    return InvalidArgumentNamed("Invalid version id specified", "versionId", *version);
  }
  auto object = store::FindObject(reader, bucket->id, call.route().key);
  if (!object || object->delete_marker) return Error(NoSuchKey).with("Key", call.route().key);
  return std::move(*object);
}

}  // namespace keymill::s3
