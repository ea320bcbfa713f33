#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/blobs.h"
#include "store/buckets.h"
#include "store/objects.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

// The writer is this test program, started anew with these in its environment, and killed at a random moment.
constexpr const char* kDirectoryVariable = "KEYMILL_CRASH_DIRECTORY";
constexpr const char* kSeedVariable = "KEYMILL_CRASH_SEED";
constexpr BucketId kBucket = 1;
constexpr int kKeys = 12;

std::size_t SizeOf(std::uint64_t stamp) {
  constexpr std::size_t kSizes[] = {10, 1500, 30'000, 200'000, kChunkSize + 1, 3 * kChunkSize};
  return kSizes[stamp % std::size(kSizes)];
}

std::string BytesOf(std::uint64_t stamp) {
  std::string bytes(SizeOf(stamp), '\0');
  std::mt19937_64 random(stamp);
  for (std::size_t i = 0; i < bytes.size(); i += 512) bytes[i] = static_cast<char>(random());
  return bytes;
}

Body MakeBody(Db& db, std::string_view bytes) {
  if (bytes.size() <= kInlineLimit) return {std::string(bytes), {}, {}};
  BlobWriter writer(db);
  writer.append(AsBytes(bytes));
  return {{}, {}, {writer.finish()}};
}

/// What is told to the parent: "begun" before a commit, "done" after it was acknowledged. Stamp 0 is a deletion.
struct Message {
  char kind;
  int key;
  std::uint64_t stamp;
};

/// Writes and deletes until it is killed.
TEST(CrashWriter, DISABLED_RunsUntilItIsKilled) {
  const char* const directory = std::getenv(kDirectoryVariable);
  if (!directory) GTEST_SKIP();
  const auto seed = std::strtoull(std::getenv(kSeedVariable), nullptr, 10);
  Fixture fixture(OnDisk(directory));
  const auto tell = [](Message message) {
    if (::write(STDOUT_FILENO, &message, sizeof message) != sizeof message) std::abort();
  };
  const auto work = [&](int thread) {
    std::mt19937_64 random(seed * 10 + static_cast<std::uint64_t>(thread));
    for (;;) {
      // Each thread has its own keys, so that the order of their commits is known.
      const int key = thread + 3 * static_cast<int>(random() % (kKeys / 3));
      const auto stamp = random() % 4 == 0 ? 0 : random();
      tell({'b', key, stamp});
      if (stamp == 0) {
        fixture.committer.run([&](Txn& txn) { EraseObject(txn, kBucket, std::to_string(key)); });
      } else {
        Object object;
        object.key = std::to_string(key);
        object.etag = std::to_string(stamp);
        object.body = MakeBody(fixture.db, BytesOf(stamp));
        fixture.committer.run([&](Txn& txn) { PutObject(txn, kBucket, object); });
      }
      tell({'d', key, stamp});
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work, i);
}

/// Stamps that a key may have: the last acknowledged one and the one that was under way.
struct Expectation {
  std::uint64_t acknowledged = 0;
  std::uint64_t under_way = 0;
};

void RunWriter(const std::filesystem::path& directory, std::uint64_t seed, std::chrono::microseconds lifetime,
               std::map<int, Expectation>& expected, int& acknowledged) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::setenv(kDirectoryVariable, directory.c_str(), 1);
    ::setenv(kSeedVariable, std::to_string(seed).c_str(), 1);
    ::execl("/proc/self/exe", "store_test", "--gtest_also_run_disabled_tests", "--gtest_brief=1",
            "--gtest_filter=CrashWriter.DISABLED_RunsUntilItIsKilled", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  std::thread killer([&] {
    std::this_thread::sleep_for(lifetime);
    ::kill(child, SIGKILL);
  });
  std::string told;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    told.append(buffer, static_cast<std::size_t>(count));
  ::close(ends[0]);
  killer.join();
  ::waitpid(child, nullptr, 0);
  // GoogleTest greets with a line of its own.
  told.erase(0, told.starts_with("Running") ? told.find('\n') + 1 : 0);
  for (; told.size() >= sizeof(Message); told.erase(0, sizeof(Message))) {
    Message message;
    std::copy_n(told.data(), sizeof message, reinterpret_cast<char*>(&message));
    auto& key = expected[message.key];
    key.under_way = message.stamp;
    if (message.kind == 'd') {
      key.acknowledged = message.stamp;
      ++acknowledged;
    }
  }
}

void CheckWhatIsThere(const std::filesystem::path& directory, std::map<int, Expectation>& expected) {
  Fixture fixture(OnDisk(directory));
  std::size_t blobs = 0, files = 0, rows = 0;
  for (auto& [key, expectation] : expected) {
    const auto object = FindObject(fixture.reader(), kBucket, std::to_string(key));
    const auto stamp = object ? std::stoull(object->etag) : 0;
    ASSERT_TRUE(stamp == expectation.acknowledged || stamp == expectation.under_way)
        << "key " << key << " has " << stamp << ", acknowledged " << expectation.acknowledged << ", under way "
        << expectation.under_way;
    expectation = {stamp, stamp};
    if (!object) continue;
    BodyReader reader(fixture.db, object->body, 0, ~0ull);
    std::string bytes;
    for (auto slice = reader.next(); !slice.empty(); slice = reader.next()) {
      bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
    }
    ASSERT_TRUE(bytes == BytesOf(stamp)) << "key " << key;
    for (const auto& blob : object->body.blobs) {
      ++blobs;
      ++(blob.placement == BlobPlacement::kFile ? files : rows);
    }
  }
  // Nothing is left of what was not acknowledged, nor of what was replaced.
  const auto count = [&](Family family) {
    std::size_t found = 0;
    for (const auto cursor = fixture.reader().scan(family, ""); cursor->valid(); cursor->next()) ++found;
    return found;
  };
  const auto files_there = [&] {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory / "files"))
      found += entry.path().extension() == ".sst";
    return found;
  };
  for (int i = 0; i < 500 && (count(Family::kBlobs) != blobs ||
                              (std::filesystem::exists(directory / "files") && files_there() != files));
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(count(Family::kBlobs), blobs);
  EXPECT_EQ(count(Family::kRows), rows);
  if (std::filesystem::exists(directory / "files")) {
    EXPECT_EQ(files_there(), files);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory / "tmp"));
}

TEST(Crash, LosesNothingAcknowledgedAndLeavesNothingHalfWritten) {
  const TemporaryDirectory directory;
  const char* const rounds_wanted = std::getenv("KEYMILL_CRASH_ROUNDS");
  const int rounds = rounds_wanted ? std::atoi(rounds_wanted) : 15;
  std::random_device device;
  const std::uint64_t seed = device();
  std::mt19937_64 random(seed);
  std::map<int, Expectation> expected;
  int acknowledged = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    // From the middle of opening to a few hundred commits.
    RunWriter(directory.path(), random(), std::chrono::microseconds(20'000 + random() % 300'000), expected,
              acknowledged);
    CheckWhatIsThere(directory.path(), expected);
  }
  std::printf("%d commits acknowledged in %d lives\n", acknowledged, rounds);
  EXPECT_GT(acknowledged, rounds);
}

}  // namespace
}  // namespace keymill::store
