#include "store/object_cache.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "store/objects.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 7;
constexpr std::string_view kRow = "row";

ObjectCache::Shared Named(const std::string& etag) {
  auto object = std::make_shared<Object>();
  object->etag = etag;
  return object;
}

TEST(ObjectCache, KeepsWhatWasReadAndTellsRowsApart) {
  ObjectCache cache;
  cache.keep(kRow, cache.find(kRow).version, Named("a"));
  ASSERT_TRUE(cache.find(kRow).object);
  EXPECT_EQ(cache.find(kRow).object->etag, "a");
  EXPECT_FALSE(cache.find("another row").object);
}

TEST(ObjectCache, ForgetsWhatACommitWritesBeforeItIsDone) {
  ObjectCache cache;
  cache.keep(kRow, cache.find(kRow).version, Named("a"));
  cache.begin({ObjectCache::slot(kRow)});
  EXPECT_FALSE(cache.find(kRow).object);
  cache.end({ObjectCache::slot(kRow)});
  EXPECT_FALSE(cache.find(kRow).object);
}

TEST(ObjectCache, DoesNotKeepWhatWasReadBeforeOrDuringACommit) {
  ObjectCache cache;
  const auto before = cache.find(kRow).version;
  cache.begin({ObjectCache::slot(kRow), ObjectCache::slot(kRow)});
  const auto during = cache.find(kRow).version;
  cache.keep(kRow, during, Named("during"));
  EXPECT_FALSE(cache.find(kRow).object);
  cache.end({ObjectCache::slot(kRow), ObjectCache::slot(kRow)});
  cache.keep(kRow, before, Named("before"));
  cache.keep(kRow, during, Named("during"));
  EXPECT_FALSE(cache.find(kRow).object);
  cache.keep(kRow, cache.find(kRow).version, Named("after"));
  EXPECT_TRUE(cache.find(kRow).object);
}

void Put(Fixture& fixture, const std::string& etag, std::size_t size = 10) {
  fixture.committer.run([&](Txn& txn) {
    Object object;
    object.key = "k";
    object.etag = etag;
    object.body.inline_bytes.assign(size, 'x');
    PutObject(txn, kBucket, object);
  });
}

TEST(SharedObjects, AreOneCopyWhileNothingChanges) {
  Fixture fixture(InMemory());
  EXPECT_FALSE(ShareObject(fixture.reader(), kBucket, "k"));
  Put(fixture, "a");
  const auto first = ShareObject(fixture.reader(), kBucket, "k");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->key, "k");
  EXPECT_EQ(ShareObject(fixture.reader(), kBucket, "k"), first);
  Put(fixture, "b");
  EXPECT_EQ(first->etag, "a") << "who holds it still sees what it was";
  EXPECT_EQ(ShareObject(fixture.reader(), kBucket, "k")->etag, "b");
  fixture.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "k"); });
  EXPECT_FALSE(ShareObject(fixture.reader(), kBucket, "k"));
}

TEST(SharedObjects, AreNotKeptWhenLarge) {
  Fixture fixture(InMemory());
  Put(fixture, "a", ObjectCache::kMostRecord);
  const auto first = ShareObject(fixture.reader(), kBucket, "k");
  EXPECT_EQ(first->body.inline_bytes.size(), ObjectCache::kMostRecord);
  EXPECT_NE(ShareObject(fixture.reader(), kBucket, "k"), first);
}

TEST(SharedObjects, InAMutationAreThoseOfTheMutation) {
  Fixture fixture(InMemory());
  Put(fixture, "a");
  EXPECT_EQ(ShareObject(fixture.reader(), kBucket, "k")->etag, "a");
  fixture.committer.run([](Txn& txn) {
    Object object;
    object.key = "k";
    object.etag = "b";
    PutObject(txn, kBucket, object);
    EXPECT_EQ(ShareObject(txn, kBucket, "k")->etag, "b");
  });
}

TEST(SharedObjects, NeverShowAReaderThePast) {
  Fixture fixture(InMemory());
  Put(fixture, "0");
  std::atomic<bool> done = false;
  std::atomic<int> acknowledged = 0, stale = 0;
  auto watch = [&] {
    int newest = 0;
    while (!done) {
      const int known = acknowledged;
      const int seen = std::stoi(ShareObject(fixture.reader(), kBucket, "k")->etag);
      if (seen < known || seen < newest) ++stale;
      newest = std::max(newest, seen);
    }
  };
  std::thread one(watch), two(watch);
  for (int i = 1; i <= 3000; ++i) {
    Put(fixture, std::to_string(i));
    acknowledged = i;
  }
  done = true;
  one.join();
  two.join();
  EXPECT_EQ(stale, 0);
  EXPECT_EQ(ShareObject(fixture.reader(), kBucket, "k")->etag, "3000");
}

}  // namespace
}  // namespace keymill::store
