#include "server/s3/metadata.h"

#include <algorithm>
#include <array>

#include "server/aws/form.h"
#include "server/aws/time.h"
#include "server/s3/checksums.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/lock.h"
#include "server/s3/rfc2047.h"
#include "server/s3/tags.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kMetaPrefix = "x-amz-meta-";
constexpr std::size_t kMaxMetadata = 2048;
constexpr std::string_view kDefaultContentType = "binary/octet-stream";

// Those of general purpose buckets: the model names others, which belong to stores of another kind.
constexpr std::array<std::string_view, 8> kStorageClasses = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                                             "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR",
                                                             "GLACIER",    "DEEP_ARCHIVE"};

template <class List>
bool Contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Repeated headers become one value, joined by commas.
void AddMetadata(store::StringPairs& metadata, std::string name, std::string value) {
  const auto same =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& pair) { return pair.first == name; });
  if (same == metadata.end())
    metadata.emplace_back(std::move(name), std::move(value));
  else
    same->second.append(",").append(value);
}

Result<> ReadUserMetadata(const pipeline::Call& call, store::StringPairs& metadata) {
  const bool form = call.route().operation->is_form();  // whose fields are UTF-8 as they are
  for (const auto& [name, value] : call.request().headers) {
    if (!sigv4::starts_with_ignoring_case(name, kMetaPrefix)) continue;
    AddMetadata(metadata, sigv4::lower(name.substr(kMetaPrefix.size())),
                form ? std::string(value) : DecodeHeaderText(value));
  }
  if (call.presigned()) {
    for (const auto& [name, value] : call.params().all()) {
      if (!sigv4::starts_with_ignoring_case(name, kMetaPrefix)) continue;
      AddMetadata(metadata, sigv4::lower(std::string_view(name).substr(kMetaPrefix.size())), value);
    }
  }
  std::size_t size = 0;
  for (const auto& [name, value] : metadata) size += name.size() + value.size();
  if (size <= kMaxMetadata) return {};
  return Error(MetadataTooLarge)
      .with("Size", std::to_string(size))
      .with("MaxSizeAllowed", std::to_string(kMaxMetadata));
}

/// Content-Encoding without the `aws-chunked` that only described the transfer.
std::string StoredEncoding(std::string_view value) {
  std::string stored;
  while (!value.empty()) {
    const auto comma = value.find(',');
    const std::string_view token = sigv4::trim(value.substr(0, comma));
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    if (token.empty() || sigv4::equals_ignoring_case(token, "aws-chunked")) continue;
    if (!stored.empty()) stored += ", ";
    stored += token;
  }
  return stored;
}

/// Header values are ISO-8859-1 on the wire; nullopt if a character is beyond it.
std::optional<std::string> Utf8ToLatin1(std::string_view utf8) {
  std::string out;
  for (const char32_t c : aws::CodePoints(utf8)) {
    if (c > 0xFF) return std::nullopt;
    out += static_cast<char>(c);
  }
  return out;
}

void WriteOptional(http::Response& response, std::string_view name, const std::optional<std::string>& override_value,
                   std::string_view stored) {
  if (override_value)
    response.header(name, *override_value);
  else if (!stored.empty())
    response.header(name, stored);
}

}  // namespace

Result<> ReadObjectHeaders(const pipeline::Call& call, store::Object& object) {
  if (auto read = ReadPlacementHeaders(call, object); !read) return read.error();
  if (const auto tagging = call.header("x-amz-tagging")) {
    auto tags = ParseTaggingHeader(*tagging);
    if (!tags) return tags.error();
    object.tags = std::move(*tags);
  }
  return ReadReplaceableHeaders(call, object);
}

Result<> ReadReplaceableHeaders(const pipeline::Call& call, store::Object& object) {
  const auto take = [&](std::string_view name) { return std::string(call.header_or_empty(name)); };
  object.content_type = take("content-type");
  object.cache_control = take("cache-control");
  object.content_disposition = take("content-disposition");
  object.content_encoding = StoredEncoding(call.header_or_empty("content-encoding"));
  object.content_language = take("content-language");
  object.expires = take("expires");
  object.metadata.clear();
  return ReadUserMetadata(call, object.metadata);
}

Result<> SetPlacement(store::Object& object, std::string_view storage_class, std::string_view redirect) {
  if (!storage_class.empty() && !Contains(kStorageClasses, storage_class)) {
    return Error(InvalidStorageClass).with("StorageClassRequested", std::string(storage_class));
  }
  object.storage_class = storage_class == "STANDARD" ? std::string_view{} : storage_class;
  if (!redirect.empty() && redirect[0] != '/' && !redirect.starts_with("http://") &&
      !redirect.starts_with("https://")) {
    return Error(InvalidRedirectLocation);
  }
  object.website_redirect = redirect;
  return {};
}

Result<> ReadPlacementHeaders(const pipeline::Call& call, store::Object& object) {
  if (auto read = ReadEncryptionHeaders(call, object); !read) return read.error();
  auto placed = SetPlacement(object, call.header_or_empty("x-amz-storage-class"),
                             call.header_or_empty("x-amz-website-redirect-location"));
  if (!placed) return placed;
  return ReadLockHeaders(call, object);
}

Result<Overrides> ReadOverrides(const pipeline::Call& call) {
  Overrides overrides;
  if (call.params().all().empty()) return overrides;
  const std::pair<std::string_view, std::optional<std::string>*> kParameters[] = {
      {"response-content-type", &overrides.content_type},
      {"response-content-language", &overrides.content_language},
      {"response-expires", &overrides.expires},
      {"response-cache-control", &overrides.cache_control},
      {"response-content-disposition", &overrides.content_disposition},
      {"response-content-encoding", &overrides.content_encoding}};
  for (const auto& [name, target] : kParameters) {
    const auto value = call.params().find(name);
    if (!value) continue;
    if (call.identity().anonymous()) {
      return Error(InvalidRequest, "Request specific response headers cannot be used for anonymous GET requests.");
    }
    *target = Utf8ToLatin1(*value);
    if (!*target) {
      return InvalidArgumentNamed("Header value cannot be represented using ISO-8859-1.", name, *value);
    }
  }
  return overrides;
}

void WriteObjectHeaders(http::Response& response, const store::Object& object, const Overrides& overrides) {
  response.header("ETag", Quoted(object.etag))
      .header("Last-Modified", aws::HttpDate(object.modified))
      .header("Accept-Ranges", "bytes");
  WriteOptional(response, "Content-Type", overrides.content_type,
                object.content_type.empty() ? kDefaultContentType : std::string_view(object.content_type));
  WriteOptional(response, "Cache-Control", overrides.cache_control, object.cache_control);
  WriteOptional(response, "Content-Disposition", overrides.content_disposition, object.content_disposition);
  WriteOptional(response, "Content-Encoding", overrides.content_encoding, object.content_encoding);
  WriteOptional(response, "Content-Language", overrides.content_language, object.content_language);
  WriteOptional(response, "Expires", overrides.expires, object.expires);
  WriteEncryptionHeaders(response, object);
  if (!object.storage_class.empty()) response.header("x-amz-storage-class", object.storage_class);
  if (!object.website_redirect.empty()) response.header("x-amz-website-redirect-location", object.website_redirect);
  WriteLockHeaders(response, object);
  if (!object.tags.empty()) response.header("x-amz-tagging-count", std::uint64_t{object.tags.size()});
  for (const auto& [name, value] : object.metadata) {
    response.header(std::string(kMetaPrefix).append(name), EncodeHeaderText(value));
  }
}

void WriteChecksumHeaders(http::Response& response, const store::Object& object) {
  const ChecksumKind* kind = FindChecksumKind(object.checksum.algorithm);
  if (kind == nullptr) return;
  const bool composite = object.checksum.composite;
  response.header(kind->header, ShowChecksum(object.checksum.value, composite ? object.part_count : 0))
      .header("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
}

void WriteChecksumHeaders(http::Response& response, const store::ObjectPart& part) {
  const ChecksumKind* kind = FindChecksumKind(part.checksum.algorithm);
  if (kind == nullptr) return;
  response.header(kind->header, ShowChecksum(part.checksum.value)).header("x-amz-checksum-type", "COMPOSITE");
}

std::string Quoted(std::string_view etag) {
  std::string quoted;
  quoted.reserve(etag.size() + 2);
  return quoted.append("\"").append(etag).append("\"");
}

}  // namespace keymill::s3
