#include "store/objects.h"

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 7;

void Put(Fixture& fixture, const std::string& key, BucketId bucket = kBucket) {
  fixture.committer.run([&](Txn& txn) {
    Object object;
    object.key = key;
    object.etag = "etag of " + key;
    object.body.inline_bytes = "bytes of " + key;
    PutObject(txn, bucket, object);
  });
}

TEST(Objects, AreReplacedAndErased) {
  Fixture fixture(InMemory());
  EXPECT_FALSE(FindObject(fixture.reader(), kBucket, "k"));
  Put(fixture, "k");
  const auto first = *FindObject(fixture.reader(), kBucket, "k");
  EXPECT_EQ(first.key, "k");
  EXPECT_EQ(first.body.inline_bytes, "bytes of k");
  Put(fixture, "k");
  EXPECT_GT(FindObject(fixture.reader(), kBucket, "k")->sequence, first.sequence);
  fixture.committer.run([](Txn& txn) {
    EXPECT_TRUE(EraseObject(txn, kBucket, "k"));
    EXPECT_FALSE(EraseObject(txn, kBucket, "k"));
  });
  EXPECT_FALSE(FindObject(fixture.reader(), kBucket, "k"));
}

TEST(Objects, HaveKeysOfAnyBytes) {
  Fixture fixture(InMemory());
  for (const std::string& key : {std::string("\0", 1), std::string("a\0\xff/b", 5), std::string(1024, '\xff')}) {
    Put(fixture, key);
    EXPECT_EQ(FindObject(fixture.reader(), kBucket, key)->etag, "etag of " + key);
  }
  EXPECT_EQ(ListObjects(fixture.reader(), kBucket, {}).objects.size(), 3u);
}

/// What ListObjects promises, the plain way.
ListPage NaiveList(const std::set<std::string>& keys, const ListQuery& query) {
  ListPage page;
  if (query.limit == 0) return page;
  const auto common_of = [&](const std::string& key) -> std::string {
    if (query.delimiter.empty() || !key.starts_with(query.prefix)) return {};
    const auto at = key.find(query.delimiter, query.prefix.size());
    return at == key.npos ? std::string() : key.substr(0, at + query.delimiter.size());
  };
  const bool after_is_common = !query.start_after.empty() && common_of(query.start_after) == query.start_after;
  for (const auto& key : keys) {
    if (!key.starts_with(query.prefix)) continue;
    if (!query.start_after.empty() && key <= query.start_after) continue;
    const auto common = common_of(key);
    if (after_is_common && common == query.start_after) continue;
    if (!common.empty() && !page.common_prefixes.empty() && page.common_prefixes.back() == common) continue;
    if (page.objects.size() + page.common_prefixes.size() == query.limit) {
      page.truncated = true;
      break;
    }
    if (common.empty()) {
      page.objects.emplace_back().key = key;
      page.last = key;
    } else {
      page.common_prefixes.push_back(common);
      page.last = common;
    }
  }
  return page;
}

void ExpectSamePage(const ListPage& page, const ListPage& expected) {
  std::vector<std::string> keys, expected_keys;
  for (const auto& object : page.objects) keys.push_back(object.key);
  for (const auto& object : expected.objects) expected_keys.push_back(object.key);
  EXPECT_EQ(keys, expected_keys);
  EXPECT_EQ(page.common_prefixes, expected.common_prefixes);
  EXPECT_EQ(page.truncated, expected.truncated);
  EXPECT_EQ(page.last, expected.last);
}

TEST(Listing, AgreesWithANaiveOneOnRandomKeysPrefixesAndDelimiters) {
  std::mt19937_64 random(21);
  const auto text = [&](std::size_t most) {
    static constexpr std::string_view kBytes("a/b-\x00\xff", 6);
    std::string made;
    for (auto left = random() % (most + 1); left > 0; --left) made.push_back(kBytes[random() % kBytes.size()]);
    return made;
  };
  Fixture fixture(InMemory());
  std::set<std::string> keys;
  while (keys.size() < 400) {
    auto key = text(6);
    if (!key.empty()) keys.insert(std::move(key));
  }
  fixture.committer.run([&](Txn& txn) {
    for (const auto bucket : {kBucket - 1, kBucket, kBucket + 1}) {
      for (const auto& key : keys) {
        Object object;
        object.key = key;
        PutObject(txn, bucket, object);
      }
    }
  });
  for (int i = 0; i < 4000 && !HasFailure(); ++i) {
    ListQuery query{text(2), text(2), text(4), random() % 12};
    ExpectSamePage(ListObjects(fixture.reader(), kBucket, query), NaiveList(keys, query));
  }
  // Page by page the whole is the same as at once.
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    ListQuery query{text(1), text(2), {}, 1 + random() % 20};
    ListPage whole;
    for (ListPage page;; query.start_after = page.last) {
      page = ListObjects(fixture.reader(), kBucket, query);
      for (auto& object : page.objects) whole.objects.push_back(std::move(object));
      for (auto& common : page.common_prefixes) whole.common_prefixes.push_back(std::move(common));
      whole.last = page.last;
      if (!page.truncated) break;
    }
    query.start_after.clear();
    query.limit = 100'000;
    ExpectSamePage(whole, NaiveList(keys, query));
  }
}

TEST(Listing, LeavesBodiesOut) {
  Fixture fixture(InMemory());
  Put(fixture, "k");
  const auto page = ListObjects(fixture.reader(), kBucket, {});
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].etag, "etag of k");
  EXPECT_TRUE(page.objects[0].body.inline_bytes.empty());
}

TEST(Listing, SeesTheMutationsOwnWrites) {
  Fixture fixture(InMemory());
  Put(fixture, "a/1");
  fixture.committer.run([](Txn& txn) {
    Object object;
    object.key = "b";
    PutObject(txn, kBucket, object);
    EraseObject(txn, kBucket, "a/1");
    const auto page = ListObjects(txn, kBucket, {{}, "/", {}, 10});
    ASSERT_EQ(page.objects.size(), 1u);
    EXPECT_EQ(page.objects[0].key, "b");
    EXPECT_TRUE(page.common_prefixes.empty());
  });
}

}  // namespace
}  // namespace keymill::store
