#include "store/committer.h"

#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

/// A mutation that notes what happened to it.
struct Recorded final : Pending {
  std::function<bool(Txn&)> mutation;
  std::function<void(std::exception_ptr)> when_done;
  bool apply(Txn& txn) override { return mutation(txn); }
  void done(std::exception_ptr fault) override { when_done(std::move(fault)); }
};

/// Holds the committer in a first mutation until all others are queued, so that they make one group.
void RunAsOneGroup(Committer& committer, std::vector<Recorded>& mutations) {
  std::latch queued(1), finished(static_cast<std::ptrdiff_t>(mutations.size()) + 1);
  Recorded gate;
  gate.mutation = [&](Txn&) {
    queued.wait();
    return true;
  };
  gate.when_done = [&](std::exception_ptr) { finished.count_down(); };
  committer.submit(gate);
  for (auto& mutation : mutations) {
    mutation.when_done = [&, inner = mutation.when_done](std::exception_ptr fault) {
      if (inner) inner(std::move(fault));
      finished.count_down();
    };
    committer.submit(mutation);
  }
  queued.count_down();
  finished.wait();
}

TEST(Committer, LetsAMutationSeeThoseBeforeItInTheGroup) {
  Fixture fixture(InMemory());
  std::vector<Recorded> mutations(3);
  mutations[0].mutation = [](Txn& txn) { return txn.put(Family::kLab, "a", "1"), true; };
  mutations[1].mutation = [](Txn& txn) {
    EXPECT_EQ(txn.get(Family::kLab, "a"), "1");
    // Not yet committed: nobody else sees it.
    EXPECT_EQ(Reader(txn.state(), Reader::Mode::kBlocking).get(Family::kLab, "a"), std::nullopt);
    txn.erase(Family::kLab, "a");
    txn.put(Family::kLab, "b", "2");
    return true;
  };
  mutations[2].mutation = [](Txn& txn) {
    EXPECT_EQ(txn.get(Family::kLab, "a"), std::nullopt);
    EXPECT_EQ(txn.scan(Family::kLab, "")->key(), "b");
    return true;
  };
  RunAsOneGroup(fixture.committer, mutations);
  EXPECT_EQ(fixture.reader().get(Family::kLab, "a"), std::nullopt);
  EXPECT_EQ(fixture.reader().get(Family::kLab, "b"), "2");
}

TEST(Committer, RollsBackARefusalAndNothingElse) {
  Fixture fixture(InMemory());
  std::vector<Recorded> mutations(3);
  mutations[0].mutation = [](Txn& txn) { return txn.put(Family::kLab, "kept", "1"), true; };
  mutations[1].mutation = [](Txn& txn) {
    txn.put(Family::kLab, "kept", "overwritten");
    txn.put(Family::kLab, "refused", "2");
    txn.touched("refused");
    return false;
  };
  bool refusal_had_fault = true;
  mutations[1].when_done = [&](std::exception_ptr fault) { refusal_had_fault = static_cast<bool>(fault); };
  mutations[2].mutation = [](Txn& txn) {
    EXPECT_EQ(txn.get(Family::kLab, "kept"), "1");
    EXPECT_EQ(txn.get(Family::kLab, "refused"), std::nullopt);
    return true;
  };
  RunAsOneGroup(fixture.committer, mutations);
  EXPECT_FALSE(refusal_had_fault);
  EXPECT_EQ(fixture.reader().get(Family::kLab, "kept"), "1");
  EXPECT_EQ(fixture.reader().get(Family::kLab, "refused"), std::nullopt);
}

TEST(Committer, KeepsAnExceptionToTheMutationThatThrewIt) {
  Fixture fixture(InMemory());
  std::vector<Recorded> mutations(2);
  std::exception_ptr faults[2];
  mutations[0].mutation = [](Txn& txn) -> bool {
    txn.put(Family::kLab, "thrown", "1");
    throw std::runtime_error("a bug");
  };
  mutations[0].when_done = [&](std::exception_ptr fault) { faults[0] = std::move(fault); };
  mutations[1].mutation = [](Txn& txn) { return txn.put(Family::kLab, "kept", "1"), true; };
  mutations[1].when_done = [&](std::exception_ptr fault) { faults[1] = std::move(fault); };
  RunAsOneGroup(fixture.committer, mutations);
  ASSERT_TRUE(faults[0]);
  EXPECT_THROW(std::rethrow_exception(faults[0]), std::runtime_error);
  EXPECT_FALSE(faults[1]);
  EXPECT_EQ(fixture.reader().get(Family::kLab, "thrown"), std::nullopt);
  EXPECT_EQ(fixture.reader().get(Family::kLab, "kept"), "1");
}

TEST(Committer, TellsTheHookBeforeAnyoneHearsThatItHappened) {
  Db db(InMemory());
  std::vector<std::string> told;
  Committer committer(db, [&](const std::vector<std::string>& touched) {
    EXPECT_EQ(Reader(db, Reader::Mode::kBlocking).get(Family::kLab, "0"), "x");
    told = touched;
  });
  std::vector<Recorded> mutations(3);
  for (int i = 0; i < 3; ++i) {
    mutations[static_cast<std::size_t>(i)].mutation = [i](Txn& txn) {
      txn.put(Family::kLab, std::to_string(i), "x");
      txn.touched("user");
      if (i != 0) txn.touched("key" + std::to_string(i));
      return i != 2;
    };
    mutations[static_cast<std::size_t>(i)].when_done = [&](std::exception_ptr) { EXPECT_FALSE(told.empty()); };
  }
  RunAsOneGroup(committer, mutations);
  EXPECT_EQ(told, (std::vector<std::string>{"key1", "user"}));
}

TEST(Committer, CommitsWhatIsQueuedBeforeItEnds) {
  Db db(InMemory());
  std::atomic<int> finished = 0;
  std::vector<Recorded> mutations(1000);
  {
    Committer committer(db, {});
    for (auto& mutation : mutations) {
      mutation.mutation = [](Txn& txn) { return txn.put(Family::kLab, std::to_string(txn.next_id()), ""), true; };
      mutation.when_done = [&](std::exception_ptr fault) { finished += !fault; };
      committer.submit(mutation);
    }
  }
  EXPECT_EQ(finished, 1000);
}

TEST(Committer, SerialisesCountersFromManyThreads) {
  Fixture fixture(InMemory());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) {
        fixture.committer.run([](Txn& txn) {
          const auto count = txn.get(Family::kLab, "count").value_or("0");
          txn.put(Family::kLab, "count", std::to_string(std::stoi(count) + 1));
        });
      }
    });
  }
  threads.clear();
  EXPECT_EQ(fixture.reader().get(Family::kLab, "count"), "4000");
}

constexpr int kCannotTest = 77;

/// In a child with a small file system of its own: writes until it is full, makes room, writes again.
int FillDiskAndRecover(const std::filesystem::path& mount_point) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return kCannotTest;
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=24m") != 0) return kCannotTest;
  const auto ballast = mount_point / "ballast";
  if (FILE* file = std::fopen(ballast.c_str(), "w")) {
    const std::string block(1 << 20, 'b');
    for (int i = 0; i < 12; ++i) std::fwrite(block.data(), 1, block.size(), file);
    std::fclose(file);
  }
  int written = 0;
  {
    Fixture fixture(OnDisk(mount_point / "data"));
    bool refused = false;
    std::mt19937_64 random(1);
    const auto put = [&] {
      const auto value = RandomBytes(random, 200'000);  // nothing that compresses
      fixture.committer.run([&](Txn& txn) { txn.put(Family::kLab, std::to_string(written), value); });
      ++written;
    };
    while (written < 200 && !refused) {
      try {
        put();
      } catch (const StoreError&) {
        refused = true;
      }
    }
    if (!refused) return 1;
    if (fixture.reader().get(Family::kLab, std::to_string(written))) return 2;  // a fault means that it did not happen
    if (written > 0 && !fixture.reader().get(Family::kLab, "0")) return 3;
    std::filesystem::remove(ballast);
    bool accepted = false;
    for (int attempt = 0; attempt < 50 && !accepted; ++attempt) {
      try {
        put();
        accepted = true;
      } catch (const StoreError& error) {
        std::fprintf(stderr, "attempt %d: %s\n", attempt, error.what());
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
    if (!accepted) return 4;
  }
  Fixture reopened(OnDisk(mount_point / "data"));
  for (int i = 0; i < written; ++i) {
    if (!reopened.reader().get(Family::kLab, std::to_string(i))) return 5;
  }
  return 0;
}

TEST(CommitterDeathTest, SurvivesAFullDiskAndWritesAgainWhenThereIsRoom) {
  const TemporaryDirectory directory;
  // Started anew, not only forked: RocksDB's threads do not survive a fork.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto passes = [](int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotTest)
      std::puts("not tested: no right to mount a small file system");
    return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kCannotTest);
  };
  EXPECT_EXIT(::_exit(FillDiskAndRecover(directory.path())), passes, "");
}

}  // namespace
}  // namespace keymill::store
