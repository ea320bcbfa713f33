#include "store/versions.h"

#include "store/blobs.h"
#include "store/changes.h"
#include "store/grouping.h"
#include "store/object_rows.h"

namespace keymill::store {

using namespace object_rows;

namespace {

Object DecodeHead(std::string_view key, std::string_view value) {
  Object object;
  Decode(value, object, false);
  object.key = key;
  return object;
}

std::string SequenceValue(std::uint64_t sequence) {
  return KeyBuilder().number(sequence).take();
}

/// Moves a version that was the current one among the others.
void MakeNoncurrent(Txn& txn, BucketId bucket, const Object& head, const Place& place) {
  txn.erase(place.family, place.row);
  txn.put(Family::kVersions, VersionKey(bucket, head.key, head.sequence), place.value);
  txn.put(Family::kVersions, IndexKey(bucket, head.key, head.version_id), SequenceValue(head.sequence));
}

void EraseNoncurrent(Txn& txn, BucketId bucket, const Object& head) {
  txn.erase(Family::kVersions, VersionKey(bucket, head.key, head.sequence));
  txn.erase(Family::kVersions, IndexKey(bucket, head.key, head.version_id));
}

void PutCurrent(Txn& txn, BucketId bucket, const Object& head, std::string_view value) {
  if (head.delete_marker) {
    txn.put(Family::kVersions, VersionKey(bucket, head.key, kCurrentMarker), value);
  } else {
    txn.put(Family::kObjects, CurrentKey(bucket, head.key), value);
  }
}

/// After the current version went away: the newest of the others takes its place.
void Promote(Txn& txn, BucketId bucket, std::string_view key) {
  std::optional<Object> head;
  std::string value;
  if (const auto cursor = txn.scan(Family::kVersions, VersionsPrefix(bucket, key)); cursor->valid()) {
    value = cursor->value();
    head = DecodeHead(key, value);
  }
  if (!head) return;
  EraseNoncurrent(txn, bucket, *head);
  PutCurrent(txn, bucket, *head, value);
}

}  // namespace

std::optional<Object> FindVersion(const Reader& reader, BucketId bucket, std::string_view key,
                                  std::string_view version_id) {
  // As in FindObject(), the rows may change between our reads.
  for (int attempt = 0; attempt < 100; ++attempt) {
    auto place = FindCurrent(reader, bucket, key);
    if (!place || DecodeHead(key, place->value).version_id != version_id) {
      place = FindNoncurrent(reader, bucket, key, version_id);
      if (!place) return std::nullopt;
    }
    if (auto object = DecodeWhole(reader, key, place->value)) return object;
  }
  throw StoreError("the blobs of an object are missing");
}

void PutVersion(Txn& txn, BucketId bucket, Object& object) {
  for (const auto& blob : object.body.blobs) AddReference(txn, blob);
  InstallVersion(txn, bucket, object);
}

void object_rows::InstallVersion(Txn& txn, BucketId bucket, Object& object) {
  object.sequence = txn.next_id();
  const bool null_version = object.version_id.empty();
  bool null_replaced = false;
  if (const auto former = FindCurrent(txn, bucket, object.key)) {
    const auto head = DecodeHead(object.key, former->value);
    if (null_version && head.version_id.empty()) {
      Release(txn, former->value);
      txn.erase(former->family, former->row);
      null_replaced = true;
    } else {
      MakeNoncurrent(txn, bucket, head, *former);
    }
  }
  if (null_version && !null_replaced) {
    if (const auto former = FindNoncurrent(txn, bucket, object.key, {})) {
      Release(txn, former->value);
      EraseNoncurrent(txn, bucket, DecodeHead(object.key, former->value));
    }
  }
  PutCurrent(txn, bucket, object, Store(txn, object));
  NoteChange(txn, object.delete_marker ? Change::Kind::kDeleteMarker : Change::Kind::kPut, object);
}

std::optional<Object> EraseVersion(Txn& txn, BucketId bucket, std::string_view key, std::string_view version_id) {
  if (const auto current = FindCurrent(txn, bucket, key)) {
    auto head = DecodeHead(key, current->value);
    if (head.version_id == version_id) {
      Release(txn, current->value);
      txn.erase(current->family, current->row);
      Promote(txn, bucket, key);
      NoteChange(txn, Change::Kind::kErased, head);
      return head;
    }
  }
  const auto other = FindNoncurrent(txn, bucket, key, version_id);
  if (!other) return std::nullopt;
  auto head = DecodeHead(key, other->value);
  Release(txn, other->value);
  EraseNoncurrent(txn, bucket, head);
  NoteChange(txn, Change::Kind::kErased, head);
  return head;
}

bool UpdateVersion(Txn& txn, BucketId bucket, const Object& object) {
  auto place = FindCurrent(txn, bucket, object.key);
  if (!place || DecodeHead(object.key, place->value).version_id != object.version_id) {
    place = FindNoncurrent(txn, bucket, object.key, object.version_id);
  }
  if (!place || DecodeHead(object.key, place->value).sequence != object.sequence) return false;
  txn.put(place->family, place->row, Store(txn, object));
  NoteChange(txn, Change::Kind::kUpdated, object);
  return true;
}

namespace {

/// Walks the current versions and the others side by side: by key, newest first.
class VersionWalk {
 public:
  VersionWalk(const Reader& reader, BucketId bucket, std::string_view prefix)
      : bucket_(bucket),
        current_(reader.scan(Family::kObjects, CurrentKey(bucket, prefix))),
        others_(reader.scan(Family::kVersions, KeyBuilder().number(bucket).text_prefix(prefix))) {
    load();
  }

  bool valid() const { return current_->valid() || others_->valid(); }
  /// Whether we are at the first version of its key.
  bool latest() const { return on_current_ || key_ != passed_; }
  const std::string& key() const { return key_; }
  std::string_view value() const { return on_current_ ? current_->value() : others_->value(); }

  void next() {
    (on_current_ ? current_ : others_)->next();
    passed_ = key_;
    load();
  }
  /// To the first version of a key >= this one.
  void seek_key(std::string_view key) {
    current_->seek(CurrentKey(bucket_, key));
    others_->seek(KeyBuilder().number(bucket_).text_prefix(key));
    passed_.reset();
    load();
  }
  void seek_after_key(std::string_view key) { seek_key(std::string(key) + '\0'); }
  void seek_after_prefix(std::string_view prefix) {
    current_->seek(AfterPrefix(CurrentKey(bucket_, prefix)));
    others_->seek(AfterPrefix(KeyBuilder().number(bucket_).text_prefix(prefix)));
    passed_.reset();
    load();
  }
  /// To the first version of the key with a smaller sequence, or to the next key.
  void seek_below(std::string_view key, std::uint64_t sequence) {
    current_->seek(CurrentKey(bucket_, std::string(key) + '\0'));
    others_->seek(VersionKey(bucket_, key, sequence - 1));
    passed_ = key;
    load();
  }

 private:
  void load() {
    if (!valid()) return;
    std::string other_key;
    if (others_->valid()) other_key = KeyReader(others_->key().substr(sizeof(BucketId))).text();
    if (!current_->valid()) {
      on_current_ = false;
    } else {
      const auto current_key = current_->key().substr(sizeof(BucketId));
      on_current_ = !others_->valid() || current_key <= other_key;
      if (on_current_) key_ = current_key;
    }
    if (!on_current_) key_ = std::move(other_key);
  }

  BucketId bucket_;
  std::unique_ptr<Cursor> current_, others_;
  bool on_current_ = false;
  std::string key_;
  std::optional<std::string> passed_;  ///< the key of the version before this one
};

void SkipTo(VersionWalk& walk, const Reader& reader, BucketId bucket, const VersionQuery& query) {
  if (query.key_marker.empty() || query.key_marker < query.prefix) return;
  if (!query.version_id_marker) {
    if (IsCommonPrefix(query.key_marker, query.prefix, query.delimiter)) {
      walk.seek_after_prefix(query.key_marker);
    } else {
      walk.seek_after_key(query.key_marker);
    }
    return;
  }
  const auto marker = FindVersion(reader, bucket, query.key_marker, *query.version_id_marker);
  if (marker) {
    walk.seek_below(query.key_marker, marker->sequence);
  } else {
    walk.seek_key(query.key_marker);
  }
}

}  // namespace

VersionPage ListVersions(const Reader& reader, BucketId bucket, const VersionQuery& query) {
  VersionPage page;
  if (query.limit == 0) return page;
  VersionWalk walk(reader, bucket, query.prefix);
  SkipTo(walk, reader, bucket, query);
  while (walk.valid()) {
    if (page.versions.size() + page.common_prefixes.size() == query.limit) {
      page.truncated = true;
      break;
    }
    const auto common = CommonPrefix(walk.key(), query.prefix, query.delimiter);
    if (common.empty()) {
      auto& entry = page.versions.emplace_back();
      entry.latest = walk.latest();
      entry.object = DecodeHead(walk.key(), walk.value());
      page.last_key = walk.key();
      page.last_version_id = entry.object.version_id;
      walk.next();
    } else {
      page.last_key = page.common_prefixes.emplace_back(common);
      page.last_version_id.reset();
      walk.seek_after_prefix(page.last_key);
    }
  }
  return page;
}

}  // namespace keymill::store
