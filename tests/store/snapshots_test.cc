#include "store/snapshots.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "store/blobs.h"
#include "store/buckets.h"
#include "store/objects.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 1;

/// A database with snapshots, in memory or in a directory of its own.
struct Saved {
  explicit Saved(bool on_disk)
      : fixture(on_disk ? OnDisk(directory.path()) : InMemory()),
        snapshots(fixture.db, fixture.committer, [this] { ++swaps; }) {}

  void put(const std::string& key, std::string_view bytes) {
    Object object;
    object.key = key;
    if (bytes.size() <= kInlineLimit) {
      object.body.inline_bytes = bytes;
    } else {
      BlobWriter writer(fixture.db);
      writer.append(AsBytes(bytes));
      object.body.blobs.push_back(writer.finish());
    }
    fixture.committer.run([&](Txn& txn) { PutObject(txn, kBucket, object); });
  }
  std::string get(const std::string& key) const {
    const auto object = FindObject(fixture.reader(), kBucket, key);
    if (!object) return "absent";
    BodyReader body(fixture.db, object->body, 0, ~0ull);
    std::string bytes;
    for (auto slice = body.next(); !slice.empty(); slice = body.next())
      bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
    return bytes;
  }

  TemporaryDirectory directory;
  Fixture fixture;
  std::atomic<int> swaps = 0;
  Snapshots snapshots;
};

class SnapshotsTest : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Places, SnapshotsTest, testing::Bool(),
                         [](const auto& place) { return place.param ? "OnDisk" : "InMemory"; });

const std::string kLarge(3 * kChunkSize + 17, 'L');
const std::string kMiddling(200'000, 'm');

TEST_P(SnapshotsTest, ARestoreBringsBackRowsAndBodies) {
  Saved saved(GetParam());
  saved.put("small", "before");
  saved.put("row", kMiddling);
  saved.put("large", kLarge);
  ASSERT_TRUE(saved.snapshots.save("clean", false, 1234));
  saved.put("small", "after");
  saved.put("large", "no longer");
  saved.put("more", kLarge);
  ASSERT_TRUE(saved.snapshots.restore("clean"));
  EXPECT_EQ(saved.swaps, 1);
  EXPECT_EQ(saved.get("small"), "before");
  EXPECT_EQ(saved.get("row"), kMiddling);
  EXPECT_EQ(saved.get("large"), kLarge);
  EXPECT_EQ(saved.get("more"), "absent");
  saved.put("more", kLarge);
  saved.put("large", "again");
  EXPECT_EQ(saved.get("more"), kLarge);
  ASSERT_TRUE(saved.snapshots.restore("clean")) << "a snapshot can be restored more than once";
  EXPECT_EQ(saved.get("large"), kLarge);
  EXPECT_EQ(saved.get("more"), "absent");
}

TEST_P(SnapshotsTest, NamesAreListedReplacedAndRemoved) {
  Saved saved(GetParam());
  saved.put("k", "1");
  ASSERT_TRUE(saved.snapshots.save("b", false, 5));
  ASSERT_TRUE(saved.snapshots.save("a", false, 6));
  saved.put("k", "2");
  EXPECT_FALSE(saved.snapshots.save("b", false, 7));
  ASSERT_TRUE(saved.snapshots.save("b", true, 8));
  const auto list = saved.snapshots.list();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "a");
  EXPECT_EQ(list[1].name, "b");
  EXPECT_EQ(list[1].created, 8);
  ASSERT_TRUE(saved.snapshots.restore("a"));
  EXPECT_EQ(saved.get("k"), "1");
  ASSERT_TRUE(saved.snapshots.restore("b"));
  EXPECT_EQ(saved.get("k"), "2");
  EXPECT_TRUE(saved.snapshots.remove("a"));
  EXPECT_FALSE(saved.snapshots.remove("a"));
  EXPECT_FALSE(saved.snapshots.restore("a"));
  EXPECT_EQ(saved.snapshots.list().size(), 1u);
}

TEST_P(SnapshotsTest, AResetLeavesOnlyWhatItIsFilledWith) {
  Saved saved(GetParam());
  saved.put("kept", "from before");
  saved.put("gone", kLarge);
  saved.snapshots.reset([](const Reader& former, Txn& fresh) {
    auto kept = FindObject(former, kBucket, "kept");
    PutObject(fresh, kBucket, *kept);
  });
  EXPECT_EQ(saved.get("kept"), "from before");
  EXPECT_EQ(saved.get("gone"), "absent");
  EXPECT_EQ(saved.swaps, 1);
}

TEST_P(SnapshotsTest, AResetThatFailsChangesNothing) {
  Saved saved(GetParam());
  saved.put("k", "v");
  EXPECT_THROW(saved.snapshots.reset([](const Reader&, Txn&) { throw StoreError("no"); }), StoreError);
  EXPECT_EQ(saved.get("k"), "v");
  EXPECT_EQ(saved.swaps, 0);
  saved.put("k", kLarge);
  EXPECT_EQ(saved.get("k"), kLarge);
}

TEST_P(SnapshotsTest, AReaderAndABodyFinishOnTheStateTheyBeganWith) {
  Saved saved(GetParam());
  ASSERT_TRUE(saved.snapshots.save("empty", false, 1));
  saved.put("k", kLarge);
  const auto reader = saved.fixture.reader();
  BodyReader body(reader, FindObject(reader, kBucket, "k")->body, 0, ~0ull);
  std::size_t received = body.next().size();
  ASSERT_TRUE(saved.snapshots.restore("empty"));
  EXPECT_EQ(saved.get("k"), "absent");
  EXPECT_TRUE(FindObject(reader, kBucket, "k"));
  for (auto slice = body.next(); !slice.empty(); slice = body.next()) received += slice.size();
  EXPECT_EQ(received, kLarge.size());
}

TEST_P(SnapshotsTest, ABodyReceivedBeforeARestoreIsNotTakenForAnotherOne) {
  Saved saved(GetParam());
  ASSERT_TRUE(saved.snapshots.save("empty", false, 1));
  BlobWriter writer(saved.fixture.db);
  writer.append(AsBytes(kLarge));
  Object late;
  late.key = "late";
  late.body.blobs.push_back(writer.finish());
  ASSERT_TRUE(saved.snapshots.restore("empty"));
  for (int i = 0; i < 5; ++i) saved.put("other" + std::to_string(i), std::string(kLarge.size(), 'o'));
  EXPECT_THROW(saved.fixture.committer.run([&](Txn& txn) { PutObject(txn, kBucket, late); }), StoreError);
  EXPECT_EQ(saved.get("late"), "absent");
}

TEST_P(SnapshotsTest, CommitsAndReadsGoOnWhileStatesAreSwapped) {
  Saved saved(GetParam());
  saved.put("always", "here");
  ASSERT_TRUE(saved.snapshots.save("base", false, 1));
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::jthread writer([&] {
    for (int i = 0; !stop; ++i) saved.put("k" + std::to_string(i % 8), "v");
  });
  std::jthread reader([&] {
    while (!stop) wrong += saved.get("always") != "here";
  });
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(saved.snapshots.restore("base"));
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Snapshots, TheRestoredStateIsTheOneAfterARestart) {
  const TemporaryDirectory directory;
  const auto number = [&](const std::function<void(Fixture&, Snapshots&)>& with) {
    Fixture fixture(OnDisk(directory.path()));
    Snapshots snapshots(fixture.db, fixture.committer, [] {});
    if (with) with(fixture, snapshots);
    return fixture.reader().get(Family::kLab, "row").value_or("none");
  };
  const auto put = [](Fixture& fixture, const std::string& value) {
    fixture.committer.run([&](Txn& txn) { txn.put(Family::kLab, "row", value); });
  };
  number([&](Fixture& fixture, Snapshots& snapshots) {
    put(fixture, "first");
    ASSERT_TRUE(snapshots.save("s", false, 1));
    put(fixture, "second");
    ASSERT_TRUE(snapshots.restore("s"));
  });
  EXPECT_EQ(number({}), "first");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "db")) << "the former state is removed";
  number([&](Fixture& fixture, Snapshots& snapshots) {
    put(fixture, "third");
    ASSERT_TRUE(snapshots.restore("s"));
    put(fixture, "fourth");
  });
  EXPECT_EQ(number({}), "fourth");
  const auto states = std::filesystem::directory_iterator(directory.path() / "generations");
  EXPECT_EQ(std::distance(begin(states), end(states)), 1);
}

TEST(Snapshots, NamesAreSafeFileNames) {
  for (const char* good : {"a", "Clean-1", "2025.01.31_x"}) EXPECT_TRUE(Snapshots::IsName(good)) << good;
  for (const char* bad : {"", ".", "..", ".hidden", "-x", "a/b", "a b", "ä"})
    EXPECT_FALSE(Snapshots::IsName(bad)) << bad;
  EXPECT_FALSE(Snapshots::IsName(std::string(65, 'a')));
}

}  // namespace
}  // namespace keymill::store
