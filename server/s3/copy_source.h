#pragma once

#include <optional>
#include <string>

#include "server/pipeline/call.h"
#include "store/objects.h"

namespace keymill::s3 {

inline constexpr std::string_view kCopySourcePrefix = "x-amz-copy-source-";

/// The value of x-amz-copy-source: `[/]bucket/key[?versionId=…]`, percent-encoded.
struct CopySource {
  std::string bucket, key;
  std::optional<std::string> version_id;
};
Result<CopySource> ParseCopySource(std::string_view header);

/// The object that it names. Errors: NoSuchBucket, NoSuchKey, those of x-amz-source-expected-bucket-owner.
Result<store::Object> FindCopySource(const store::Reader& reader, const pipeline::Call& call, const CopySource& source);

}  // namespace keymill::s3
