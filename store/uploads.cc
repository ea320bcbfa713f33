#include "store/uploads.h"

#include "store/blobs.h"
#include "store/grouping.h"
#include "store/keys.h"
#include "store/object_rows.h"

namespace keymill::store {

namespace {

// Rows of Family::kUploads: uploads by bucket, key and id; parts by upload number, set apart by the highest bit, and
// part number.
constexpr std::uint64_t kPartsBit = std::uint64_t{1} << 63;

std::string UploadKey(BucketId bucket, std::string_view key, std::string_view id) {
  return KeyBuilder().number(bucket).text(key).rest(id).take();
}
std::string PartsPrefix(const Upload& upload) {
  return KeyBuilder().number(upload.number | kPartsBit).take();
}
std::string PartKey(const Upload& upload, std::uint32_t number) {
  return KeyBuilder().number(upload.number | kPartsBit).number32(number).take();
}

Part DecodePart(std::string_view row, std::string_view value) {
  Part part;
  Decode(value, part);
  part.number = KeyReader(row.substr(sizeof(Upload::number))).number32();
  return part;
}

void Release(Txn& txn, const Part& part) {
  for (const auto& blob : part.body.blobs) ReleaseReference(txn, blob);
}

void EraseUpload(Txn& txn, BucketId bucket, const Upload& upload) {
  txn.erase(Family::kUploads, UploadKey(bucket, upload.key, upload.id));
}

}  // namespace

void CreateUpload(Txn& txn, BucketId bucket, Upload& upload) {
  upload.number = txn.next_id();
  txn.put(Family::kUploads, UploadKey(bucket, upload.key, upload.id), Encode(upload));
}

std::optional<Upload> FindUpload(const Reader& reader, BucketId bucket, std::string_view key, std::string_view id) {
  std::optional<Upload> upload;
  reader.read(Family::kUploads, UploadKey(bucket, key, id), [&](std::string_view value) {
    Decode(value, upload.emplace());
    upload->key = key;
    upload->id = id;
  });
  return upload;
}

void PutPart(Txn& txn, const Upload& upload, Part& part) {
  if (!part.body.inline_bytes.empty()) {
    part.body.blobs.push_back(PutRow(txn, std::as_bytes(std::span(part.body.inline_bytes))));
    part.body.blobs.back().nonce = std::move(part.body.inline_nonce);
    part.body.inline_bytes.clear();
  }
  for (const auto& blob : part.body.blobs) AddReference(txn, blob);
  if (const auto former = FindPart(txn, upload, part.number)) Release(txn, *former);
  txn.put(Family::kUploads, PartKey(upload, part.number), Encode(part));
}

std::optional<Part> FindPart(const Reader& reader, const Upload& upload, std::uint32_t number) {
  std::optional<Part> part;
  const auto row = PartKey(upload, number);
  reader.read(Family::kUploads, row, [&](std::string_view value) { part = DecodePart(row, value); });
  return part;
}

std::vector<Part> ListParts(const Reader& reader, const Upload& upload, std::uint32_t after, std::size_t limit) {
  std::vector<Part> parts;
  const auto cursor = reader.scan(Family::kUploads, PartsPrefix(upload));
  if (after != 0) cursor->seek(PartKey(upload, after) + '\0');
  for (; cursor->valid() && parts.size() < limit; cursor->next())
    parts.push_back(DecodePart(cursor->key(), cursor->value()));
  return parts;
}

void TakeParts(Txn& txn, BucketId bucket, const Upload& upload, std::span<const std::uint32_t> numbers,
               Object& object) {
  object.size = 0;
  object.parts.clear();
  object.body = {};
  auto wanted = numbers.begin();
  for (auto& part : ListParts(txn, upload, 0, ~std::size_t{0})) {
    txn.erase(Family::kUploads, PartKey(upload, part.number));
    if (wanted == numbers.end() || *wanted != part.number) {
      Release(txn, part);
      continue;
    }
    ++wanted;
    object.size += part.size;
    object.body.blobs.insert(object.body.blobs.end(), part.body.blobs.begin(), part.body.blobs.end());
    object.parts.push_back({part.number, part.size, std::move(part.checksum)});
  }
  if (wanted != numbers.end())
    throw StoreError("part " + std::to_string(*wanted) + " of an upload is missing or out of order");
  object.part_count = static_cast<std::uint32_t>(numbers.size());
  EraseUpload(txn, bucket, upload);
}

void PutCompleted(Txn& txn, BucketId bucket, Object& object, bool versioned) {
  (versioned ? object_rows::InstallVersion : object_rows::Install)(txn, bucket, object);
}

void AbortUpload(Txn& txn, BucketId bucket, const Upload& upload) {
  for (const auto& part : ListParts(txn, upload, 0, ~std::size_t{0})) {
    Release(txn, part);
    txn.erase(Family::kUploads, PartKey(upload, part.number));
  }
  EraseUpload(txn, bucket, upload);
}

UploadPage ListUploads(const Reader& reader, BucketId bucket, const UploadQuery& query) {
  UploadPage page;
  if (query.limit == 0) return page;
  const auto cursor = reader.scan(Family::kUploads, KeyBuilder().number(bucket).text_prefix(query.prefix));
  if (!query.key_marker.empty() && query.key_marker >= query.prefix) {
    if (!query.id_marker.empty()) {
      cursor->seek(UploadKey(bucket, query.key_marker, query.id_marker) + '\0');
    } else if (IsCommonPrefix(query.key_marker, query.prefix, query.delimiter)) {
      cursor->seek(AfterPrefix(KeyBuilder().number(bucket).text_prefix(query.key_marker)));
    } else {
      cursor->seek(AfterPrefix(UploadKey(bucket, query.key_marker, {})));
    }
  }
  while (cursor->valid()) {
    if (page.uploads.size() + page.common_prefixes.size() == query.limit) {
      page.truncated = true;
      break;
    }
    KeyReader row(cursor->key().substr(sizeof(BucketId)));
    auto key = row.text();
    const auto common = CommonPrefix(key, query.prefix, query.delimiter);
    if (common.empty()) {
      auto& upload = page.uploads.emplace_back();
      Decode(cursor->value(), upload);
      page.last_id = upload.id = row.rest();
      page.last_key = upload.key = std::move(key);
      cursor->next();
    } else {
      page.last_key = page.common_prefixes.emplace_back(common);
      page.last_id.clear();
      cursor->seek(AfterPrefix(KeyBuilder().number(bucket).text_prefix(page.last_key)));
    }
  }
  return page;
}

}  // namespace keymill::store
