#include "store/buckets.h"

#include "store/keys.h"
#include "store/uploads.h"

namespace keymill::store {

namespace {

// Rows of Family::kBuckets.
constexpr char kByName = 'n';     // name -> record
constexpr char kByAccount = 'a';  // account, name -> nothing
constexpr char kDocument = 'd';   // bucket id, document name -> text

std::string NameKey(std::string_view name) {
  return KeyBuilder(kByName).rest(name).take();
}
std::string AccountKey(std::string_view account, std::string_view name) {
  return KeyBuilder(kByAccount).text(account).rest(name).take();
}
std::string DocumentKey(BucketId bucket, std::string_view name) {
  return KeyBuilder(kDocument).number(bucket).rest(name).take();
}

}  // namespace

std::optional<Bucket> FindBucket(const Reader& reader, std::string_view name) {
  std::optional<Bucket> bucket;
  reader.read(Family::kBuckets, NameKey(name), [&](std::string_view value) { Decode(value, bucket.emplace()); });
  return bucket;
}

std::vector<Bucket> ListBuckets(const Reader& reader, std::string_view account, std::string_view prefix,
                                std::string_view after, std::size_t limit) {
  std::vector<Bucket> buckets;
  if (limit == 0) return buckets;
  const auto names_at = AccountKey(account, {}).size();
  const auto cursor = reader.scan(Family::kBuckets, AccountKey(account, prefix));
  // The least name greater than `after` is `after` with a zero byte.
  if (after >= prefix) cursor->seek(AccountKey(account, std::string(after) + '\0'));
  for (; cursor->valid() && buckets.size() < limit; cursor->next()) {
    if (auto bucket = FindBucket(reader, cursor->key().substr(names_at))) buckets.push_back(std::move(*bucket));
  }
  return buckets;
}

std::string BucketTouch(BucketId bucket) {
  return std::string(kBucketTouch) + std::to_string(bucket);
}

void PutBucket(Txn& txn, Bucket& bucket) {
  if (bucket.id == 0) bucket.id = txn.next_id();
  txn.touched(BucketTouch(bucket.id));
  txn.put(Family::kBuckets, NameKey(bucket.name), Encode(bucket));
  txn.put(Family::kBuckets, AccountKey(bucket.account, bucket.name), {});
}

void EraseBucket(Txn& txn, const Bucket& bucket) {
  txn.touched(BucketTouch(bucket.id));
  txn.erase(Family::kBuckets, NameKey(bucket.name));
  txn.erase(Family::kBuckets, AccountKey(bucket.account, bucket.name));
  for (const auto& name : ListDocuments(txn, bucket.id)) EraseDocument(txn, bucket.id, name);
  for (;;) {
    const UploadPage page = ListUploads(txn, bucket.id, {});
    for (const Upload& upload : page.uploads) AbortUpload(txn, bucket.id, upload);
    if (!page.truncated) return;
  }
}

bool BucketIsEmpty(const Reader& reader, BucketId bucket) {
  const auto prefix = KeyBuilder().number(bucket).take();
  for (const auto family : {Family::kObjects, Family::kVersions}) {
    if (reader.scan(family, prefix)->valid()) return false;
  }
  return true;
}

std::optional<std::string> FindDocument(const Reader& reader, BucketId bucket, std::string_view name) {
  return reader.get(Family::kBuckets, DocumentKey(bucket, name));
}

void PutDocument(Txn& txn, BucketId bucket, std::string_view name, std::string_view text) {
  txn.put(Family::kBuckets, DocumentKey(bucket, name), text);
  txn.touched(BucketTouch(bucket));
}

void EraseDocument(Txn& txn, BucketId bucket, std::string_view name) {
  txn.erase(Family::kBuckets, DocumentKey(bucket, name));
  txn.touched(BucketTouch(bucket));
}

std::vector<std::string> ListDocuments(const Reader& reader, BucketId bucket) {
  std::vector<std::string> names;
  const auto prefix = DocumentKey(bucket, {});
  for (const auto cursor = reader.scan(Family::kBuckets, prefix); cursor->valid(); cursor->next()) {
    names.emplace_back(cursor->key().substr(prefix.size()));
  }
  return names;
}

}  // namespace keymill::store
