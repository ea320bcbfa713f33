#include "server/aws/fields.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"
#include "server/s3/tags.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxTagging = 163840;

Answer ReplaceTags(Call& call, const store::StringPairs& tags) {
  auto replace = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    bucket->tags = tags;
    store::PutBucket(txn, *bucket);
    return {};
  };
  if (const auto replaced = co_await call.commit(replace); !replaced) co_return replaced.error();
  co_return http::Response(204);
}

}  // namespace

Answer GetBucketTagging(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  if (bucket->tags.empty()) co_return Error(NoSuchTagSet).with("BucketName", bucket->name);
  co_return XmlResponse(aws::Document("Tagging", kNamespace, TaggingOf(bucket->tags)));
}

Answer PutBucketTagging(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxTagging, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  const auto tags = ParseTagging(*text, Tagged::kBucket);
  if (!tags) co_return tags.error();
  co_return co_await ReplaceTags(call, *tags);
}

Answer DeleteBucketTagging(Call& call) {
  const store::StringPairs none;
  co_return co_await ReplaceTags(call, none);
}

}  // namespace keymill::s3
