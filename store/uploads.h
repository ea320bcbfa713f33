#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

/// Begins an upload: key, id and object are given by the caller, number is set.
void CreateUpload(Txn& txn, BucketId bucket, Upload& upload);
std::optional<Upload> FindUpload(const Reader& reader, BucketId bucket, std::string_view key, std::string_view id);

/// Stores a part, in place of the former one with its number. The upload must have been found by this Txn: parts of an
/// upload that is gone would stay for ever. Small parts go to PutRow() like large ones to BlobWriter; inline bytes are
/// moved to a row.
void PutPart(Txn& txn, const Upload& upload, Part& part);
std::optional<Part> FindPart(const Reader& reader, const Upload& upload, std::uint32_t number);
/// Parts in order, numbers greater than `after`, at most `limit`.
std::vector<Part> ListParts(const Reader& reader, const Upload& upload, std::uint32_t after, std::size_t limit);

/// Moves the named parts, which must exist and ascend, into `object` as its body and parts, at a cost of O(parts) and
/// without touching their bytes, releases the parts that are not named, and removes the upload. The caller then stores
/// the object with PutCompleted().
void TakeParts(Txn& txn, BucketId bucket, const Upload& upload, std::span<const std::uint32_t> numbers, Object& object);
/// As PutObject() or, if `versioned`, PutVersion(), for an object from TakeParts(): its blobs are referenced already.
void PutCompleted(Txn& txn, BucketId bucket, Object& object, bool versioned);
/// Removes the upload and releases its parts.
void AbortUpload(Txn& txn, BucketId bucket, const Upload& upload);

struct UploadQuery {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;  ///< only keys greater than this, as ListQuery::start_after
  std::string id_marker;   ///< not empty: also those of key_marker with a greater id
  std::size_t limit = 1000;
};
struct UploadPage {
  std::vector<Upload> uploads;  ///< by key, then by id
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last_key;  ///< key or common prefix
  std::string last_id;   ///< empty after a common prefix
};
UploadPage ListUploads(const Reader& reader, BucketId bucket, const UploadQuery& query);

}  // namespace keymill::store
