#include "store/objects.h"

#include "store/blob_rows.h"
#include "store/blobs.h"
#include "store/changes.h"
#include "store/grouping.h"
#include "store/object_cache.h"
#include "store/object_rows.h"

namespace keymill::store {

namespace object_rows {

namespace {

// Beyond this a record would be a burden to listings.
constexpr std::size_t kBlobsInRecord = 16;

bool HasLayout(const Object& object) {
  return object.body.blobs.size() > kBlobsInRecord || object.parts.size() > kBlobsInRecord;
}

std::optional<Place> ReadPlace(const Reader& reader, Family family, std::string row) {
  auto value = reader.get(family, row);
  if (!value) return std::nullopt;
  return Place{family, std::move(row), std::move(*value)};
}

}  // namespace

std::optional<Place> FindCurrent(const Reader& reader, BucketId bucket, std::string_view key) {
  if (auto place = ReadPlace(reader, Family::kObjects, CurrentKey(bucket, key))) return place;
  return ReadPlace(reader, Family::kVersions, VersionKey(bucket, key, kCurrentMarker));
}

std::optional<Place> FindNoncurrent(const Reader& reader, BucketId bucket, std::string_view key,
                                    std::string_view version_id) {
  const auto sequence = reader.get(Family::kVersions, IndexKey(bucket, key, version_id));
  if (!sequence) return std::nullopt;
  return ReadPlace(reader, Family::kVersions, VersionKey(bucket, key, KeyReader(*sequence).number()));
}

std::optional<Object> DecodeWhole(const Reader& reader, std::string_view key, std::string_view value) {
  std::optional<Object> object(std::in_place);
  std::uint64_t layout = 0;
  Decode(value, *object, true, &layout);
  object->key = key;
  if (layout != 0 && !reader.read(Family::kRows, blob_rows::LayoutKey(layout),
                                  [&](std::string_view blobs) { DecodeLayout(blobs, *object); })) {
    return std::nullopt;
  }
  return object;
}

std::string Store(Txn& txn, const Object& object) {
  if (!HasLayout(object)) return Encode(object);
  txn.put(Family::kRows, blob_rows::LayoutKey(object.sequence), EncodeLayout(object));
  return EncodeWithLayout(object, object.sequence);
}

void Release(Txn& txn, std::string_view value) {
  const auto object = DecodeWhole(txn, {}, value);
  if (!object) throw StoreError("the blobs of an object are missing");
  for (const auto& blob : object->body.blobs) ReleaseReference(txn, blob);
  if (HasLayout(*object)) txn.erase(Family::kRows, blob_rows::LayoutKey(object->sequence));
}

void Install(Txn& txn, BucketId bucket, Object& object) {
  object.sequence = txn.next_id();
  const auto row = CurrentKey(bucket, object.key);
  if (const auto former = txn.get(Family::kObjects, row)) Release(txn, *former);
  txn.put(Family::kObjects, row, Store(txn, object));
  NoteChange(txn, Change::Kind::kPut, object);
}

}  // namespace object_rows

using namespace object_rows;

namespace {

/// The current version, and whether it is small enough to be shared with later readers.
struct Current {
  std::optional<Object> object;
  bool may_be_kept = false;
};

bool MayBeKept(std::string_view record, const Object& object) {
  return record.size() <= ObjectCache::kMostRecord && !HasLayout(object);
}

Current ReadCurrent(const Reader& reader, BucketId bucket, std::string_view key, std::string_view row) {
  // Record and layout are two reads: if the object is replaced in between, the layout is gone and we start again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    Current current;
    const auto decode = [&](std::string_view value) {
      current.object = DecodeWhole(reader, key, value);
      current.may_be_kept = current.object && MayBeKept(value, *current.object);
    };
    if (!reader.read(Family::kObjects, row, decode)) {
      if (!reader.read(Family::kVersions, VersionKey(bucket, key, kCurrentMarker), decode)) return {};
      current.may_be_kept = false;  // in another row
    }
    if (current.object) return current;
  }
  throw StoreError("the blobs of an object are missing");
}

}  // namespace

std::optional<Object> FindObject(const Reader& reader, BucketId bucket, std::string_view key) {
  return ReadCurrent(reader, bucket, key, CurrentKey(bucket, key)).object;
}

std::shared_ptr<const Object> ShareObject(const Reader& reader, BucketId bucket, std::string_view key) {
  const auto row = CurrentKey(bucket, key);
  ObjectCache* const cache = reader.object_cache();
  ObjectCache::Found known;
  if (cache != nullptr) known = cache->find(row);
  if (known.object) return known.object;
  auto current = ReadCurrent(reader, bucket, key, row);
  if (!current.object) return nullptr;
  auto object = std::make_shared<const Object>(*std::move(current.object));
  if (cache != nullptr && current.may_be_kept) cache->keep(row, known.version, object);
  return object;
}

void PutObject(Txn& txn, BucketId bucket, Object& object) {
  // References first: the new body may be the former one.
  for (const auto& blob : object.body.blobs) AddReference(txn, blob);
  Install(txn, bucket, object);
}

bool EraseObject(Txn& txn, BucketId bucket, std::string_view key) {
  const auto row = CurrentKey(bucket, key);
  const auto former = txn.get(Family::kObjects, row);
  if (!former) return false;
  Release(txn, *former);
  txn.erase(Family::kObjects, row);
  if (IsWatched()) {
    Object head;
    Decode(*former, head, false);
    head.key = key;
    NoteChange(txn, Change::Kind::kErased, head);
  }
  return true;
}

ListPage ListObjects(const Reader& reader, BucketId bucket, const ListQuery& query) {
  ListPage page;
  if (query.limit == 0) return page;
  constexpr std::size_t kKeyAt = sizeof(BucketId);
  const auto cursor = reader.scan(Family::kObjects, CurrentKey(bucket, query.prefix));
  if (query.start_after >= query.prefix && !query.start_after.empty()) {
    const auto row = CurrentKey(bucket, query.start_after);
    cursor->seek(IsCommonPrefix(query.start_after, query.prefix, query.delimiter) ? AfterPrefix(row) : row + '\0');
  }
  while (cursor->valid()) {
    if (page.objects.size() + page.common_prefixes.size() == query.limit) {
      page.truncated = true;
      break;
    }
    const auto key = cursor->key().substr(kKeyAt);
    const auto common = CommonPrefix(key, query.prefix, query.delimiter);
    if (common.empty()) {
      auto& object = page.objects.emplace_back();
      Decode(cursor->value(), object, false);
      page.last = object.key = key;
      cursor->next();
    } else {
      page.last = page.common_prefixes.emplace_back(common);
      cursor->seek(AfterPrefix(CurrentKey(bucket, page.last)));
    }
  }
  return page;
}

}  // namespace keymill::store
