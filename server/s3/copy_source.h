#pragma once

#include <optional>
#include <string>

#include "server/pipeline/call.h"
#include "server/s3/versions.h"

namespace keymill::s3 {

inline constexpr std::string_view kCopySourcePrefix = "x-amz-copy-source-";

/// The value of x-amz-copy-source: `[/]bucket/key[?versionId=…]`, percent-encoded.
struct CopySource {
  std::string bucket, key;
  std::optional<std::string> version_id;
};
Result<CopySource> ParseCopySource(std::string_view header);

/// The object that it names. Errors: NoSuchBucket, NoSuchKey, NoSuchVersion, InvalidRequest for a delete marker, those
/// of x-amz-source-expected-bucket-owner.
Result<FoundObject> FindCopySource(const store::Reader& reader, const pipeline::Call& call, const CopySource& source);

}  // namespace keymill::s3
