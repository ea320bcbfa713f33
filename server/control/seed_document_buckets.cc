#include <initializer_list>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/control/seed_fields.h"
#include "server/s3/checksums.h"
#include "server/s3/retention.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"

// What a seed says of buckets and objects, read into shapes.

namespace keymill::control {
namespace {

namespace json = boost::json;

void ReadContent(JsonFields& fields, Complaints& complaints, SeedVersion& version) {
  const json::value* content = fields.find("content");
  if (content == nullptr) return;
  if (content->is_string()) {
    version.content = TextOf(content->get_string());
    return;
  }
  JsonFields source(*content, fields.path("content"), complaints);
  const auto base64 = source.optional("base64"), file = source.optional("file");
  source.finish();
  if (!content->is_object()) return;
  if (base64.has_value() == file.has_value()) {
    fields.complain("content", "must be a string, {\"base64\": \"…\"} or {\"file\": \"…\"}");
  } else if (file) {
    version.file = *file;
  } else if (auto octets = sigv4::base64_decode(*base64)) {
    version.content = *std::move(octets);
  } else {
    source.complain("base64", "must be base64");
  }
}

std::optional<SeedEncryption> ReadEncryption(JsonFields& fields, Complaints& complaints) {
  const json::value* value = fields.find("encryption");
  if (value == nullptr) return std::nullopt;
  JsonFields members(*value, fields.path("encryption"), complaints);
  SeedEncryption encryption;
  encryption.path = members.path();
  encryption.algorithm = members.required("algorithm");
  encryption.kms_key_id = members.text("kms_key_id");
  encryption.bucket_key = members.flag("bucket_key");
  members.finish();
  return encryption;
}

/// `null` is a retention too: none, in a bucket that gives one to new versions.
std::optional<SeedRetention> ReadRetention(JsonFields& fields, Complaints& complaints) {
  const json::value* value = fields.find("retention");
  if (value == nullptr) return fields.is_null("retention") ? std::optional<SeedRetention>(std::in_place) : std::nullopt;
  JsonFields members(*value, fields.path("retention"), complaints);
  SeedRetention retention;
  const std::string mode = members.required("mode"), until = members.required("retain_until");
  members.finish();
  if (const auto known = s3::ParseLockMode(mode))
    retention.mode = *known;
  else if (!mode.empty())
    members.complain("mode", "must be GOVERNANCE or COMPLIANCE");
  if (const auto time = aws::ParseIso(until))
    retention.until = *time;
  else if (!until.empty())
    members.complain("retain_until", "must be a time like 2030-01-01T00:00:00Z");
  return retention;
}

void ReadVersionId(JsonFields& fields, SeedVersion& version) {
  const auto text = fields.optional("version_id");
  if (!text) return;
  const auto id = s3::ParseVersionId(*text);
  if (id)
    version.version_id = *id;
  else
    fields.complain("version_id", "must be \"null\" or an id that S3 has made");
}

/// All that describes an object, without its key.
SeedVersion ReadVersion(JsonFields& fields, Complaints& complaints) {
  SeedVersion version;
  version.path = fields.path();
  ReadContent(fields, complaints, version);
  version.content_type = fields.text("content_type");
  version.cache_control = fields.text("cache_control");
  version.content_disposition = fields.text("content_disposition");
  version.content_encoding = fields.text("content_encoding");
  version.content_language = fields.text("content_language");
  version.expires = fields.text("expires");
  version.website_redirect = fields.text("website_redirect");
  version.storage_class = fields.text("storage_class");
  version.metadata = fields.pairs("metadata");
  version.tags = fields.pairs("tags");
  version.checksum_algorithm = fields.optional("checksum_algorithm");
  if (version.checksum_algorithm && s3::FindChecksumKind(*version.checksum_algorithm) == nullptr) {
    fields.complain("checksum_algorithm", "must be one of S3's checksum algorithms");
  }
  version.owner = fields.optional("owner");
  if (version.owner && !aws::IsAccountId(*version.owner)) fields.complain("owner", "must be 12 digits");
  version.acl = ReadText(fields, "acl");
  version.encryption = ReadEncryption(fields, complaints);
  version.retention = ReadRetention(fields, complaints);
  if (fields.find("legal_hold") != nullptr) version.legal_hold = fields.flag("legal_hold");
  return version;
}

SeedObject ReadObject(JsonFields& fields, Complaints& complaints) {
  SeedObject object;
  object.path = fields.path();
  object.key = fields.required("key");
  if (fields.find("versions") == nullptr) {
    object.versions.push_back(ReadVersion(fields, complaints));
  } else {
    object.versions = ReadAll<SeedVersion>(fields, "versions", complaints, [&](JsonFields& element) {
      if (!element.flag("delete_marker")) {
        SeedVersion version = ReadVersion(element, complaints);
        ReadVersionId(element, version);
        return version;
      }
      SeedVersion marker;
      marker.path = element.path();
      marker.delete_marker = true;
      ReadVersionId(element, marker);
      return marker;
    });
    if (object.versions.empty()) fields.complain("versions", "must be a list with at least one version");
  }
  for (SeedVersion& version : object.versions) version.key = object.key;
  return object;
}

}  // namespace

SeedBucket ReadBucket(JsonFields& fields, Complaints& complaints) {
  SeedBucket bucket;
  bucket.path = fields.path();
  bucket.name = fields.required("name");
  bucket.region = fields.optional("region");
  bucket.object_lock = fields.flag("object_lock");
  bucket.versioning = ReadText(fields, "versioning");
  if (bucket.versioning && bucket.versioning->text != "Enabled" && bucket.versioning->text != "Suspended") {
    fields.complain("versioning", "must be Enabled or Suspended");
  }
  bucket.object_ownership = ReadText(fields, "object_ownership");
  bucket.acl = ReadText(fields, "acl");
  bucket.policy = ReadDocument(fields, "policy", false);
  bucket.tags = fields.pairs("tags");
  fields.each_member("configurations", [&](const std::string& name, const json::value& value, std::string path) {
    if (value.is_null())
      bucket.configurations.push_back({std::move(path), name, std::nullopt});
    else if (value.is_string())
      bucket.configurations.push_back({std::move(path), name, TextOf(value.get_string())});
    else
      complaints.push_back({std::move(path), "must be S3's XML document as a string, or null"});
  });
  bucket.objects = ReadAll<SeedObject>(fields, "objects", complaints,
                                       [&](JsonFields& element) { return ReadObject(element, complaints); });
  return bucket;
}

}  // namespace keymill::control
