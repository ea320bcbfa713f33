#include "server/s3/copy_source.h"

#include "server/pipeline/buckets.h"
#include "server/s3/archive.h"
#include "server/s3/errors.h"
#include "server/s3/lookup.h"
#include "sigv4/encoding.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

Result<FoundObject> FindSource(const store::Reader& reader, const pipeline::Call& call, const CopySource& source,
                               const SourceAccess& access) {
  const auto may_learn = [&] {
    Subject bucket_itself = access.subject;
    bucket_itself.key = {};
    return bucket_itself.bucket != nullptr ? Authorize(call, "s3:ListBucket", bucket_itself) : Result<>();
  };
  auto bucket = store::FindBucket(reader, source.bucket);
  if (!bucket) return Error(NoSuchBucket).with("BucketName", source.bucket);
  if (auto checked = CheckExpectedOwner(call.header("x-amz-source-expected-bucket-owner"), *bucket); !checked) {
    return checked.error();
  }
  if (!source.version_id) {
    auto object = store::FindObject(reader, bucket->id, source.key);
    if (!object || object->delete_marker) {
      if (auto listing = may_learn(); !listing) return listing.error();
      return Error(NoSuchKey).with("Key", source.key);
    }
    return FoundObject{std::move(*bucket), std::move(*object)};
  }
  const auto version = ParseVersionId(*source.version_id);
  if (!version) return version.error();
  auto object = store::FindVersion(reader, bucket->id, source.key, *version);
  if (auto listing = object ? Result<>() : may_learn(); !listing) return listing.error();
  if (!object) return Error(NoSuchVersion).with("Key", source.key).with("VersionId", *source.version_id);
  if (object->delete_marker) {
    return Error(InvalidRequest,
                 "The source of a copy request may not specifically refer to a delete marker by version id.");
  }
  return FoundObject{std::move(*bucket), std::move(*object)};
}

}  // namespace

Result<CopySource> ParseCopySource(std::string_view header) {
  const auto malformed = [] {
    return InvalidArgumentNamed("Invalid copy source object key", "x-amz-copy-source", "x-amz-copy-source");
  };
  constexpr std::string_view kVersion = "?versionId=";
  CopySource source;
  if (const auto at = header.find(kVersion); at != std::string_view::npos) {
    source.version_id = header.substr(at + kVersion.size());
    header = header.substr(0, at);
  }
  const auto decoded = sigv4::percent_decode(header);
  if (!decoded) return malformed();
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == path.size()) return malformed();
  source.bucket = path.substr(0, slash);
  source.key = path.substr(slash + 1);
  return source;
}

Task<Result<SourceAccess>> AuthorizeCopySource(pipeline::Call& call, const CopySource& source) {
  SourceAccess access;
  pipeline::Buckets& buckets = call.services().buckets;
  access.bucket = buckets.find(source.bucket);
  if (!access.bucket) {
    const auto changes = buckets.changes();
    auto load = [&](const store::Reader& reader) { return buckets.load(reader, source.bucket, changes); };
    access.bucket = co_await call.read(load);
  }
  if (!access.bucket) co_return access;
  access.subject = {access.bucket.get(), source.bucket, source.key, std::nullopt, nullptr};
  if (source.version_id) access.subject.version_id = *source.version_id;
  const std::string_view action = source.version_id ? "s3:GetObjectVersion" : "s3:GetObject";
  if (auto allowed = co_await AuthorizeObject(call, action, access.subject); !allowed) co_return allowed.error();
  co_return access;
}

Result<FoundObject> FindCopySource(const store::Reader& reader, const pipeline::Call& call, const CopySource& source,
                                   const SourceAccess& access) {
  auto found = FindSource(reader, call, source, access);
  if (!found) return found;
  if (auto checked = CheckCopyable(found->object, call.now()); !checked) return checked.error();
  return found;
}

}  // namespace keymill::s3
