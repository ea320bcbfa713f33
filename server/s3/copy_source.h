#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/pipeline/call.h"
#include "server/s3/authorization.h"
#include "server/s3/versions.h"

namespace keymill::s3 {

inline constexpr std::string_view kCopySourcePrefix = "x-amz-copy-source-";

/// The value of x-amz-copy-source: `[/]bucket/key[?versionId=…]`, percent-encoded.
struct CopySource {
  std::string bucket, key;
  std::optional<std::string> version_id;
};
Result<CopySource> ParseCopySource(std::string_view header);

/// The source's bucket as a subject of authorisation. Kept alive by its owner while the copy is made.
struct SourceAccess {
  std::shared_ptr<const pipeline::BucketState> bucket;  ///< nullptr if there is none: FindCopySource says so
  Subject subject;
};
/// Refuses unless the caller may read the source: s3:GetObject, or s3:GetObjectVersion if a version is named. `source`
/// must outlive the answer.
Task<Result<SourceAccess>> AuthorizeCopySource(pipeline::Call& call, const CopySource& source);

/// The object that it names. Errors: NoSuchBucket, NoSuchKey, NoSuchVersion, InvalidRequest for a delete marker, those
/// of x-amz-source-expected-bucket-owner.
Result<FoundObject> FindCopySource(const store::Reader& reader, const pipeline::Call& call, const CopySource& source,
                                   const SourceAccess& access);

}  // namespace keymill::s3
