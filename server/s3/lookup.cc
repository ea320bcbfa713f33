#include "server/s3/lookup.h"

#include "server/aws/ids.h"
#include "server/pipeline/bucket_state.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {

Result<store::Bucket> RequireBucket(const store::Reader& reader, const pipeline::Call& call) {
  if (auto checked = CheckKey(call.route().key); !checked) return checked.error();
  const std::string& name = call.route().bucket;
  // What was read when the request began will do for reading, but not for a commit, which decides on what it replaces.
  const pipeline::BucketState* known = reader.mode() == store::Reader::Mode::kCached ? call.bucket() : nullptr;
  auto bucket = known != nullptr ? std::optional(known->record) : store::FindBucket(reader, name);
  if (!bucket) return Error(NoSuchBucket).with("BucketName", name);
  if (auto checked = CheckExpectedOwner(call.header("x-amz-expected-bucket-owner"), *bucket); !checked) {
    return checked.error();
  }
  return std::move(*bucket);
}

Result<> CheckExpectedOwner(std::optional<std::string_view> expected, const store::Bucket& bucket) {
  if (!expected) return {};
  if (!aws::IsAccountId(*expected)) {
    return Error(InvalidBucketOwnerAWSAccountID,
                 "The value of the expected bucket owner parameter must be an AWS Account ID... [" +
                     std::string(*expected) + "]");
  }
  if (*expected != bucket.account) return Error(AccessDenied);
  return {};
}

Result<> CheckKey(std::string_view key) {
  if (key.size() <= kMaxKeySize) return {};
  return Error(KeyTooLongError)
      .with("Size", std::to_string(key.size()))
      .with("MaxSizeAllowed", std::to_string(kMaxKeySize));
}

std::string ObjectUrl(const pipeline::Call& call) {
  std::string url = call.request().secure ? "https://" : "http://";
  url.append(call.request().host).append("/");
  if (!call.route().virtual_host) url.append(call.route().bucket).append("/");
  return url += sigv4::uri_encode(call.route().key);
}

http::Response XmlResponse(std::string document) {
  http::Response response;
  response.body(std::move(document), "application/xml");
  return response;
}

}  // namespace keymill::s3
