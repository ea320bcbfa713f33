#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/s3/checksums.h"
#include "server/s3/errors.h"
#include "store/buckets.h"
#include "store/uploads.h"

namespace keymill::s3 {

inline constexpr std::uint64_t kMinPart = 5u << 20;  ///< bytes, of every part but the last
inline constexpr std::uint32_t kMaxPartNumber = 10000;

/// An upload id: the time first, as uploads of a key are listed in the order of their beginning.
std::string NewUploadId(store::Millis now);

/// An upload in progress and its bucket.
struct FoundUpload {
  store::Bucket bucket;
  store::Upload upload;
};
/// The upload that a request's uploadId names. Errors: those of RequireBucket, NoSuchUpload.
Result<FoundUpload> RequireUpload(const store::Reader& reader, const pipeline::Call& call);
Error NoSuchUploadError(std::string_view id);

/// 1 to 10000. Errors: InvalidArgument.
Result<std::uint32_t> ParsePartNumber(std::string_view text);

/// The checksum that the upload was created with; nullptr if with none, and then its parts have CRC64NVME.
const ChecksumKind* DeclaredKind(const store::Upload& upload);
const ChecksumKind& StoredKind(const store::Upload& upload);

}  // namespace keymill::s3
