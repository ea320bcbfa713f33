#pragma once

#include <cstddef>
#include <string_view>

#include "server/pipeline/call.h"
#include "store/buckets.h"
#include "store/objects.h"

namespace keymill::s3 {

inline constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";
inline constexpr std::size_t kMaxKeySize = 1024;  ///< bytes

/// The bucket that the request names. Errors: KeyTooLongError, NoSuchBucket, those of x-amz-expected-bucket-owner.
Result<store::Bucket> RequireBucket(const store::Reader& reader, const pipeline::Call& call);

/// `expected`: a header's value, of the bucket's owner or a copy source's; nullopt checks nothing.
Result<> CheckExpectedOwner(std::optional<std::string_view> expected, const store::Bucket& bucket);

Result<> CheckKey(std::string_view key);

/// The URL under which the client reaches the object that it writes, its key percent-encoded, slashes too.
std::string ObjectUrl(const pipeline::Call& call);

/// 200 with a document.
http::Response XmlResponse(std::string document);

/// An instant as S3 keeps it, in whole seconds.
constexpr store::Millis WholeSeconds(store::Millis time) {
  return time - time % 1000;
}

}  // namespace keymill::s3
