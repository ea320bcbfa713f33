#include "store/uploads.h"

#include <gtest/gtest.h>

#include "store/blobs.h"
#include "store/buckets.h"
#include "store/versions.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 4;

class Uploads : public testing::Test {
 protected:
  Fixture fixture_{InMemory()};

  Upload create(std::string key, std::string id) {
    Upload upload;
    upload.key = std::move(key);
    upload.id = std::move(id);
    upload.initiator = "arn:me";
    upload.object.content_type = "text/plain";
    fixture_.committer.run([&](Txn& txn) { CreateUpload(txn, kBucket, upload); });
    return upload;
  }

  void put_part(const Upload& upload, std::uint32_t number, std::string bytes) {
    Part part;
    part.number = number;
    part.size = bytes.size();
    part.etag = "etag" + std::to_string(number);
    part.checksum = {"CRC32", "abcd", false};
    part.body.inline_bytes = std::move(bytes);
    fixture_.committer.run([&](Txn& txn) { PutPart(txn, upload, part); });
  }

  std::string body(const Object& object) {
    BodyReader reader(fixture_.db, object.body, 0, ~0ull);
    std::string bytes;
    for (auto slice = reader.next(); !slice.empty(); slice = reader.next()) {
      bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
    }
    return bytes;
  }

  std::size_t rows(Family family) {
    std::size_t count = 0;
    for (const auto cursor = fixture_.reader().scan(family, ""); cursor->valid(); cursor->next()) ++count;
    return count;
  }
};

TEST_F(Uploads, KeepPartsInOrderAndReplaceThem) {
  const auto upload = create("k", "u1");
  put_part(upload, 300, "c");
  put_part(upload, 1, "first");
  put_part(upload, 2, "b");
  put_part(upload, 1, "a");
  const auto parts = ListParts(fixture_.reader(), upload, 0, 10);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].number, 1u);
  EXPECT_EQ(parts[0].size, 1u);
  EXPECT_EQ(parts[2].number, 300u);
  EXPECT_EQ(parts[2].etag, "etag300");
  EXPECT_EQ(ListParts(fixture_.reader(), upload, 1, 1)[0].number, 2u);
  EXPECT_TRUE(ListParts(fixture_.reader(), upload, 300, 1).empty());
  EXPECT_EQ(FindPart(fixture_.reader(), upload, 2)->checksum.value, "abcd");
  EXPECT_FALSE(FindPart(fixture_.reader(), upload, 3));
  EXPECT_EQ(rows(Family::kRows), 3u);
}

TEST_F(Uploads, BecomeAnObjectOfTheNamedParts) {
  const auto upload = create("k", "u1");
  put_part(upload, 1, "one ");
  put_part(upload, 2, "unused");
  put_part(upload, 7, "seven");
  fixture_.committer.run([&](Txn& txn) {
    auto object = FindUpload(txn, kBucket, "k", "u1")->object;
    object.key = "k";
    TakeParts(txn, kBucket, upload, std::vector<std::uint32_t>{1, 7}, object);
    PutCompleted(txn, kBucket, object, false);
  });
  const auto object = *FindObject(fixture_.reader(), kBucket, "k");
  EXPECT_EQ(object.content_type, "text/plain");
  EXPECT_EQ(object.size, 9u);
  EXPECT_EQ(object.part_count, 2u);
  EXPECT_EQ(object.parts[1].number, 7u);
  EXPECT_EQ(object.parts[1].size, 5u);
  EXPECT_EQ(body(object), "one seven");
  EXPECT_FALSE(FindUpload(fixture_.reader(), kBucket, "k", "u1"));
  EXPECT_EQ(rows(Family::kUploads), 0u);
  EXPECT_EQ(rows(Family::kRows), 2u);
  fixture_.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "k"); });
  EXPECT_EQ(rows(Family::kRows), 0u);
  EXPECT_EQ(rows(Family::kBlobs), 0u);
}

TEST_F(Uploads, OfTenThousandPartsBecomeOneVersion) {
  const auto upload = create("k", "u1");
  std::vector<std::uint32_t> numbers;
  fixture_.committer.run([&](Txn& txn) {
    for (std::uint32_t number = 1; number <= 10'000; ++number) {
      Part part;
      part.number = number;
      part.size = 1;
      part.body.inline_bytes = std::string(1, static_cast<char>('a' + number % 26));
      PutPart(txn, upload, part);
      numbers.push_back(number);
    }
  });
  for (const char* version : {"v1", "v2"}) {
    if (version == std::string_view("v2")) {
      const auto again = create("k", "u2");
      put_part(again, 1, "short");
      fixture_.committer.run([&](Txn& txn) {
        Object object;
        object.key = "k";
        object.version_id = "v2";
        TakeParts(txn, kBucket, again, std::vector<std::uint32_t>{1}, object);
        PutCompleted(txn, kBucket, object, true);
      });
      continue;
    }
    fixture_.committer.run([&](Txn& txn) {
      Object object;
      object.key = "k";
      object.version_id = version;
      TakeParts(txn, kBucket, upload, numbers, object);
      PutCompleted(txn, kBucket, object, true);
    });
  }
  const auto object = *FindVersion(fixture_.reader(), kBucket, "k", "v1");
  EXPECT_EQ(object.size, 10'000u);
  EXPECT_EQ(object.parts.size(), 10'000u);
  EXPECT_EQ(body(object).size(), 10'000u);
  EXPECT_EQ(body(*FindObject(fixture_.reader(), kBucket, "k")), "short");
  fixture_.committer.run([](Txn& txn) {
    EXPECT_TRUE(EraseVersion(txn, kBucket, "k", "v1"));
    EXPECT_TRUE(EraseVersion(txn, kBucket, "k", "v2"));
  });
  EXPECT_EQ(rows(Family::kRows), 0u);
  EXPECT_EQ(rows(Family::kBlobs), 0u);
}

TEST_F(Uploads, ThatNameAMissingPartChangeNothing) {
  const auto upload = create("k", "u1");
  put_part(upload, 1, "one");
  EXPECT_THROW(fixture_.committer.run([&](Txn& txn) {
    Object object;
    object.key = "k";
    TakeParts(txn, kBucket, upload, std::vector<std::uint32_t>{1, 2}, object);
  }),
               StoreError);
  EXPECT_TRUE(FindUpload(fixture_.reader(), kBucket, "k", "u1"));
  EXPECT_TRUE(FindPart(fixture_.reader(), upload, 1));
}

TEST_F(Uploads, LeaveNothingWhenAborted) {
  const auto upload = create("k", "u1");
  put_part(upload, 1, "one");
  put_part(upload, 2, "two");
  EXPECT_GT(rows(Family::kUploads), 0u);
  fixture_.committer.run([&](Txn& txn) { AbortUpload(txn, kBucket, upload); });
  EXPECT_EQ(rows(Family::kUploads), 0u);
  EXPECT_EQ(rows(Family::kRows), 0u);
}

TEST_F(Uploads, GoWithTheirBucketWhichIsEmptyForAllOfThem) {
  put_part(create("a", "u1"), 1, "one");
  put_part(create("b", "u2"), 1, "two");
  EXPECT_TRUE(BucketIsEmpty(fixture_.reader(), kBucket));
  Bucket bucket;
  bucket.id = kBucket;
  fixture_.committer.run([&](Txn& txn) { EraseBucket(txn, bucket); });
  EXPECT_EQ(rows(Family::kUploads), 0u);
  EXPECT_EQ(rows(Family::kRows), 0u);
}

TEST_F(Uploads, AreListedByKeyAndIdWithPrefixesAndMarkers) {
  for (const auto& [key, id] : std::vector<std::pair<const char*, const char*>>{
           {"a", "2"}, {"a", "1"}, {"a/b", "3"}, {"a/c", "4"}, {"b/x", "5"}, {"c", "6"}}) {
    create(key, id);
  }
  const auto list = [&](const UploadQuery& query) {
    const auto page = ListUploads(fixture_.reader(), kBucket, query);
    std::string text;
    for (const auto& upload : page.uploads) text += upload.key + ":" + upload.id + " ";
    for (const auto& common : page.common_prefixes) text += common + " ";
    return text + (page.truncated ? "... " : "") + page.last_key + ":" + page.last_id;
  };
  EXPECT_EQ(list({{}, {}, {}, {}, 10}), "a:1 a:2 a/b:3 a/c:4 b/x:5 c:6 c:6");
  EXPECT_EQ(list({{}, "/", {}, {}, 10}), "a:1 a:2 c:6 a/ b/ c:6");
  EXPECT_EQ(list({{}, "/", {}, {}, 3}), "a:1 a:2 a/ ... a/:");
  EXPECT_EQ(list({{}, "/", "a/", {}, 3}), "c:6 b/ c:6");
  EXPECT_EQ(list({{}, {}, "a", {}, 2}), "a/b:3 a/c:4 ... a/c:4");
  EXPECT_EQ(list({{}, {}, "a", "1", 2}), "a:2 a/b:3 ... a/b:3");
  EXPECT_EQ(list({"a/", {}, "a", "1", 9}), "a/b:3 a/c:4 a/c:4");
  EXPECT_EQ(list({"z", {}, {}, {}, 9}), ":");
}

}  // namespace
}  // namespace keymill::store
