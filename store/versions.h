#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/objects.h"

namespace keymill::store {

// Buckets whose versioning is or was enabled. The caller makes version ids; the empty id is the null version, of which
// a key has at most one. FindObject() reads the current version here too.

/// The version with this id, current or not, delete markers included.
std::optional<Object> FindVersion(const Reader& reader, BucketId bucket, std::string_view key,
                                  std::string_view version_id);
/// Makes `object`, which may be a delete marker, the current version and keeps the former one. A new null version (as
/// written while versioning is suspended) replaces the key's former null version, wherever that is. Sets the sequence
/// and references the blobs.
void PutVersion(Txn& txn, BucketId bucket, Object& object);
/// Removes one version for good. If it was the current one, the newest of the others becomes current. Returns the head
/// of what was removed (body left out), or nothing if there is no such version.
std::optional<Object> EraseVersion(Txn& txn, BucketId bucket, std::string_view key, std::string_view version_id);
/// Stores new metadata (tags, ACL, retention, …) of an existing version in place: key and version_id say which. Its
/// body, parts and sequence must be those that were read. False if the version is gone. In all buckets, versioned or
/// not.
bool UpdateVersion(Txn& txn, BucketId bucket, const Object& object);

struct VersionQuery {
  std::string prefix;
  std::string delimiter;
  /// Only keys greater than this, as ListQuery::start_after; with a version marker also that key's versions after it.
  std::string key_marker;
  std::optional<std::string>
      version_id_marker;     ///< set but empty: the null version. Unknown: all of the key's versions
  std::size_t limit = 1000;  ///< versions plus common prefixes
};
struct VersionEntry {
  Object object;  ///< body left out
  bool latest = false;
};
struct VersionPage {
  std::vector<VersionEntry> versions;  ///< by key, newest first
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last_key;                        ///< key or common prefix: key_marker of the next page
  std::optional<std::string> last_version_id;  ///< its version_id_marker; not set after a common prefix
};
/// One page of all versions, at a cost of O(page).
VersionPage ListVersions(const Reader& reader, BucketId bucket, const VersionQuery& query);

}  // namespace keymill::store
