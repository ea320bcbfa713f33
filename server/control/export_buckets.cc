#include "server/control/export_buckets.h"

#include <algorithm>

#include "server/aws/form.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/control/export_json.h"
#include "server/control/seed_document.h"
#include "server/pipeline/named_principals.h"
#include "server/s3/acl.h"
#include "server/s3/bucket_state.h"
#include "server/s3/checksums.h"
#include "server/s3/customer_key.h"
#include "server/s3/documents.h"
#include "server/s3/encryption.h"
#include "server/s3/lock.h"
#include "server/s3/lock_configuration.h"
#include "server/s3/retention.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"
#include "store/buckets.h"
#include "store/objects.h"
#include "store/versions.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

bool IsUtf8(const std::string& text) {
  const std::u32string points = aws::CodePoints(text);
  return std::find(points.begin(), points.end(), U'\xFFFD') == points.end();
}

/// With the names that those have today whom it means; a seed ties them to the new server's own.
std::string ShownPolicy(const store::Reader& reader, store::BucketId bucket) {
  const std::string text = store::FindDocument(reader, bucket, s3::kPolicyDocument).value_or("");
  const auto named = store::FindDocument(reader, bucket, s3::kNamedDocument);
  return named ? pipeline::ShowNamed(reader, text, pipeline::DecodeNamed(*named)) : text;
}

}  // namespace

json::object BucketExporter::bucket(const store::Bucket& from) {
  json::object to{{"name", from.name}, {"region", from.region}};
  if (from.object_lock) to["object_lock"] = true;
  if (from.versioning != store::Versioning::kUnversioned) {
    to["versioning"] = from.versioning == store::Versioning::kEnabled ? "Enabled" : "Suspended";
  }
  if (s3::HasAcls(from)) {  // without ownership controls a bucket behaves as with these
    to["object_ownership"] = from.object_ownership == "none" ? std::string("ObjectWriter") : from.object_ownership;
  }
  const std::string owner_id = aws::CanonicalUserId(from.account);
  if (!from.acl.empty()) to["acl"] = s3::AclDocument(owner_id, s3::DecodeGrants(from.acl, owner_id));
  Put(to, "tags", PairsOf(from.tags));
  json::object configurations;
  for (const std::string& name : store::ListDocuments(reader_, from.id)) {
    if (name == s3::kPolicyDocument) {
      to["policy"] = PolicyOf(ShownPolicy(reader_, from.id));
    } else if (name == s3::kLockDocument) {
      configurations[name] = store::FindDocument(reader_, from.id, name).value_or("");
    } else if (const s3::DocumentKind* kind = s3::FindDocumentKind(name)) {
      const auto text = s3::FindWholeDocument(reader_, from, *kind, name);
      configurations[name] = text ? json::value(*text) : json::value();
    }
  }
  Put(to, "configurations", std::move(configurations));
  if (options_.objects) Put(to, "objects", objects(from));
  return to;
}

json::array BucketExporter::current_objects(const store::Bucket& bucket) {
  json::array all;
  store::ListQuery query;
  store::ListPage page;
  do {
    page = store::ListObjects(reader_, bucket.id, query);
    for (const store::Object& listed : page.objects) {
      const auto found = store::FindObject(reader_, bucket.id, listed.key);
      if (!found || s3::HasCustomerKey(*found)) continue;  // nobody here can read those
      json::object& object = all.emplace_back(json::object{{"key", found->key}}).get_object();
      describe(bucket, *found, object);
    }
    query.start_after = page.last;
  } while (page.truncated);
  return all;
}

/// With all versions where there are any, oldest first.
json::array BucketExporter::objects(const store::Bucket& bucket) {
  if (bucket.versioning == store::Versioning::kUnversioned) return current_objects(bucket);
  json::array all;
  std::string key;
  json::array newest_first;
  const auto finish = [&] {
    std::reverse(newest_first.begin(), newest_first.end());
    if (!newest_first.empty()) all.push_back(json::object{{"key", key}, {"versions", std::move(newest_first)}});
    newest_first = {};
  };
  store::VersionQuery query;
  store::VersionPage page;
  do {
    page = store::ListVersions(reader_, bucket.id, query);
    for (const store::VersionEntry& entry : page.versions) {
      const store::Object& listed = entry.object;
      if (listed.key != key) finish();
      key = listed.key;
      if (s3::HasCustomerKey(listed)) continue;
      json::object to{{"version_id", s3::ShowVersionId(listed.version_id)}};
      if (listed.delete_marker)
        to["delete_marker"] = true;
      else if (const auto whole = store::FindVersion(reader_, bucket.id, key, listed.version_id))
        describe(bucket, *whole, to);
      newest_first.push_back(std::move(to));
    }
    query.key_marker = page.last_key;
    query.version_id_marker = page.last_version_id;
  } while (page.truncated);
  finish();
  return all;
}

void BucketExporter::describe(const store::Bucket& bucket, const store::Object& from, json::object& to) {
  size_ += from.size;
  if (size_ > kMaxSeed) throw ExportIsTooLarge();
  std::string content;
  store::BodyReader body(reader_, from.body, 0, from.size);
  for (auto piece = body.next(); !piece.empty(); piece = body.next()) {
    content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  if (IsUtf8(content))
    to["content"] = std::move(content);
  else
    to["content"] = json::object{{"base64", sigv4::base64_encode(content)}};
  Put(to, "content_type", json::value(from.content_type));
  Put(to, "cache_control", json::value(from.cache_control));
  Put(to, "content_disposition", json::value(from.content_disposition));
  Put(to, "content_encoding", json::value(from.content_encoding));
  Put(to, "content_language", json::value(from.content_language));
  Put(to, "expires", json::value(from.expires));
  Put(to, "website_redirect", json::value(from.website_redirect));
  Put(to, "storage_class", json::value(from.storage_class));
  Put(to, "metadata", PairsOf(from.metadata));
  Put(to, "tags", PairsOf(from.tags));
  if (!from.checksum.algorithm.empty() && from.checksum.algorithm != s3::kCrc64Nvme.name) {
    to["checksum_algorithm"] = from.checksum.algorithm;
  }
  if (from.owner != bucket.account) to["owner"] = from.owner;
  if (!from.acl.empty() && s3::HasAcls(bucket)) {
    const std::string owner_id = aws::CanonicalUserId(from.owner);
    to["acl"] = s3::AclDocument(owner_id, s3::DecodeGrants(from.acl, owner_id));
  }
  // What the bucket would give to a new object is said only if this one has something else.
  const bool configured = store::FindDocument(reader_, bucket.id, s3::EncryptionKind().name).has_value();
  if (!from.encryption.empty() && (configured || from.encryption != "AES256")) {
    json::object encryption{{"algorithm", from.encryption}};
    Put(encryption, "kms_key_id", json::value(from.encryption_key));
    if (s3::HasBucketKey(from)) encryption["bucket_key"] = true;
    to["encryption"] = std::move(encryption);
  }
  if (from.lock_mode != store::LockMode::kNone) {
    to["retention"] =
        json::object{{"mode", s3::ShowLockMode(from.lock_mode)}, {"retain_until", aws::IsoMillis(from.retain_until)}};
  } else if (s3::FindDefaultRetention(reader_, bucket)) {
    to["retention"] = nullptr;
  }
  if (const auto hold = s3::LegalHold(from)) to["legal_hold"] = *hold;
}

}  // namespace keymill::control
