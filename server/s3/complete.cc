#include "server/aws/fields.h"
#include "server/s3/commit_watched.h"
#include "server/s3/conditions.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/uploads.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2621440;

struct NamedPart {
  std::uint32_t number = 0;
  std::string etag;
  std::optional<std::string> checksum;  ///< of the upload's kind, as the client repeats it: base64
};
using NamedParts = std::vector<NamedPart>;

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::NamedPart> =
    std::tuple{Field{"PartNumber", &s3::NamedPart::number, kRequired}, Field{"ETag", &s3::NamedPart::etag, kRequired}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

std::string_view Unquoted(std::string_view etag) {
  return etag.size() >= 2 && etag.front() == '"' && etag.back() == '"' ? etag.substr(1, etag.size() - 2) : etag;
}

/// `kind`: of the upload's checksums; others that the client names do not matter.
Result<NamedParts> ParseComplete(std::string_view text, const Call& call, const ChecksumKind& kind) {
  const auto document = aws::XmlDocument::Parse(text, "CompleteMultipartUpload");
  if (!document) return Error(MalformedXML);
  NamedParts parts;
  for (const aws::XmlElement& element : document->root().children("Part")) {
    NamedPart& part = parts.emplace_back();
    if (!aws::Read(element, part)) return Error(MalformedXML);
    if (const auto checksum = element.child(kind.element)) part.checksum = checksum->text();
  }
  if (parts.empty()) return Error(MalformedXML);
  std::uint32_t former = 0;
  for (const NamedPart& part : parts) {
    if (part.number < 1 || part.number > kMaxPartNumber) return ParsePartNumber(std::to_string(part.number)).error();
    if (part.number <= former) {
      return Error(InvalidPartOrder).with("UploadId", std::string(call.params().find("uploadId").value_or("")));
    }
    former = part.number;
  }
  return parts;
}

/// The parts that the request names, compared with what it says of them.
Result<std::vector<store::Part>> MatchParts(const store::Reader& reader, const store::Upload& upload,
                                            const NamedParts& named_parts) {
  const ChecksumKind* declared = DeclaredKind(upload);
  std::vector<store::Part> stored = store::ListParts(reader, upload, 0, kMaxPartNumber);
  std::vector<store::Part> parts;
  auto at = stored.begin();
  for (const NamedPart& named : named_parts) {
    const std::string number = std::to_string(named.number);
    while (at != stored.end() && at->number < named.number) ++at;
    if (at == stored.end() || at->number != named.number || at->etag != Unquoted(named.etag)) {
      return Error(InvalidPart)
          .with("UploadId", upload.id)
          .with("PartNumber", number)
          .with("ETag", std::string(Unquoted(named.etag)));
    }
    const auto& checksum = named.checksum;
    if (declared != nullptr && upload.object.checksum.composite && !checksum) {
      return Error(InvalidRequest,
                   "The upload was created using a " + std::string(declared->lower) +
                       " checksum. The complete request must include the checksum for each part. It was "
                       "missing for part " +
                       number + " in the request.");
    }
    if (checksum && *checksum != ShowChecksum(at->checksum.value)) {
      return Error(BadDigest, "The " + std::string(StoredKind(upload).lower) + " you specified for part " + number +
                                  " did not match what we received.");
    }
    parts.push_back(*at);
  }
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size >= kMinPart) continue;
    return Error(EntityTooSmall)
        .with("ProposedSize", std::to_string(parts[i].size))
        .with("MinSizeAllowed", std::to_string(kMinPart))
        .with("PartNumber", std::to_string(parts[i].number))
        .with("ETag", parts[i].etag);
  }
  return parts;
}

std::string MultipartEtag(const std::vector<store::Part>& parts) {
  sigv4::Md5 md5;
  for (const store::Part& part : parts) md5.update(sigv4::hex_decode(part.etag).value_or(""));
  return sigv4::hex(md5.finish()) + "-" + std::to_string(parts.size());
}

/// The object's checksum from the parts': combined where it is over all bytes, else a checksum of checksums.
store::Checksum WholeChecksum(const ChecksumKind& kind, bool composite, const std::vector<store::Part>& parts) {
  store::Checksum whole{std::string(kind.name), parts.front().checksum.value, composite};
  if (composite) {
    ChecksumHasher hasher(kind);
    for (const store::Part& part : parts) hasher.update(std::as_bytes(std::span(part.checksum.value)));
    whole.value = hasher.finish();
  } else {
    for (std::size_t i = 1; i < parts.size(); ++i) {
      whole.value = CombineChecksums(kind, whole.value, parts[i].checksum.value, parts[i].size);
    }
  }
  return whole;
}

/// What the request's headers say of the completed object: its type of checksum, its checksum and its size.
Result<> CheckAgainstHeaders(const Call& call, const store::Upload& upload, const store::Object& object) {
  const store::Checksum& created = upload.object.checksum;
  const std::string_view mode = created.algorithm.empty() ? "null" : created.composite ? "COMPOSITE" : "FULL_OBJECT";
  const auto type = call.header("x-amz-checksum-type");
  if (type && *type != mode && !(mode == "null" && *type == "FULL_OBJECT")) {
    return Error(InvalidRequest, "The upload was created using the " + std::string(mode) +
                                     " checksum mode. The complete request must use the same checksum mode.");
  }
  const ChecksumKind& kind = StoredKind(upload);
  if (const auto value = call.header(kind.header)) {
    if (value->substr(0, value->find('-')) != ShowChecksum(object.checksum.value)) {
      return Error(BadDigest,
                   "The " + std::string(kind.lower) + " you specified did not match the calculated checksum.");
    }
  }
  if (const auto size = call.header("x-amz-mp-object-size"); size && *size != std::to_string(object.size)) {
    return Error(InvalidRequest, "The provided 'x-amz-mp-object-size' header value " + std::string(*size) +
                                     " does not match what was computed: " + std::to_string(object.size));
  }
  return {};
}

/// Conditions as on PUT; besides, an object written or deleted after the upload was begun is a conflict.
Result<> CheckConditions(const store::Reader& reader, const FoundUpload& found, const WriteConditions& conditions) {
  if (!conditions.any()) return {};
  const std::string& key = found.upload.key;
  const auto current = store::FindObject(reader, found.bucket.id, key);
  if (auto checked = CheckWrite(conditions, current, key); !checked) return checked.error();
  if (current && !conditions.if_match.empty() && current->sequence > found.upload.number) {
    return Error(ConditionalRequestConflict).with("Condition", "If-Match").with("Key", key);
  }
  // Nothing is there. But the upload's template has the number of what was there when it began, if anything, and a
  // delete marker has its own.
  const bool deleted = found.upload.object.sequence != 0 || (current && current->sequence > found.upload.number);
  if (conditions.if_absent && deleted) {
    return Error(ConditionalRequestConflict).with("Condition", "If-None-Match").with("Key", key);
  }
  return {};
}

/// Turns the upload into the object; `expiration` becomes its x-amz-expiration. Costs O(parts), whatever their size.
Result<store::Object> Complete(store::Txn& txn, const Call& call, const NamedParts& named,
                               const WriteConditions& conditions, const std::string& version_id,
                               std::optional<std::string>& expiration) {
  const auto found = RequireUpload(txn, call);
  if (!found) return found.error();
  const store::Upload& upload = found->upload;
  const auto parts = MatchParts(txn, upload, named);
  if (!parts) return parts.error();
  if (auto checked = CheckConditions(txn, *found, conditions); !checked) return checked.error();
  store::Object object = upload.object;
  object.key = upload.key;
  object.modified = WholeSeconds(call.now());
  object.etag = MultipartEtag(*parts);
  object.size = 0;
  for (const store::Part& part : *parts) object.size += part.size;
  object.checksum = WholeChecksum(StoredKind(upload), upload.object.checksum.composite, *parts);
  object.part_count = static_cast<std::uint32_t>(parts->size());
  if (auto checked = CheckAgainstHeaders(call, upload, object); !checked) return checked.error();
  std::vector<std::uint32_t> numbers;
  for (const store::Part& part : *parts) numbers.push_back(part.number);
  store::TakeParts(txn, found->bucket.id, upload, numbers, object);
  StoreObject(txn, found->bucket, object, version_id, true);
  expiration = ExpirationHeader(txn, found->bucket, object);
  return object;
}

std::string CompleteResult(const Call& call, const store::Object& object) {
  aws::XmlWriter xml;
  xml.declaration().open("CompleteMultipartUploadResult", kNamespace);
  xml.text("Location", ObjectUrl(call))
      .text("Bucket", call.route().bucket)
      .text("Key", object.key)
      .text("ETag", Quoted(object.etag));
  if (const ChecksumKind* kind = FindChecksumKind(object.checksum.algorithm)) {
    const bool composite = object.checksum.composite;
    xml.text(kind->element, ShowChecksum(object.checksum.value, composite ? object.part_count : 0))
        .text("ChecksumType", composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  xml.close();
  return xml.take();
}

}  // namespace

Answer CompleteMultipartUpload(Call& call) {
  const auto conditions = WriteConditionsOf(call);
  if (!conditions) co_return conditions.error();
  auto find = [&](const store::Reader& reader) { return RequireUpload(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const auto text =
      co_await call.payload().read_all(kMaxDocument);  // checksum headers are the object's, not the body's
  if (!text) co_return text.error();
  const auto named = ParseComplete(*text, call, StoredKind(found->upload));
  if (!named) co_return named.error();
  const std::string version_id = NewVersionId();
  std::optional<std::string> expiration;
  auto complete = [&](store::Txn& txn) { return Complete(txn, call, *named, *conditions, version_id, expiration); };
  const auto object = co_await CommitWatched(call, complete);
  if (!object) co_return object.error();
  http::Response response = XmlResponse(CompleteResult(call, *object));
  WriteEncryptionHeaders(response, *object);
  WriteNewVersionHeader(response, *object);
  if (expiration) response.header(kExpirationHeader, *expiration);
  co_return response;
}

}  // namespace keymill::s3
