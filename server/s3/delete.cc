#include <vector>

#include "server/aws/fields.h"
#include "server/s3/authorization.h"
#include "server/s3/commit_watched.h"
#include "server/s3/conditions.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"

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
  std::optional<std::string> version_id;
  std::optional<bool> delete_marker;
  std::optional<std::string> delete_marker_version_id, code, message;
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
    std::tuple{Field{"Key", &s3::Outcome::key},
               Field{"VersionId", &s3::Outcome::version_id},
               Field{"DeleteMarker", &s3::Outcome::delete_marker},
               Field{"DeleteMarkerVersionId", &s3::Outcome::delete_marker_version_id},
               Field{"Code", &s3::Outcome::code},
               Field{"Message", &s3::Outcome::message}};

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

Result<> CheckEtag(const store::Txn& txn, const store::Bucket& bucket, std::string_view key,
                   std::optional<std::string_view> if_match) {
  if (!if_match) return {};
  const auto current = store::FindObject(txn, bucket.id, key);
  if (current && !current->delete_marker && MatchesEtag(*if_match, current->etag)) return {};
  return Error(PreconditionFailed).with("Condition", "If-Match");
}

/// Each entry needs the permission that a DeleteObject of its own would need.
Task<Result<>> AuthorizeEntry(Call& call, const Entry& entry) {
  Subject subject = SubjectOf(call, entry.key);
  if (entry.version_id) subject.version_id = *entry.version_id;
  const std::string_view action = entry.version_id ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
  co_return co_await AuthorizeObject(call, action, subject);
}

Outcome Failed(const Entry& entry, const Error& error) {
  Outcome outcome;
  outcome.key = entry.key;
  outcome.version_id = entry.version_id;
  outcome.code = error.code();
  outcome.message = error.message();
  return outcome;
}

/// What became of one entry.
Outcome DeleteEntry(store::Txn& txn, const Call& call, const store::Bucket& bucket, const Entry& entry) {
  Outcome outcome;
  outcome.key = entry.key;
  outcome.version_id = entry.version_id;
  const auto fail = [&](const Error& error) { return Failed(entry, error); };
  std::optional<std::string> version;
  if (entry.version_id) {
    auto parsed = ParseVersionId(*entry.version_id);
    if (!parsed) return fail(NoSuchVersion);
    version = std::move(*parsed);
  }
  if (const auto checked = CheckEtag(txn, bucket, entry.key, entry.etag); !checked) return fail(checked.error());
  const auto deletion = DeleteVersion(txn, bucket, entry.key, version, call, NewVersionId());
  if (!deletion) return fail(deletion.error());
  if (version && !version->empty() && !deletion->found) return fail(NoSuchVersion);
  if (deletion->marker) {
    outcome.delete_marker = true;
    outcome.delete_marker_version_id = deletion->version_id;
  }
  return outcome;
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
  for (const std::string_view name : {"x-amz-if-match-size", "x-amz-if-match-last-modified-time"}) {
    if (call.header(name)) co_return Error(NotImplemented).with("Header", std::string(name));
  }
  const auto version = RequestedVersion(call);
  if (!version) co_return version.error();
  const std::string new_id = NewVersionId();
  auto erase = [&](store::Txn& txn) -> Result<Deletion> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    const std::string& key = call.route().key;
    if (auto checked = CheckEtag(txn, *bucket, key, call.header("if-match")); !checked) return checked.error();
    return DeleteVersion(txn, *bucket, key, *version, call, new_id);
  };
  const auto deletion = co_await CommitWatched(call, erase);
  if (!deletion) co_return deletion.error();
  http::Response response(204);
  if (deletion->marker) response.header("x-amz-delete-marker", "true");
  if (deletion->version_id) response.header("x-amz-version-id", *deletion->version_id);
  co_return response;
}

Answer DeleteObjects(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  const auto request = ParseDelete(*text);
  if (!request) co_return request.error();
  std::vector<Result<>> allowed;
  for (const Entry& entry : request->objects) {
    auto decided = co_await AuthorizeEntry(call, entry);
    allowed.push_back(std::move(decided));
  }
  auto erase = [&](store::Txn& txn) -> Result<std::vector<Outcome>> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
      const Entry& entry = request->objects[i];
      outcomes.push_back(allowed[i] ? DeleteEntry(txn, call, *bucket, entry) : Failed(entry, allowed[i].error()));
    }
    return outcomes;
  };
  const auto outcomes = co_await CommitWatched(call, erase);
  if (!outcomes) co_return outcomes.error();
  co_return XmlResponse(DeleteResult(*outcomes, request->quiet));
}

}  // namespace keymill::s3
