#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/buckets.h"
#include "store/objects.h"

namespace keymill::s3 {

/// A new version id: 32 of [A-Za-z0-9._], the last eight of which check the others, so that a mistyped id is told from
/// one that is gone, as S3 does.
std::string NewVersionId();
bool IsVersionId(std::string_view text);

/// A version as clients write it (`null` is the version without id) to what the store calls it. Errors:
/// InvalidArgument.
Result<std::string> ParseVersionId(std::string_view text);
/// The request's versionId; nullopt if it has none.
Result<std::optional<std::string>> RequestedVersion(const pipeline::Call& call);
std::string_view ShowVersionId(std::string_view version_id);

/// An object version and the bucket in which it was found.
struct FoundObject {
  store::Bucket bucket;
  store::Object object;
};
/// The version of a key that a request reads: the current one, or that of its versionId. Errors: those of
/// RequireBucket, NoSuchKey, NoSuchVersion, and MethodNotAllowed for a delete marker asked for by its id.
Result<FoundObject> RequireObject(const store::Reader& reader, const pipeline::Call& call, const std::string& key);
/// The same for the request's own key.
Result<FoundObject> RequireObject(const store::Reader& reader, const pipeline::Call& call);

struct SharedObject {
  store::Bucket bucket;
  std::shared_ptr<const store::Object> object;  ///< never nullptr
};
/// RequireObject() for those who only look at it: nothing is copied of an object that is at hand.
Result<SharedObject> RequireSharedObject(const store::Reader& reader, const pipeline::Call& call,
                                         const std::string& key);

/// Makes `object` the current version as the bucket's versioning wants it; `version_id` is for a bucket that keeps
/// versions. With `completed`, the body comes from TakeParts().
void StoreObject(store::Txn& txn, const store::Bucket& bucket, store::Object& object, const std::string& version_id,
                 bool completed = false);

/// What a deletion did, for its answer.
struct Deletion {
  bool found = true;                      ///< false: there was no such version
  bool marker = false;                    ///< a delete marker was made or removed
  std::optional<std::string> version_id;  ///< made or removed, as clients see it
};
/// Deletes a key (leaving a delete marker with `new_id` where versions are kept), or one version for good. Errors:
/// AccessDenied if object lock protects it.
Result<Deletion> DeleteVersion(store::Txn& txn, const store::Bucket& bucket, const std::string& key,
                               const std::optional<std::string>& version, const pipeline::Call& call,
                               const std::string& new_id);

/// Makes a delete marker the current version of a key, in a bucket that keeps versions (or did); returns it.
store::Object PutDeleteMarker(store::Txn& txn, const store::Bucket& bucket, const std::string& key, store::Millis now,
                              const std::string& new_id);

/// x-amz-version-id, on buckets whose versioning was ever enabled.
void WriteVersionHeader(http::Response& response, const store::Bucket& bucket, const store::Object& object);
/// The same after a write: a suspended bucket says nothing.
void WriteNewVersionHeader(http::Response& response, const store::Object& object);

}  // namespace keymill::s3
