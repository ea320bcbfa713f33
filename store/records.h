#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace keymill::store {

/// Milliseconds since the Unix epoch, as the server's clock gave them; the store never reads a clock.
using Millis = std::int64_t;
using BucketId = std::uint64_t;
using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// A bucket. Buckets are found by name; objects hang on the id, so that a name used again starts empty.
struct Bucket {
  std::string name;
  BucketId id = 0;
  std::string account;  ///< owner, 12 digits
  std::string region;
  Millis created = 0;
  StringPairs tags;
};

/// Where a blob's bytes lie: rows written through the log (small), or one ingested SST file (large).
enum class BlobPlacement : std::uint8_t { kRows = 1, kFile = 2 };

/// A stored run of bytes, shared by every object version that references it and removed with the last of them.
struct BlobRef {
  std::uint64_t id = 0;
  std::uint64_t size = 0;  ///< bytes
  BlobPlacement placement = BlobPlacement::kRows;
};

/// An object's bytes: either inline in the record or the concatenation of blobs (several after a multipart upload).
struct Body {
  std::string inline_bytes;
  std::vector<BlobRef> blobs;
};

struct Checksum {
  std::string algorithm;  ///< S3's name in upper case: CRC32, CRC32C, CRC64NVME, SHA1, SHA256; empty = none
  std::string value;      ///< raw big-endian digest bytes, not base64
  bool composite = false;
};

/// One version of an object. `key` is not part of the stored value: it is the row's key.
struct Object {
  std::string key;
  std::string version_id;  ///< empty = the null version
  std::uint64_t sequence = 0;  ///< commit order, set by PutObject()
  bool delete_marker = false;
  Millis modified = 0;
  std::uint64_t size = 0;  ///< bytes
  std::string etag;        ///< without quotes
  std::string content_type, cache_control, content_disposition, content_encoding, content_language, expires;
  std::string website_redirect, storage_class;  ///< storage_class empty = STANDARD
  StringPairs metadata;  ///< x-amz-meta-*, names in lower case without the prefix
  StringPairs tags;
  Checksum checksum;
  std::string owner;  ///< account, 12 digits
  Body body;
};

/// An IAM user. The root user of an account has no record: its keys have the account id as owner_id.
struct User {
  std::string id;       ///< AIDA…
  std::string account;  ///< 12 digits
  std::string name;     ///< case as created; unique case-insensitively within the account
  std::string path = "/";
  Millis created = 0;
  StringPairs tags;
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
  std::uint64_t version = 0;  ///< changes with each incarnation of the id or the secret; keys the signing-key caches
};

/// When, where and for which service a key last signed a request that verified.
struct KeyUse {
  Millis time = 0;  ///< 0 = never
  std::string service;
  std::string region;
};

}  // namespace keymill::store
