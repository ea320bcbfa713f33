#include "server/s3/versions.h"

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/s3/authorization.h"
#include "server/s3/crc.h"
#include "server/s3/errors.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "store/uploads.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
constexpr std::size_t kRandom = 24;  // characters of six bits
constexpr std::size_t kCheck = 8;
constexpr std::string_view kNull = "null";

std::string CheckCharacters(std::string_view random) {
  std::uint64_t crc = Crc64Nvme(0, std::as_bytes(std::span(random)));
  std::string check;
  for (std::size_t i = 0; i < kCheck; ++i, crc >>= 6) check += kAlphabet[crc & 63];
  return check;
}

Error InvalidVersionId(std::string_view text) {
  return InvalidArgumentNamed("Invalid version id specified", "versionId", text);
}

Error DeleteMarkerError(const pipeline::Call& call, const store::Object& marker) {
  return Error(MethodNotAllowed)
      .with("Method", std::string(call.request().method))
      .with("ResourceType", "DeleteMarker")
      .with_header("Allow", "DELETE")
      .with_header("Last-Modified", aws::HttpDate(marker.modified))
      .with_header("x-amz-delete-marker", "true")
      .with_header("x-amz-version-id", std::string(ShowVersionId(marker.version_id)));
}

Error NoSuchKeyError(const std::string& key, const store::Object* marker) {
  Error error = Error(NoSuchKey).with("Key", key);
  if (marker == nullptr) return error;
  return std::move(error)
      .with_header("x-amz-delete-marker", "true")
      .with_header("x-amz-version-id", std::string(ShowVersionId(marker->version_id)));
}

}  // namespace

std::string NewVersionId() {
  std::string id;
  for (const char octet : aws::RandomBytes(kRandom)) id += kAlphabet[static_cast<unsigned char>(octet) & 63];
  return id + CheckCharacters(id);
}

bool IsVersionId(std::string_view text) {
  return text.size() == kRandom + kCheck && text.find_first_not_of(kAlphabet) == std::string_view::npos &&
         text.substr(kRandom) == CheckCharacters(text.substr(0, kRandom));
}

Result<std::string> ParseVersionId(std::string_view text) {
  if (text == kNull) return std::string();
  if (!IsVersionId(text)) return InvalidVersionId(text);
  return std::string(text);
}

Result<std::optional<std::string>> RequestedVersion(const pipeline::Call& call) {
  const auto text = call.params().find("versionId");
  if (!text) return std::optional<std::string>();
  if (text->empty()) return InvalidArgumentNamed("Version id cannot be the empty string", "versionId", "");
  auto id = ParseVersionId(*text);
  if (!id) return id.error();
  return std::optional<std::string>(std::move(*id));
}

std::string_view ShowVersionId(std::string_view version_id) {
  return version_id.empty() ? kNull : version_id;
}

Result<FoundObject> RequireObject(const store::Reader& reader, const pipeline::Call& call) {
  return RequireObject(reader, call, call.route().key);
}

Result<SharedObject> RequireSharedObject(const store::Reader& reader, const pipeline::Call& call,
                                         const std::string& key) {
  const auto version = RequestedVersion(call);
  if (!version) return version.error();
  auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  if (*version) {
    auto object = store::FindVersion(reader, bucket->id, key, **version);
    if (!object) {
      if (auto listing = MayLearnOfAbsence(call); !listing) return listing.error();
      return Error(NoSuchVersion).with("Key", key).with("VersionId", std::string(ShowVersionId(**version)));
    }
    if (object->delete_marker) return DeleteMarkerError(call, *object);
    return SharedObject{std::move(*bucket), std::make_shared<const store::Object>(*std::move(object))};
  }
  auto object = store::ShareObject(reader, bucket->id, key);
  if (!object || object->delete_marker) {
    if (auto listing = MayLearnOfAbsence(call); !listing) return listing.error();
    return NoSuchKeyError(key, object.get());
  }
  return SharedObject{std::move(*bucket), std::move(object)};
}

Result<FoundObject> RequireObject(const store::Reader& reader, const pipeline::Call& call, const std::string& key) {
  auto found = RequireSharedObject(reader, call, key);
  if (!found) return found.error();
  return FoundObject{std::move(found->bucket), *found->object};
}

void StoreObject(store::Txn& txn, const store::Bucket& bucket, store::Object& object, const std::string& version_id,
                 bool completed) {
  const bool versioned = bucket.versioning != store::Versioning::kUnversioned;
  object.version_id = bucket.versioning == store::Versioning::kEnabled ? version_id : std::string();
  ApplyDefaultRetention(txn, bucket, object);
  if (completed)
    store::PutCompleted(txn, bucket.id, object, versioned);
  else if (versioned)
    store::PutVersion(txn, bucket.id, object);
  else
    store::PutObject(txn, bucket.id, object);
}

Result<Deletion> DeleteVersion(store::Txn& txn, const store::Bucket& bucket, const std::string& key,
                               const std::optional<std::string>& version, const pipeline::Call& call,
                               const std::string& new_id) {
  if (auto checked = CheckBypassHeader(call, bucket); !checked) return checked.error();
  const bool versioned = bucket.versioning != store::Versioning::kUnversioned;
  if (version) {
    if (!versioned && !version->empty()) return InvalidVersionId(*version);
    const auto object = store::FindVersion(txn, bucket.id, key, *version);
    if (object) {
      if (auto checked = CheckDeletable(call, *object); !checked) return checked.error();
    }
    if (versioned)
      store::EraseVersion(txn, bucket.id, key, *version);
    else
      store::EraseObject(txn, bucket.id, key);
    return Deletion{object.has_value(), object && object->delete_marker, std::string(ShowVersionId(*version))};
  }
  if (!versioned) return Deletion{store::EraseObject(txn, bucket.id, key), false, std::nullopt};
  const store::Object marker = PutDeleteMarker(txn, bucket, key, call.now(), new_id);
  return Deletion{true, true, std::string(ShowVersionId(marker.version_id))};
}

store::Object PutDeleteMarker(store::Txn& txn, const store::Bucket& bucket, const std::string& key, store::Millis now,
                              const std::string& new_id) {
  store::Object marker;
  marker.key = key;
  marker.delete_marker = true;
  marker.modified = WholeSeconds(now);
  marker.owner = bucket.account;
  StoreObject(txn, bucket, marker, new_id);
  return marker;
}

void WriteVersionHeader(http::Response& response, const store::Bucket& bucket, const store::Object& object) {
  if (bucket.versioning == store::Versioning::kUnversioned) return;
  response.header("x-amz-version-id", ShowVersionId(object.version_id));
}

void WriteNewVersionHeader(http::Response& response, const store::Object& object) {
  if (!object.version_id.empty()) response.header("x-amz-version-id", object.version_id);
}

}  // namespace keymill::s3
