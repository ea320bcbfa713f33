#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

// Buckets without versioning. Versioned and suspended ones use versions.h for writing; reading is the same for all.

/// The current version (which may be a delete marker).
std::optional<Object> FindObject(const Reader& reader, BucketId bucket, std::string_view key);
/// The same for those who only look at it: a small one that was read lately is shared with its other readers. nullptr
/// if there is none.
std::shared_ptr<const Object> ShareObject(const Reader& reader, BucketId bucket, std::string_view key);
/// Makes `object` the current version in place of the former one, whose blobs are released, and references the blobs of
/// its body. Sets the sequence.
void PutObject(Txn& txn, BucketId bucket, Object& object);
/// Removes the current version and releases its blobs. False if there was none.
bool EraseObject(Txn& txn, BucketId bucket, std::string_view key);

/// What a listing page asks for. Order is the byte order of keys.
struct ListQuery {
  std::string prefix;
  std::string delimiter;  ///< empty = none; may have any length
  /// Only keys greater than this. If it is itself a common prefix, all keys that start with it are skipped; if it lies
  /// within one, that common prefix is reported again when greater keys fall under it.
  std::string start_after;
  std::size_t limit = 1000;  ///< keys plus common prefixes
};
struct ListPage {
  std::vector<Object> objects;  ///< bodies left out
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last;  ///< the greatest key or common prefix of the page: start_after of the next one
};
/// One page, at a cost of O(page): seeks past each common prefix.
ListPage ListObjects(const Reader& reader, BucketId bucket, const ListQuery& query);

}  // namespace keymill::store
