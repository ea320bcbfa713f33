#pragma once

#include <cstdint>
#include <string>

#include "store/keys.h"

/// Rows about blobs. In Family::kBlobs by kind and blob id; see BlobFiles for their life.
namespace keymill::store::blob_rows {

inline constexpr char kCount = 'r';      ///< how many object versions reference the blob (varint)
inline constexpr char kPending = 'p';    ///< finished, but not referenced yet
inline constexpr char kTombstone = 't';  ///< no longer referenced, the file still to be removed

inline std::string Key(char kind, std::uint64_t blob) {
  return KeyBuilder(kind).number(blob).take();
}
/// In Family::kRows: the bytes of a blob of at most kChunkSize.
inline std::string BytesKey(std::uint64_t blob) {
  return KeyBuilder('b').number(blob).take();
}
/// In Family::kRows: blobs and parts of an object that has many.
inline std::string LayoutKey(std::uint64_t id) {
  return KeyBuilder('l').number(id).take();
}

}  // namespace keymill::store::blob_rows
