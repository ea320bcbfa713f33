#include "store/records.h"

#include <random>

#include <gtest/gtest.h>

#include "store/codec.h"
#include "store/db.h"

namespace keymill::store {
namespace {

Object FullObject() {
  Object object;
  object.version_id = "v1";
  object.sequence = 1ull << 60;
  object.delete_marker = true;
  object.modified = -5;
  object.size = 12345678901;
  object.etag = "d41d8cd98f00b204e9800998ecf8427e";
  object.content_type = "text/plain";
  object.cache_control = "no-cache";
  object.content_disposition = "inline";
  object.content_encoding = "gzip";
  object.content_language = "de";
  object.expires = "never";
  object.website_redirect = "/elsewhere";
  object.storage_class = "GLACIER";
  object.metadata = {{"a", "1"}, {"", ""}, {std::string("n\0ul", 4), "x"}};
  object.tags = {{"team", "core"}};
  object.checksum = {"CRC64NVME", std::string("\0\1\2\3\4\5\6\7", 8), true};
  object.owner = "123456789012";
  object.lock_mode = LockMode::kCompliance;
  object.retain_until = 1'700'000'000'000;
  object.legal_hold = true;
  object.acl = "public-read";
  object.encryption = "AES256";
  object.encryption_key = "key";
  object.attributes = {{"restore", "ongoing"}};
  object.part_count = 2;
  object.parts = {{1, 5 << 20, {"SHA1", "abc", false}}, {2, 7, {}}};
  object.body.blobs = {{7, 5 << 20, BlobPlacement::kFile}, {8, 7, BlobPlacement::kRows, "sixteen octets.."}};
  object.body.inline_nonce = "of inline bytes.";
  object.body.inline_bytes = "never both, but the codec does not mind";
  return object;
}

void ExpectEqualHeads(const Object& a, const Object& b) {
  EXPECT_EQ(a.version_id, b.version_id);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.delete_marker, b.delete_marker);
  EXPECT_EQ(a.modified, b.modified);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.etag, b.etag);
  EXPECT_EQ(a.content_type, b.content_type);
  EXPECT_EQ(a.cache_control, b.cache_control);
  EXPECT_EQ(a.content_disposition, b.content_disposition);
  EXPECT_EQ(a.content_encoding, b.content_encoding);
  EXPECT_EQ(a.content_language, b.content_language);
  EXPECT_EQ(a.expires, b.expires);
  EXPECT_EQ(a.website_redirect, b.website_redirect);
  EXPECT_EQ(a.storage_class, b.storage_class);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.checksum, b.checksum);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.lock_mode, b.lock_mode);
  EXPECT_EQ(a.retain_until, b.retain_until);
  EXPECT_EQ(a.legal_hold, b.legal_hold);
  EXPECT_EQ(a.acl, b.acl);
  EXPECT_EQ(a.encryption, b.encryption);
  EXPECT_EQ(a.encryption_key, b.encryption_key);
  EXPECT_EQ(a.attributes, b.attributes);
  EXPECT_EQ(a.part_count, b.part_count);
}

void ExpectEqualBodies(const Object& a, const Object& b) {
  ASSERT_EQ(a.parts.size(), b.parts.size());
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    EXPECT_EQ(a.parts[i].number, b.parts[i].number);
    EXPECT_EQ(a.parts[i].size, b.parts[i].size);
    EXPECT_EQ(a.parts[i].checksum, b.parts[i].checksum);
  }
  ASSERT_EQ(a.body.blobs.size(), b.body.blobs.size());
  for (std::size_t i = 0; i < a.body.blobs.size(); ++i) {
    EXPECT_EQ(a.body.blobs[i].id, b.body.blobs[i].id);
    EXPECT_EQ(a.body.blobs[i].size, b.body.blobs[i].size);
    EXPECT_EQ(a.body.blobs[i].placement, b.body.blobs[i].placement);
    EXPECT_EQ(a.body.blobs[i].nonce, b.body.blobs[i].nonce);
  }
}

TEST(ObjectRecord, KeepsEveryField) {
  const auto object = FullObject();
  Object read;
  std::uint64_t layout = 1;
  Decode(Encode(object), read, true, &layout);
  ExpectEqualHeads(object, read);
  ExpectEqualBodies(object, read);
  EXPECT_EQ(read.body.inline_bytes, object.body.inline_bytes);
  EXPECT_EQ(read.body.inline_nonce, object.body.inline_nonce);
  EXPECT_EQ(layout, 0u);
}

TEST(ObjectRecord, IsReadWithoutItsBodyByListings) {
  const auto object = FullObject();
  Object read;
  Decode(Encode(object), read, false);
  ExpectEqualHeads(object, read);
  EXPECT_TRUE(read.body.inline_bytes.empty());
  EXPECT_TRUE(read.body.blobs.empty());
  EXPECT_TRUE(read.parts.empty());
}

TEST(ObjectRecord, MayKeepItsBlobsElsewhere) {
  const auto object = FullObject();
  Object read;
  std::uint64_t layout = 0;
  Decode(EncodeWithLayout(object, 99), read, true, &layout);
  EXPECT_EQ(layout, 99u);
  EXPECT_TRUE(read.body.blobs.empty());
  DecodeLayout(EncodeLayout(object), read);
  ExpectEqualHeads(object, read);
  ExpectEqualBodies(object, read);
}

TEST(ObjectRecord, OfAnEmptyObjectIsOneByte) {
  EXPECT_EQ(Encode(Object{}), "\x01");
  Object read;
  Decode("\x01", read);
  ExpectEqualHeads(Object{}, read);
}

TEST(Records, OfOtherKindsKeepEveryField) {
  const Bucket bucket{"name",
                      42,
                      "123456789012",
                      "eu-central-1",
                      77,
                      {{"k", "v"}},
                      Versioning::kSuspended,
                      true,
                      "ObjectWriter",
                      "private",
                      {{"payer", "Requester"}}};
  Bucket read_bucket;
  Decode(Encode(bucket), read_bucket);
  EXPECT_EQ(Encode(read_bucket), Encode(bucket));
  EXPECT_EQ(read_bucket.name, "name");
  EXPECT_EQ(read_bucket.versioning, Versioning::kSuspended);
  EXPECT_TRUE(read_bucket.object_lock);

  const User user{"AIDA1", "123456789012", "Alice", "/team/", 5, {{"k", "v"}}, "arn:boundary", {{"x", "y"}}};
  User read_user;
  Decode(Encode(user), read_user);
  EXPECT_EQ(Encode(read_user), Encode(user));
  EXPECT_EQ(read_user.name, "Alice");
  EXPECT_EQ(read_user.path, "/team/");

  const AccessKey key{"AKIA1", "123456789012", "AIDA1", "plain", KeyStatus::kInactive, 5, 6, 7};
  const auto encoded = Encode(key, "sealed");
  AccessKey read_key;
  std::string_view sealed;
  Decode(encoded, read_key, sealed);
  EXPECT_EQ(sealed, "sealed");
  EXPECT_EQ(encoded.find("plain"), encoded.npos);
  EXPECT_EQ(Encode(read_key, sealed), encoded);
  EXPECT_EQ(read_key.status, KeyStatus::kInactive);

  KeyUse use;
  Decode(Encode(KeyUse{9, "s3", "us-east-1"}), use);
  EXPECT_EQ(use.time, 9);
  EXPECT_EQ(use.service, "s3");
  EXPECT_EQ(use.region, "us-east-1");

  Upload upload;
  upload.number = 3;
  upload.initiated = 4;
  upload.initiator = "arn:me";
  upload.object = FullObject();
  Upload read_upload;
  Decode(Encode(upload), read_upload);
  EXPECT_EQ(read_upload.number, 3u);
  EXPECT_EQ(read_upload.initiator, "arn:me");
  ExpectEqualHeads(upload.object, read_upload.object);

  Part part{5, 6, 7, "etag", {"SHA256", "x", false}, {"", "", {{1, 6, BlobPlacement::kRows}}}};
  Part read_part;
  Decode(Encode(part), read_part);
  EXPECT_EQ(Encode(read_part), Encode(part));
  EXPECT_EQ(read_part.body.blobs.size(), 1u);
}

TEST(Records, SkipFieldsFromTheFuture) {
  // Tag 27 is unused, 60000 is far away.
  std::string record;
  FieldWriter fields(record, 1);
  fields.bytes(6, "etag");
  fields.bytes(27, "something new");
  fields.number(28, 5);
  fields.bytes(103, "inline");
  fields.number(60000, 1);
  Object object;
  Decode(record, object);
  EXPECT_EQ(object.etag, "etag");
  EXPECT_EQ(object.body.inline_bytes, "inline");
}

TEST(Records, RefuseAFormatFromTheFuture) {
  Object object;
  EXPECT_THROW(Decode("\x02", object), StoreError);
  EXPECT_THROW(Decode(std::string_view("\0", 1), object), StoreError);
  EXPECT_THROW(Decode("", object), StoreError);
}

TEST(Records, EitherDecodeOrThrowWhateverTheBytesAre) {
  std::mt19937_64 random(11);
  const auto whole = Encode(FullObject());
  const auto attempt = [](std::string_view bytes) {
    const auto guarded = [&](auto&& decode) {
      try {
        decode();
      } catch (const StoreError&) {
      }
    };
    guarded([&] {
      Object o;
      Decode(bytes, o);
    });
    guarded([&] {
      Object o;
      DecodeLayout(bytes, o);
    });
    guarded([&] {
      Bucket b;
      Decode(bytes, b);
    });
    guarded([&] {
      User u;
      Decode(bytes, u);
    });
    guarded([&] {
      AccessKey k;
      std::string_view s;
      Decode(bytes, k, s);
    });
    guarded([&] {
      KeyUse u;
      Decode(bytes, u);
    });
    guarded([&] {
      Upload u;
      Decode(bytes, u);
    });
    guarded([&] {
      Part p;
      Decode(bytes, p);
    });
  };
  for (std::size_t size = 0; size <= whole.size(); ++size) attempt(std::string_view(whole).substr(0, size));
  for (int i = 0; i < 50'000; ++i) {
    auto damaged = whole;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    attempt(damaged);
  }
  for (int i = 0; i < 50'000; ++i) {
    std::string noise("\x01");
    for (auto left = random() % 40; left > 0; --left) noise.push_back(static_cast<char>(random()));
    attempt(noise);
  }
}

TEST(Varint, CoversAllNumbersAndRefusesOverlongOnes) {
  for (const std::uint64_t number : {0ull, 1ull, 127ull, 128ull, 1ull << 35, ~0ull}) {
    std::string out;
    AppendVarint(out, number);
    std::string_view in = out;
    EXPECT_EQ(TakeVarint(in), number);
    EXPECT_TRUE(in.empty());
  }
  std::string_view overlong("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  EXPECT_THROW(TakeVarint(overlong), StoreError);
  std::string_view endless("\xff\xff");
  EXPECT_THROW(TakeVarint(endless), StoreError);
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(UnZigZag(ZigZag(number)), number);
  }
}

}  // namespace
}  // namespace keymill::store
