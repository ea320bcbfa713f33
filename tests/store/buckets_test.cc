#include "store/buckets.h"

#include <gtest/gtest.h>

#include "store/objects.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

Bucket MakeBucket(std::string name, std::string account = "1") {
  Bucket bucket;
  bucket.name = std::move(name);
  bucket.account = std::move(account);
  return bucket;
}

std::vector<std::string> Names(const std::vector<Bucket>& buckets) {
  std::vector<std::string> names;
  for (const auto& bucket : buckets) names.push_back(bucket.name);
  return names;
}
using Strings = std::vector<std::string>;

TEST(Buckets, AreGivenAnIdThatIsNeverUsedAgain) {
  Fixture fixture(InMemory());
  auto bucket = MakeBucket("b");
  fixture.committer.run([&](Txn& txn) { PutBucket(txn, bucket); });
  const auto first = bucket.id;
  EXPECT_NE(first, 0u);
  EXPECT_EQ(FindBucket(fixture.reader(), "b")->id, first);
  fixture.committer.run([&](Txn& txn) { EraseBucket(txn, bucket); });
  EXPECT_FALSE(FindBucket(fixture.reader(), "b"));
  bucket.id = 0;
  fixture.committer.run([&](Txn& txn) { PutBucket(txn, bucket); });
  EXPECT_GT(bucket.id, first);
}

TEST(Buckets, AreListedByAccountPrefixAndPage) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) {
    for (const char* name : {"c", "a", "ab", "abc", "b"}) {
      auto bucket = MakeBucket(name);
      PutBucket(txn, bucket);
    }
    auto other = MakeBucket("aa", "2");
    PutBucket(txn, other);
  });
  const auto list = [&](std::string_view prefix, std::string_view after, std::size_t limit) {
    return Names(ListBuckets(fixture.reader(), "1", prefix, after, limit));
  };
  EXPECT_EQ(list("", "", 10), (Strings{"a", "ab", "abc", "b", "c"}));
  EXPECT_EQ(list("", "a", 2), (Strings{"ab", "abc"}));
  EXPECT_EQ(list("ab", "", 10), (Strings{"ab", "abc"}));
  EXPECT_EQ(list("ab", "ab", 10), (Strings{"abc"}));
  EXPECT_EQ(list("ab", "a", 10), (Strings{"ab", "abc"}));
  EXPECT_EQ(list("ab", "b", 10), (Strings{}));
  EXPECT_EQ(list("", "", 0), (Strings{}));
}

TEST(Buckets, AreEmptyWhenNoObjectIsLeft) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) {
    EXPECT_TRUE(BucketIsEmpty(txn, 5));
    Object object;
    object.key = "k";
    PutObject(txn, 5, object);
    EXPECT_FALSE(BucketIsEmpty(txn, 5));
    EXPECT_TRUE(BucketIsEmpty(txn, 4));
    EXPECT_TRUE(BucketIsEmpty(txn, 6));
    EraseObject(txn, 5, "k");
    EXPECT_TRUE(BucketIsEmpty(txn, 5));
  });
}

TEST(Buckets, KeepDocumentsUntilTheyAreErased) {
  Fixture fixture(InMemory());
  auto bucket = MakeBucket("b");
  fixture.committer.run([&](Txn& txn) {
    PutBucket(txn, bucket);
    PutDocument(txn, bucket.id, "policy", "{}");
    PutDocument(txn, bucket.id, "cors", "<x/>");
    PutDocument(txn, bucket.id + 1, "cors", "<y/>");
  });
  EXPECT_EQ(FindDocument(fixture.reader(), bucket.id, "policy"), "{}");
  EXPECT_EQ(FindDocument(fixture.reader(), bucket.id, "website"), std::nullopt);
  EXPECT_EQ(ListDocuments(fixture.reader(), bucket.id), (Strings{"cors", "policy"}));
  fixture.committer.run([&](Txn& txn) { EraseDocument(txn, bucket.id, "policy"); });
  EXPECT_EQ(ListDocuments(fixture.reader(), bucket.id), (Strings{"cors"}));
  fixture.committer.run([&](Txn& txn) { EraseBucket(txn, bucket); });
  EXPECT_TRUE(ListDocuments(fixture.reader(), bucket.id).empty());
  EXPECT_EQ(FindDocument(fixture.reader(), bucket.id + 1, "cors"), "<y/>");
}

}  // namespace
}  // namespace keymill::store
