#include "server/s3/authorization.h"
#include "server/s3/commit_watched.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"
#include "server/s3/tags.h"
#include "server/s3/versions.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxTagging = 163840;

Answer ReplaceTags(Call& call, int status, const store::StringPairs& tags) {
  auto replace = [&](store::Txn& txn) -> Result<FoundObject> {
    auto found = RequireObject(txn, call);
    if (!found) return found.error();
    found->object.tags = tags;
    store::UpdateVersion(txn, found->bucket.id, found->object);
    return found;
  };
  const auto found = co_await CommitWatched(call, replace);
  if (!found) co_return found.error();
  http::Response response(status);
  WriteVersionHeader(response, found->bucket, found->object);
  co_return response;
}

}  // namespace

Answer GetObjectTagging(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  http::Response response = XmlResponse(aws::Document("Tagging", kNamespace, TaggingOf(found->object.tags)));
  WriteVersionHeader(response, found->bucket, found->object);
  co_return response;
}

Answer PutObjectTagging(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxTagging);
  if (!text) co_return text.error();
  const auto tags = ParseTagging(*text, Tagged::kObject);
  if (!tags) co_return tags.error();
  const store::StringPairs stated = StatedTags(*tags);
  if (auto allowed = co_await AuthorizeStated(call, stated); !allowed) co_return allowed.error();
  co_return co_await ReplaceTags(call, 200, *tags);
}

Answer DeleteObjectTagging(Call& call) {
  const store::StringPairs none;
  co_return co_await ReplaceTags(call, 204, none);
}

}  // namespace keymill::s3
