#include "store/db.h"

#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "store/keys.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

std::string WhyRefused(const DbOptions& options) {
  try {
    const Db db(options);
  } catch (const OpenError& error) {
    return error.what();
  }
  return "";
}

TEST(Database, KeepsRowsAndIdsAcrossARestart) {
  const TemporaryDirectory directory;
  std::uint64_t before = 0;
  {
    Fixture fixture(OnDisk(directory.path()));
    fixture.committer.run([&](Txn& txn) {
      txn.put(Family::kLab, "row", "value");
      before = txn.next_id();
    });
  }
  Fixture fixture(OnDisk(directory.path()));
  EXPECT_EQ(fixture.reader().get(Family::kLab, "row"), "value");
  EXPECT_EQ(fixture.reader().get(Family::kMeta, "row"), std::nullopt);
  fixture.committer.run([&](Txn& txn) {
    const auto after = txn.next_id();
    EXPECT_GT(after, before);
    EXPECT_GT(txn.next_id(), after);
  });
}

TEST(Database, RefusesASecondProcess) {
  const TemporaryDirectory directory;
  const Db db(OnDisk(directory.path()));
  EXPECT_EQ(WhyRefused(OnDisk(directory.path())), directory.path().string() + " is in use by another keymill process");
}

TEST(Database, RefusesAnotherMasterKey) {
  const TemporaryDirectory directory;
  { const Db db(OnDisk(directory.path())); }
  auto options = OnDisk(directory.path());
  options.master_key = std::string(32, 'x');
  EXPECT_NE(WhyRefused(options).find("master key is not the one"), std::string::npos);
  options.master_key.clear();
  EXPECT_NE(WhyRefused(options).find("must have 32 bytes"), std::string::npos);
  EXPECT_EQ(WhyRefused(OnDisk(directory.path())), "");
}

TEST(Database, RefusesANewerSchema) {
  const TemporaryDirectory directory;
  {
    Fixture fixture(OnDisk(directory.path()));
    fixture.committer.run([](Txn& txn) { txn.put(Family::kMeta, "schema", KeyBuilder().number(2).take()); });
  }
  EXPECT_NE(WhyRefused(OnDisk(directory.path())).find("newer version of keymill"), std::string::npos);
}

TEST(Database, RefusesWhatIsNotADirectory) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "file";
  std::ofstream(file) << "x";
  EXPECT_EQ(WhyRefused(OnDisk(file)), file.string() + " is not a directory");
}

TEST(Database, OpensQuickly) {
  const TemporaryDirectory directory;
  const auto milliseconds = [](const DbOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const Db db(options);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  const auto fresh = milliseconds(OnDisk(directory.path())), again = milliseconds(OnDisk(directory.path()));
  const auto memory = milliseconds(InMemory());
  RecordProperty("fresh_ms", std::to_string(fresh));
  std::printf("opening: fresh %.1f ms, again %.1f ms, in memory %.1f ms\n", fresh, again, memory);
  // Twenty times what it takes, for slow and busy machines and sanitizers.
  EXPECT_LT(fresh, 500);
  EXPECT_LT(again, 500);
  EXPECT_LT(memory, 200);
}

TEST(Reader, InCachedModeThrowsInsteadOfReadingTheDisk) {
  const TemporaryDirectory directory;
  {
    Fixture fixture(OnDisk(directory.path()));
    // More than is kept in memory across a restart.
    for (int i = 0; i < 100; ++i) {
      fixture.committer.run([&](Txn& txn) { txn.put(Family::kLab, std::to_string(i), std::string(100'000, 'x')); });
    }
  }
  const Db db(OnDisk(directory.path()));
  const Reader cached(db, Reader::Mode::kCached), blocking(db, Reader::Mode::kBlocking);
  EXPECT_THROW(cached.get(Family::kLab, "5"), WouldBlock);
  EXPECT_EQ(blocking.get(Family::kLab, "5")->size(), 100'000u);
  EXPECT_EQ(cached.get(Family::kLab, "5")->size(), 100'000u);
  const auto scan_all = [&] {
    for (const auto cursor = cached.scan(Family::kLab, ""); cursor->valid(); cursor->next()) {
    }
  };
  EXPECT_THROW(scan_all(), WouldBlock);
}

TEST(Cursor, StaysWithinItsPrefixAndFamily) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) {
    for (const char* key : {"a", "b", "b1", "b2", "c"}) txn.put(Family::kLab, key, key);
    txn.put(Family::kSessions, "b3", "");
    const auto cursor = txn.scan(Family::kLab, "b");
    std::string seen;
    for (; cursor->valid(); cursor->next()) seen.append(cursor->key()).append(" ");
    EXPECT_EQ(seen, "b b1 b2 ");
  });
  const auto cursor = fixture.reader().scan(Family::kLab, "b");
  EXPECT_EQ(cursor->key(), "b");
  cursor->seek("b10");
  EXPECT_EQ(cursor->key(), "b2");
  EXPECT_EQ(cursor->value(), "b2");
  cursor->seek("a");
  EXPECT_EQ(cursor->key(), "b");
  cursor->seek("c");
  EXPECT_FALSE(cursor->valid());
  EXPECT_FALSE(fixture.reader().scan(Family::kLab, "d")->valid());
}

}  // namespace
}  // namespace keymill::store
