#include "store/records.h"

#include <type_traits>

#include "store/codec.h"
#include "store/db.h"

namespace keymill::store {

namespace {

constexpr std::uint8_t kFormat = 1;

void AppendText(std::string& out, std::string_view text) {
  AppendVarint(out, text.size());
  out.append(text);
}

std::string_view TakeText(std::string_view& in) {
  return TakeBytes(in, TakeVarint(in));
}

// Each record is described once, by a function that names its fields in ascending order of tags. Visited with a Saver
// it writes them, with a Loader it reads them.

class Saver {
 public:
  explicit Saver(std::string& out) : fields_(out, kFormat) {}

  void operator()(std::uint32_t tag, const std::string& text) { fields_.bytes(tag, text); }
  void operator()(std::uint32_t tag, std::uint64_t number) { fields_.number(tag, number); }
  void time(std::uint32_t tag, Millis millis) { fields_.number(tag, ZigZag(millis)); }
  template <class Enum>
  void choice(std::uint32_t tag, Enum value, Enum /*least*/, Enum /*greatest*/) {
    fields_.number(tag, static_cast<std::uint64_t>(value));
  }

  void operator()(std::uint32_t tag, const StringPairs& pairs) {
    for (const auto& [name, value] : pairs) {
      scratch_.clear();
      AppendText(scratch_, name);
      scratch_.append(value);
      fields_.always_bytes(tag, scratch_);
    }
  }
  void operator()(std::uint32_t tag, const Checksum& checksum) {
    if (checksum.algorithm.empty() && checksum.value.empty() && !checksum.composite) return;
    scratch_.clear();
    append(checksum);
    fields_.always_bytes(tag, scratch_);
  }
  void operator()(std::uint32_t tag, const std::vector<BlobRef>& blobs) {
    for (const auto& blob : blobs) {
      scratch_.clear();
      AppendVarint(scratch_, blob.id);
      AppendVarint(scratch_, blob.size);
      AppendVarint(scratch_, static_cast<std::uint64_t>(blob.placement));
      scratch_.append(blob.nonce);
      fields_.always_bytes(tag, scratch_);
    }
  }
  void operator()(std::uint32_t tag, const std::vector<ObjectPart>& parts) {
    for (const auto& part : parts) {
      scratch_.clear();
      AppendVarint(scratch_, part.number);
      AppendVarint(scratch_, part.size);
      append(part.checksum);
      fields_.always_bytes(tag, scratch_);
    }
  }

 private:
  void append(const Checksum& checksum) {
    AppendVarint(scratch_, checksum.composite ? 1 : 0);
    AppendText(scratch_, checksum.algorithm);
    scratch_.append(checksum.value);
  }

  FieldWriter fields_;
  std::string scratch_;
};

class Loader {
 public:
  explicit Loader(std::string_view record) : fields_(record, kFormat) {}

  void operator()(std::uint32_t tag, std::string& text) {
    if (fields_.find(tag)) text = fields_.bytes();
  }
  void view(std::uint32_t tag, std::string_view& text) {
    if (fields_.find(tag)) text = fields_.bytes();
  }
  template <class Number>
  requires std::is_unsigned_v<Number>
  void operator()(std::uint32_t tag, Number& number) {
    if (!fields_.find(tag)) return;
    const auto value = fields_.number();
    number = static_cast<Number>(value);
    if (number != value) throw StoreError("a stored record is damaged: number out of range");
  }
  void time(std::uint32_t tag, Millis& millis) {
    if (fields_.find(tag)) millis = UnZigZag(fields_.number());
  }
  template <class Enum>
  void choice(std::uint32_t tag, Enum& value, Enum least, Enum greatest) {
    if (fields_.find(tag)) value = checked(fields_.number(), least, greatest);
  }

  void operator()(std::uint32_t tag, StringPairs& pairs) {
    while (fields_.find(tag)) {
      auto in = fields_.bytes();
      const auto name = TakeText(in);
      pairs.emplace_back(name, in);
    }
  }
  void operator()(std::uint32_t tag, Checksum& checksum) {
    if (fields_.find(tag)) checksum = take_checksum(fields_.bytes());
  }
  void operator()(std::uint32_t tag, std::vector<BlobRef>& blobs) {
    while (fields_.find(tag)) {
      auto in = fields_.bytes();
      BlobRef blob;
      blob.id = TakeVarint(in);
      blob.size = TakeVarint(in);
      blob.placement = checked(TakeVarint(in), BlobPlacement::kRows, BlobPlacement::kFile);
      blob.nonce = in;
      blobs.push_back(std::move(blob));
    }
  }
  void operator()(std::uint32_t tag, std::vector<ObjectPart>& parts) {
    while (fields_.find(tag)) {
      auto in = fields_.bytes();
      ObjectPart part;
      part.number = static_cast<std::uint32_t>(TakeVarint(in));
      part.size = TakeVarint(in);
      part.checksum = take_checksum(in);
      parts.push_back(std::move(part));
    }
  }

 private:
  template <class Enum>
  static Enum checked(std::uint64_t number, Enum least, Enum greatest) {
    if (number < static_cast<std::uint64_t>(least) || number > static_cast<std::uint64_t>(greatest)) {
      throw StoreError("a stored record is damaged: unknown choice");
    }
    return static_cast<Enum>(number);
  }
  static Checksum take_checksum(std::string_view in) {
    Checksum checksum;
    checksum.composite = (TakeVarint(in) & 1) != 0;
    checksum.algorithm = TakeText(in);
    checksum.value = in;
    return checksum;
  }

  FieldReader fields_;
};

// Tags are for ever: a field that goes away leaves its number unused.

template <class Visitor, class Record>
void DescribeBucket(Visitor& visit, Record& bucket) {
  visit(1, bucket.name);
  visit(2, bucket.id);
  visit(3, bucket.account);
  visit(4, bucket.region);
  visit.time(5, bucket.created);
  visit(6, bucket.tags);
  visit.choice(7, bucket.versioning, Versioning::kUnversioned, Versioning::kSuspended);
  visit(8, bucket.object_lock);
  visit(9, bucket.object_ownership);
  visit(10, bucket.acl);
  visit(11, bucket.attributes);
}

template <class Visitor, class Record>
void DescribeObject(Visitor& visit, Record& object) {
  visit(1, object.version_id);
  visit(2, object.sequence);
  visit(3, object.delete_marker);
  visit.time(4, object.modified);
  visit(5, object.size);
  visit(6, object.etag);
  visit(7, object.content_type);
  visit(8, object.cache_control);
  visit(9, object.content_disposition);
  visit(10, object.content_encoding);
  visit(11, object.content_language);
  visit(12, object.expires);
  visit(13, object.website_redirect);
  visit(14, object.storage_class);
  visit(15, object.metadata);
  visit(16, object.tags);
  visit(17, object.checksum);
  visit(18, object.owner);
  visit.choice(19, object.lock_mode, LockMode::kNone, LockMode::kCompliance);
  visit.time(20, object.retain_until);
  visit(21, object.legal_hold);
  visit(22, object.acl);
  visit(23, object.encryption);
  visit(24, object.encryption_key);
  visit(25, object.attributes);
  visit(26, object.part_count);
}

constexpr std::uint32_t kLayoutTag = 100;

/// The bytes come last, so that a listing stops before them.
template <class Visitor, class Record>
void DescribeBody(Visitor& visit, Record& object) {
  visit(101, object.parts);
  visit(102, object.body.blobs);
  visit(103, object.body.inline_bytes);
  visit(104, object.body.inline_nonce);
}

template <class Visitor, class Record>
void DescribeUser(Visitor& visit, Record& user) {
  visit(1, user.id);
  visit(2, user.account);
  visit(3, user.name);
  visit(4, user.path);
  visit.time(5, user.created);
  visit(6, user.tags);
  visit(7, user.permissions_boundary);
  visit(8, user.attributes);
}

template <class Visitor, class Record>
void DescribeAccessKey(Visitor& visit, Record& key) {
  visit(1, key.id);
  visit(2, key.account);
  visit(3, key.owner_id);
  visit.choice(4, key.status, KeyStatus::kActive, KeyStatus::kExpired);
  visit.time(5, key.created);
  visit.time(6, key.status_changed);
  visit(7, key.version);
}

constexpr std::uint32_t kSealedSecretTag = 100;

template <class Visitor, class Record>
void DescribeKeyUse(Visitor& visit, Record& use) {
  visit.time(1, use.time);
  visit(2, use.service);
  visit(3, use.region);
}

template <class Visitor, class Record>
void DescribeUpload(Visitor& visit, Record& upload) {
  visit(1, upload.number);
  visit.time(2, upload.initiated);
  visit(3, upload.initiator);
}

constexpr std::uint32_t kUploadObjectTag = 100;

template <class Visitor, class Record>
void DescribePart(Visitor& visit, Record& part) {
  visit(1, part.size);
  visit.time(2, part.modified);
  visit(3, part.etag);
  visit(4, part.checksum);
  visit(5, part.body.blobs);
}

}  // namespace

std::string Encode(const Bucket& bucket) {
  std::string out;
  Saver saver(out);
  DescribeBucket(saver, bucket);
  return out;
}

void Decode(std::string_view value, Bucket& bucket) {
  Loader loader(value);
  DescribeBucket(loader, bucket);
}

std::string Encode(const Object& object) {
  std::string out;
  out.reserve(256 + object.body.inline_bytes.size());
  Saver saver(out);
  DescribeObject(saver, object);
  DescribeBody(saver, object);
  return out;
}

std::string EncodeWithLayout(const Object& object, std::uint64_t layout) {
  std::string out;
  Saver saver(out);
  DescribeObject(saver, object);
  saver(kLayoutTag, layout);
  return out;
}

void Decode(std::string_view value, Object& object, bool with_body, std::uint64_t* layout) {
  Loader loader(value);
  DescribeObject(loader, object);
  if (layout) {
    *layout = 0;
    loader(kLayoutTag, *layout);
  }
  if (with_body) DescribeBody(loader, object);
}

std::string EncodeLayout(const Object& object) {
  std::string out;
  Saver saver(out);
  saver(101, object.parts);
  saver(102, object.body.blobs);
  return out;
}

void DecodeLayout(std::string_view value, Object& object) {
  Loader loader(value);
  DescribeBody(loader, object);
}

std::string Encode(const User& user) {
  std::string out;
  Saver saver(out);
  DescribeUser(saver, user);
  return out;
}

void Decode(std::string_view value, User& user) {
  Loader loader(value);
  DescribeUser(loader, user);
}

std::string Encode(const AccessKey& key, std::string_view sealed_secret) {
  std::string out;
  Saver saver(out);
  DescribeAccessKey(saver, key);
  saver(kSealedSecretTag, std::string(sealed_secret));
  return out;
}

void Decode(std::string_view value, AccessKey& key, std::string_view& sealed_secret) {
  Loader loader(value);
  DescribeAccessKey(loader, key);
  loader.view(kSealedSecretTag, sealed_secret);
}

std::string Encode(const KeyUse& use) {
  std::string out;
  Saver saver(out);
  DescribeKeyUse(saver, use);
  return out;
}

void Decode(std::string_view value, KeyUse& use) {
  Loader loader(value);
  DescribeKeyUse(loader, use);
}

std::string Encode(const Upload& upload) {
  std::string out;
  Saver saver(out);
  DescribeUpload(saver, upload);
  saver(kUploadObjectTag, Encode(upload.object));
  return out;
}

void Decode(std::string_view value, Upload& upload) {
  Loader loader(value);
  DescribeUpload(loader, upload);
  std::string_view object;
  loader.view(kUploadObjectTag, object);
  Decode(object, upload.object);
}

std::string Encode(const Part& part) {
  std::string out;
  Saver saver(out);
  DescribePart(saver, part);
  return out;
}

void Decode(std::string_view value, Part& part) {
  Loader loader(value);
  DescribePart(loader, part);
}

}  // namespace keymill::store
