#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::store {

/// Milliseconds since the Unix epoch, as the server's clock gave them; the store never reads a clock.
using Millis = std::int64_t;
using BucketId = std::uint64_t;
using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// Whether a bucket keeps former versions. Once enabled it can only be suspended.
enum class Versioning : std::uint8_t { kUnversioned = 0, kEnabled = 1, kSuspended = 2 };

/// A bucket. Buckets are found by name; objects hang on the id, so that a name used again starts empty.
/// Larger configuration documents are rows of their own (buckets.h).
struct Bucket {
  std::string name;
  BucketId id = 0;
  std::string account;  ///< owner, 12 digits
  std::string region;
  Millis created = 0;
  StringPairs tags;
  Versioning versioning = Versioning::kUnversioned;
  bool object_lock = false;
  std::string object_ownership;  ///< empty = BucketOwnerEnforced
  std::string acl;               ///< the server's own text; empty = private
  StringPairs attributes;        ///< small settings by name, not interpreted here
};

/// Where a blob's bytes lie: rows written through the log (small), or one ingested SST file (large).
enum class BlobPlacement : std::uint8_t { kRows = 1, kFile = 2 };

/// A stored run of bytes, shared by every object version that references it and removed with the last of them.
struct BlobRef {
  std::uint64_t id = 0;
  std::uint64_t size = 0;  ///< bytes
  BlobPlacement placement = BlobPlacement::kRows;
  std::string nonce{};  ///< of bytes that are encrypted (body_cipher.h), kNonceSize of them; empty = as they are
};

/// An object's bytes: either inline in the record or the concatenation of blobs (several after a multipart upload).
struct Body {
  std::string inline_bytes;
  std::string inline_nonce;  ///< as BlobRef::nonce
  std::vector<BlobRef> blobs;
};

struct Checksum {
  std::string algorithm;  ///< S3's name in upper case: CRC32, CRC32C, CRC64NVME, SHA1, SHA256; empty = none
  std::string value;      ///< raw big-endian digest bytes, not base64
  bool composite = false;
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// One part of a completed multipart object, for reads by part number and for GetObjectAttributes.
struct ObjectPart {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  Checksum checksum;
};

enum class LockMode : std::uint8_t { kNone = 0, kGovernance = 1, kCompliance = 2 };

/// One version of an object. `key` is not part of the stored value: it is the row's key.
struct Object {
  std::string key;
  std::string version_id;      ///< empty = the null version
  std::uint64_t sequence = 0;  ///< commit order, set by PutObject()
  bool delete_marker = false;
  Millis modified = 0;
  std::uint64_t size = 0;  ///< bytes
  std::string etag;        ///< without quotes
  std::string content_type, cache_control, content_disposition, content_encoding, content_language, expires;
  std::string website_redirect, storage_class;  ///< storage_class empty = STANDARD
  StringPairs metadata;                         ///< x-amz-meta-*, names in lower case without the prefix
  StringPairs tags;
  Checksum checksum;
  std::string owner;  ///< account, 12 digits
  LockMode lock_mode = LockMode::kNone;
  Millis retain_until = 0;
  bool legal_hold = false;
  std::string acl;                ///< the server's own text; empty = private
  std::string encryption;         ///< server-side encryption as S3 names it; empty = none
  std::string encryption_key;     ///< id of the KMS key, or what tells a customer's key from others
  StringPairs attributes;         ///< small settings by name, not interpreted here
  std::uint32_t part_count = 0;   ///< of a multipart object; 0 = uploaded whole
  std::vector<ObjectPart> parts;  ///< left out by listings
  Body body;                      ///< left out by listings
};

/// An IAM user. The root user of an account has no record: its keys have the account id as owner_id.
struct User {
  std::string id;       ///< AIDA…
  std::string account;  ///< 12 digits
  std::string name;     ///< case as created; unique case-insensitively within the account
  std::string path = "/";
  Millis created = 0;
  StringPairs tags;
  std::string permissions_boundary;  ///< ARN; empty = none
  StringPairs attributes;            ///< small settings by name, not interpreted here
};

enum class KeyStatus : std::uint8_t { kActive = 1, kInactive = 2, kExpired = 3 };

/// A long-term access key. The secret is sealed with the master key when stored.
struct AccessKey {
  std::string id;  ///< AKIA…
  std::string account;
  std::string owner_id;  ///< User::id, or the account id for root
  std::string secret;
  KeyStatus status = KeyStatus::kActive;
  Millis created = 0;
  Millis status_changed = 0;
  std::uint64_t version = 0;  ///< changes with each incarnation of the id or the secret; keys the signing-key caches.
                              ///< 0 = PutAccessKey() gives a new one
};

/// When, where and for which service a key last signed a request that verified.
struct KeyUse {
  Millis time = 0;  ///< 0 = never
  std::string service;
  std::string region;
};

/// A multipart upload in progress. `object` holds what the completed object will have, apart from its bytes.
struct Upload {
  std::string key;           ///< not stored in the value: part of the row's key
  std::string id;            ///< likewise; uploads of one key are listed in the order of their ids
  std::uint64_t number = 0;  ///< given by CreateUpload(); its parts hang on it
  Millis initiated = 0;
  std::string initiator;  ///< ARN
  Object object;
};

/// An uploaded part.
struct Part {
  std::uint32_t number = 0;  ///< 1..10000; part of the row's key
  std::uint64_t size = 0;
  Millis modified = 0;
  std::string etag;  ///< without quotes
  Checksum checksum;
  Body body;  ///< in blobs only: use PutRow() however small the part is
};

// --- Stored form -----------------------------------------------------------------------------------------------------
// Values as tagged fields (codec.h). Decode throws StoreError for damaged bytes and returns with what the row's key
// holds (Object::key, Part::number, …) unset.

std::string Encode(const Bucket& bucket);
std::string Encode(const Object& object);
std::string Encode(const User& user);
std::string Encode(const AccessKey& key, std::string_view sealed_secret);  ///< the secret itself is never encoded
std::string Encode(const KeyUse& use);
std::string Encode(const Upload& upload);
std::string Encode(const Part& part);

void Decode(std::string_view value, Bucket& bucket);
/// `layout` receives the id of the row with blobs and parts if these are not in the record (see EncodeLayout), else 0.
void Decode(std::string_view value, Object& object, bool with_body = true, std::uint64_t* layout = nullptr);
void Decode(std::string_view value, User& user);
void Decode(std::string_view value, AccessKey& key, std::string_view& sealed_secret);
void Decode(std::string_view value, KeyUse& use);
void Decode(std::string_view value, Upload& upload);
void Decode(std::string_view value, Part& part);

/// The blobs and parts of an object that has too many of them for its record: such a record would be dragged through
/// every listing. They lie in a row of their own; the record, encoded by EncodeWithLayout(), holds its id.
std::string EncodeLayout(const Object& object);
std::string EncodeWithLayout(const Object& object, std::uint64_t layout);
void DecodeLayout(std::string_view value, Object& object);

}  // namespace keymill::store
