#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/keys.h"
#include "store/records.h"
#include "store/txn.h"

/// Where the versions of an object lie. For this directory's own files.
///
///   kObjects    bucket, key                  the current version, unless it is a delete marker: a listing of current
///                                            objects never meets one
///   kVersions   bucket, text(key), ~sequence all others, newest first. A delete marker that is the current version
///   takes
///                                            the place of the greatest sequence, before all, so that one read finds it
///   kVersions   bucket + 2^63, text(key), version id -> sequence   to find a non-current version by its id
///
/// All three hold the same values, so that a version moves from one to another as it is. A never versioned bucket has
/// rows in kObjects only.
namespace keymill::store::object_rows {

inline constexpr std::uint64_t kCurrentMarker = ~std::uint64_t{0};  ///< as a sequence
inline constexpr std::uint64_t kIndexBit = std::uint64_t{1} << 63;

inline std::string CurrentKey(BucketId bucket, std::string_view key) {
  return KeyBuilder().number(bucket).rest(key).take();
}
inline std::string VersionKey(BucketId bucket, std::string_view key, std::uint64_t sequence) {
  return KeyBuilder().number(bucket).text(key).descending(sequence).take();
}
inline std::string VersionsPrefix(BucketId bucket, std::string_view key) {
  return KeyBuilder().number(bucket).text(key).take();
}
inline std::string IndexKey(BucketId bucket, std::string_view key, std::string_view version_id) {
  return KeyBuilder().number(bucket | kIndexBit).text(key).rest(version_id).take();
}

/// The family and key of a row, and the value it holds.
struct Place {
  Family family;
  std::string row;
  std::string value;
};

std::optional<Place> FindCurrent(const Reader& reader, BucketId bucket, std::string_view key);
/// The place of a version that is not the current one.
std::optional<Place> FindNoncurrent(const Reader& reader, BucketId bucket, std::string_view key,
                                    std::string_view version_id);

/// With blobs and parts. Empty if these are in a row of their own that has gone meanwhile.
std::optional<Object> DecodeWhole(const Reader& reader, std::string_view key, std::string_view value);

/// The stored value; blobs and parts go to a row of their own if there are many.
std::string Store(Txn& txn, const Object& object);
/// PutObject() and PutVersion() for an object whose blobs have been counted.
void Install(Txn& txn, BucketId bucket, Object& object);
void InstallVersion(Txn& txn, BucketId bucket, Object& object);
/// Releases the blobs of a version that is about to be erased, and its row of blobs.
void Release(Txn& txn, std::string_view value);

}  // namespace keymill::store::object_rows
