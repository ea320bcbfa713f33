#include "store/blobs.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "store/buckets.h"
#include "store/objects.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 3;

/// Reproducible from size and seed.
std::string MakeBytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const auto word = random();
    std::copy_n(reinterpret_cast<const char*>(&word), 8, bytes.data() + i);
  }
  return bytes;
}

BlobRef Write(Db& db, std::string_view bytes, std::size_t step = 100'000) {
  BlobWriter writer(db);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
    writer.append(AsBytes(bytes.substr(0, step)));
  return writer.finish();
}

std::string Read(const Db& db, const Body& body, std::uint64_t offset = 0, std::uint64_t length = ~0ull) {
  BodyReader reader(db, body, offset, length);
  std::string bytes;
  for (auto slice = reader.next(); !slice.empty(); slice = reader.next()) {
    EXPECT_LE(slice.size(), kChunkSize);
    bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
  }
  return bytes;
}

void Put(Fixture& fixture, const std::string& key, const std::vector<BlobRef>& blobs) {
  fixture.committer.run([&](Txn& txn) {
    Object object;
    object.key = key;
    object.body.blobs = blobs;
    PutObject(txn, kBucket, object);
  });
}

Body BodyOf(const Fixture& fixture, const std::string& key) {
  return FindObject(fixture.reader(), kBucket, key)->body;
}

std::size_t FilesIn(const std::filesystem::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    count += entry.path().extension() == ".sst" || entry.path().extension() == ".body";
  }
  return count;
}

/// Removal is done in the background.
bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return condition();
}

std::size_t Rows(const Fixture& fixture, Family family) {
  std::size_t count = 0;
  for (const auto cursor = fixture.reader().scan(family, ""); cursor->valid(); cursor->next()) ++count;
  return count;
}

class Bodies : public testing::TestWithParam<bool> {
 protected:
  DbOptions options() const { return GetParam() ? InMemory() : OnDisk(directory_.path()); }
  TemporaryDirectory directory_;
};
INSTANTIATE_TEST_SUITE_P(OnDiskAndInMemory, Bodies, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "InMemory" : "OnDisk"; });

TEST_P(Bodies, OfEverySizeAreReadAsTheyWereWritten) {
  Fixture fixture(options());
  for (const std::size_t size : {std::size_t{1}, kRowLimit + 1, kChunkSize - 1, kChunkSize, kChunkSize + 1,
                                 2 * kChunkSize, 5 * kChunkSize + 12345}) {
    for (const std::size_t step : {std::size_t{65536}, 3 * kChunkSize + 1}) {
      const auto bytes = MakeBytes(size, size);
      const auto blob = Write(fixture.db, bytes, step);
      EXPECT_EQ(blob.size, size);
      EXPECT_EQ(blob.placement, size <= kChunkSize ? BlobPlacement::kRows : BlobPlacement::kFile);
      Put(fixture, std::to_string(size), {blob});
      EXPECT_TRUE(Read(fixture.db, BodyOf(fixture, std::to_string(size))) == bytes) << size;
    }
  }
}

TEST_P(Bodies, OfManyBlobsAreReadInRanges) {
  Fixture fixture(options());
  std::string whole;
  std::vector<BlobRef> blobs;
  for (const std::size_t size : {std::size_t{100'000}, 2 * kChunkSize + 5, std::size_t{70'000}, 3 * kChunkSize}) {
    const auto bytes = MakeBytes(size, size);
    whole += bytes;
    blobs.push_back(Write(fixture.db, bytes));
  }
  fixture.committer.run([&](Txn& txn) {
    whole += "small";
    blobs.push_back(PutRow(txn, AsBytes("small")));
    Object object;
    object.key = "k";
    object.body.blobs = blobs;
    PutObject(txn, kBucket, object);
  });
  const auto body = BodyOf(fixture, "k");
  EXPECT_TRUE(Read(fixture.db, body) == whole);
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    const auto offset = random() % (whole.size() + 10), length = random() % (i % 2 ? whole.size() : 1000);
    const auto expected = offset < whole.size() ? whole.substr(offset, length) : std::string();
    ASSERT_TRUE(Read(fixture.db, body, offset, length) == expected) << offset << " " << length;
  }
}

TEST_P(Bodies, InlineAreReadInRangesToo) {
  Fixture fixture(options());
  const Body body{"0123456789", {}, {}};
  EXPECT_EQ(Read(fixture.db, body), "0123456789");
  EXPECT_EQ(Read(fixture.db, body, 3, 4), "3456");
  EXPECT_EQ(Read(fixture.db, body, 9, 100), "9");
  EXPECT_EQ(Read(fixture.db, body, 10, 1), "");
  EXPECT_EQ(Read(fixture.db, Body{}), "");
}

TEST_P(Bodies, LiveAsLongAsTheLastObjectThatSharesThem) {
  Fixture fixture(options());
  const auto bytes = MakeBytes(2 * kChunkSize, 1);
  const auto blob = Write(fixture.db, bytes);
  Put(fixture, "a", {blob});
  Put(fixture, "b", {blob});
  fixture.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "a"); });
  EXPECT_TRUE(Read(fixture.db, BodyOf(fixture, "b")) == bytes);
  // Replaced by itself, as by a copy onto itself with new metadata.
  Put(fixture, "b", {blob});
  EXPECT_TRUE(Read(fixture.db, BodyOf(fixture, "b")) == bytes);
  fixture.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "b"); });
  EXPECT_TRUE(Eventually([&] { return Rows(fixture, Family::kBlobs) == 0; }));
  EXPECT_THROW(Read(fixture.db, Body{"", {}, {blob}}), BodyGone);
  EXPECT_THROW(Put(fixture, "c", {blob}), StoreError);
}

TEST_P(Bodies, BeingReadSurviveTheirObject) {
  Fixture fixture(options());
  const auto large = MakeBytes(4 * kChunkSize, 1), medium = MakeBytes(kChunkSize, 2);
  Put(fixture, "k", {Write(fixture.db, large), Write(fixture.db, medium)});
  BodyReader reader(fixture.db, BodyOf(fixture, "k"), 0, ~0ull);
  std::string bytes;
  auto slice = reader.next();
  fixture.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "k"); });
  EXPECT_TRUE(Eventually([&] { return Rows(fixture, Family::kBlobs) == 0; }));
  for (; !slice.empty(); slice = reader.next()) bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
  EXPECT_TRUE(bytes == large + medium);
}

TEST_P(Bodies, LeaveNothingBehind) {
  Fixture fixture(options());
  const auto large = MakeBytes(3 * kChunkSize, 1), medium = MakeBytes(300'000, 2);
  {
    BlobWriter unfinished(fixture.db);
    unfinished.append(AsBytes(large));
  }
  Discard(fixture.db, Write(fixture.db, large));
  Discard(fixture.db, Write(fixture.db, medium));
  Put(fixture, "a", {Write(fixture.db, large), Write(fixture.db, medium)});
  Put(fixture, "a", {Write(fixture.db, medium)});
  fixture.committer.run([](Txn& txn) {
    Object object;
    object.key = "b";
    object.body.blobs = {PutRow(txn, AsBytes("row"))};
    PutObject(txn, kBucket, object);
    EraseObject(txn, kBucket, "a");
    EraseObject(txn, kBucket, "b");
  });
  EXPECT_TRUE(Eventually([&] { return Rows(fixture, Family::kBlobs) == 0 && Rows(fixture, Family::kRows) == 0; }));
  if (!GetParam()) {
    EXPECT_TRUE(Eventually([&] { return FilesIn(directory_.path() / "files") == 0; }));
    EXPECT_EQ(FilesIn(directory_.path() / "tmp"), 0u);
  }
}

TEST_P(Bodies, WithManyBlobsKeepThemOutOfTheRecord) {
  Fixture fixture(options());
  std::vector<BlobRef> blobs;
  fixture.committer.run([&](Txn& txn) {
    for (int i = 0; i < 1000; ++i) blobs.push_back(PutRow(txn, AsBytes(std::to_string(i))));
    Object object;
    object.key = "k";
    object.body.blobs = blobs;
    PutObject(txn, kBucket, object);
    EXPECT_LT(txn.scan(Family::kObjects, "")->value().size(), 20u);
  });
  EXPECT_EQ(BodyOf(fixture, "k").blobs.size(), 1000u);
  std::string expected;
  for (int i = 0; i < 1000; ++i) expected += std::to_string(i);
  EXPECT_EQ(Read(fixture.db, BodyOf(fixture, "k")), expected);
  fixture.committer.run([](Txn& txn) { EraseObject(txn, kBucket, "k"); });
  EXPECT_EQ(Rows(fixture, Family::kRows), 0u);
  EXPECT_EQ(Rows(fixture, Family::kBlobs), 0u);
}

TEST(BodiesOnDisk, AreReadFromTheCacheOrNotAtAllInCachedMode) {
  const TemporaryDirectory directory;
  const auto bytes = MakeBytes(40'000, 1);
  {
    Fixture fixture(OnDisk(directory.path()));
    for (int i = 0; i < 100; ++i) {
      fixture.committer.run([&](Txn& txn) {
        Object object;
        object.key = std::to_string(i);
        object.body.blobs = {PutRow(txn, AsBytes(bytes))};
        PutObject(txn, kBucket, object);
      });
    }
    Put(fixture, "large", {Write(fixture.db, MakeBytes(2 * kChunkSize, 2))});
  }
  Fixture fixture(OnDisk(directory.path()));
  const Reader cached(fixture.db, Reader::Mode::kCached);
  EXPECT_THROW(BodyReader(cached, BodyOf(fixture, "5"), 0, ~0ull), WouldBlock);
  EXPECT_EQ(Read(fixture.db, BodyOf(fixture, "5")), bytes);
  EXPECT_EQ(BodyReader(cached, BodyOf(fixture, "5"), 0, ~0ull).next().size(), bytes.size());
  EXPECT_THROW(BodyReader(cached, BodyOf(fixture, "large"), 0, ~0ull), WouldBlock);
}

TEST(BodiesOnDisk, ThatNobodyReferencesAreRemovedAtTheNextStart) {
  const TemporaryDirectory directory;
  const auto large = MakeBytes(2 * kChunkSize, 1);
  {
    Fixture fixture(OnDisk(directory.path()));
    Put(fixture, "kept", {Write(fixture.db, large)});
    Write(fixture.db, large);
    Write(fixture.db, std::string_view(large).substr(0, 100'000));
  }
  { std::ofstream(directory.path() / "tmp" / "77.body") << "half a body"; }
  Fixture fixture(OnDisk(directory.path()));
  EXPECT_EQ(FilesIn(directory.path() / "tmp"), 0u);
  EXPECT_TRUE(Eventually([&] { return FilesIn(directory.path() / "files") == 1; }));
  EXPECT_TRUE(Eventually([&] { return Rows(fixture, Family::kBlobs) == 1 && Rows(fixture, Family::kRows) == 0; }));
  EXPECT_TRUE(Read(fixture.db, BodyOf(fixture, "kept")) == large);
}

TEST(BodiesOnDisk, ArePackedIntoGenerationsThatComeAndGo) {
  const TemporaryDirectory directory;
  const auto large = MakeBytes(kChunkSize + 1, 1);
  constexpr int kCount = 40;
  {
    auto options = OnDisk(directory.path());
    options.files_per_generation = 10;
    Fixture fixture(options);
    for (int i = 0; i < kCount; ++i) Put(fixture, std::to_string(i), {Write(fixture.db, large)});
  }
  auto options = OnDisk(directory.path());
  options.files_per_generation = 10;
  Fixture fixture(options);
  std::vector<std::unique_ptr<BodyReader>> readers;
  for (int i = 0; i < kCount; ++i) {
    readers.push_back(std::make_unique<BodyReader>(fixture.db, BodyOf(fixture, std::to_string(i)), 0, ~0ull));
    fixture.committer.run([&](Txn& txn) { EraseObject(txn, kBucket, std::to_string(i)); });
  }
  EXPECT_TRUE(Eventually([&] { return Rows(fixture, Family::kBlobs) == 0; }));
  // Their generations are gone, the readers do not mind.
  for (auto& reader : readers) {
    std::string bytes;
    for (auto slice = reader->next(); !slice.empty(); slice = reader->next()) {
      bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
    }
    EXPECT_TRUE(bytes == large);
  }
  readers.clear();
  EXPECT_TRUE(Eventually([&] { return FilesIn(directory.path() / "files") == 0; }));
  Put(fixture, "again", {Write(fixture.db, large)});
  EXPECT_TRUE(Read(fixture.db, BodyOf(fixture, "again")) == large);
}

}  // namespace
}  // namespace keymill::store
