#include <utility>
#include <vector>

#include "server/aws/fields.h"
#include "server/s3/conditions.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2048000;
constexpr std::size_t kMaxKeys = 1000;

/// One entry of a DeleteObjects request.
struct Entry {
  std::string key;
  std::optional<std::string> version_id, etag;
};
struct DeleteRequest {
  std::vector<Entry> objects;
  bool quiet = false;
};

/// One entry of its result: Error's members are set if it failed.
struct Outcome {
  std::string key;
  std::optional<std::string> version_id, code, message;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::Entry> =
    std::tuple{Field{"Key", &s3::Entry::key, kRequired}, Field{"VersionId", &s3::Entry::version_id},
               Field{"ETag", &s3::Entry::etag}};
template <>
inline constexpr auto kFields<s3::DeleteRequest> =
    std::tuple{Field{"Object", &s3::DeleteRequest::objects, kRequired}, Field{"Quiet", &s3::DeleteRequest::quiet}};
template <>
inline constexpr auto kFields<s3::Outcome> =
    std::tuple{Field{"Key", &s3::Outcome::key}, Field{"VersionId", &s3::Outcome::version_id},
               Field{"Code", &s3::Outcome::code}, Field{"Message", &s3::Outcome::message}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

Result<DeleteRequest> ParseDelete(std::string_view text) {
  const auto document = aws::XmlDocument::Parse(text, "Delete");
  DeleteRequest request;
  if (!document || !aws::Read(document->root(), request) || request.objects.size() > kMaxKeys) {
    return Error(MalformedXML);
  }
  for (const Entry& entry : request.objects) {
    if (entry.key.empty()) return Error(MalformedXML);
    if (auto checked = CheckKey(entry.key); !checked) return checked.error();
  }
  return request;
}

Result<> DeleteOne(store::Txn& txn, const store::Bucket& bucket, std::string_view key,
                   std::optional<std::string_view> version, std::optional<std::string_view> if_match) {
  if (version && !version->empty() && *version != "null") {
    return Error(NoSuchVersion).with("Key", std::string(key)).with("VersionId", std::string(*version));
  }
  if (if_match) {
    const auto current = store::FindObject(txn, bucket.id, key);
    if (!current || !MatchesEtag(*if_match, current->etag)) return Error(PreconditionFailed).with("Condition", "If-Match");
  }
  store::EraseObject(txn, bucket.id, key);
  return {};
}

std::string DeleteResult(const std::vector<Outcome>& outcomes, bool quiet) {
  aws::XmlWriter xml;
  xml.declaration().open("DeleteResult", kNamespace);
  for (const Outcome& outcome : outcomes) {
    if (!outcome.code && !quiet) aws::Write(xml, "Deleted", outcome);
  }
  for (const Outcome& outcome : outcomes) {
    if (outcome.code) aws::Write(xml, "Error", outcome);
  }
  xml.close();
  return xml.take();
}

}  // namespace

Answer DeleteObject(Call& call) {
  const auto version = call.params().find("versionId");
  if (version && *version != "null") {
    co_return InvalidArgumentNamed("Invalid version id specified", "versionId", *version);
  }
  for (const std::string_view name : {"x-amz-if-match-size", "x-amz-if-match-last-modified-time"}) {
    if (call.header(name)) co_return Error(NotImplemented).with("Header", std::string(name));
  }
  const auto if_match = call.header("if-match");
  auto erase = [&](store::Txn& txn) -> Result<> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    return DeleteOne(txn, *bucket, call.route().key, version, if_match);
  };
  if (auto erased = co_await call.commit(erase); !erased) co_return erased.error();
  co_return http::Response(204);
}

Answer DeleteObjects(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  const auto request = ParseDelete(*text);
  if (!request) co_return request.error();
  auto erase = [&](store::Txn& txn) -> Result<std::vector<Outcome>> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    std::vector<Outcome> outcomes;
    for (const Entry& entry : request->objects) {
      Outcome& outcome = outcomes.emplace_back(Outcome{entry.key, entry.version_id, {}, {}});
      const auto erased = DeleteOne(txn, *bucket, entry.key, entry.version_id, entry.etag);
      if (erased) continue;
      outcome.code = erased.error().code();
      outcome.message = erased.error().message();
    }
    return outcomes;
  };
  const auto outcomes = co_await call.commit(erase);
  if (!outcomes) co_return outcomes.error();
  co_return XmlResponse(DeleteResult(*outcomes, request->quiet));
}

}  // namespace keymill::s3
