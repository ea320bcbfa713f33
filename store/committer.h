#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/txn.h"

namespace keymill::store {

/// One mutation waiting for its commit. Usually lives in a coroutine frame: the committer allocates nothing for it.
class Pending {
 public:
  /// Runs on the committer thread. True keeps the writes; false rolls back this mutation only (a refusal).
  virtual bool apply(Txn& txn) = 0;
  /// Runs on the committer thread once the group is durable (or rolled back). `fault` is set if apply threw or the
  /// write failed; then nothing of this mutation happened. The Pending may be destroyed during this call. Must not
  /// throw.
  virtual void done(std::exception_ptr fault) = 0;
  Pending* next = nullptr;
  const std::function<void()>* alone = nullptr;  ///< set by Committer::exclusive(): run instead of apply()

 protected:
  ~Pending() = default;
};

/// The only writer. Drains its queue, runs each mutation against one WriteBatchWithIndex (savepoint, run, keep or roll
/// back), writes once with sync, then completes them all: one fsync per group, and conditional writes need no locks.
/// When the disk refuses a write the group fails as a whole; the next group tries again.
class Committer {
 public:
  /// Called on the committer thread after each durable group that touched anything, before any done(): the union of
  /// Txn::touched(), without duplicates. Must not throw.
  using Hook = std::function<void(const std::vector<std::string>& touched)>;

  Committer(Db& db, Hook on_commit);
  ~Committer();  ///< drains, then joins

  void submit(Pending& pending);  ///< any thread
  /// Submits and waits; for start-up, tests and tools, never from the committer thread. Throws what `mutation` threw,
  /// or StoreError if the write failed.
  void run(const std::function<void(Txn&)>& mutation);
  /// Runs `work` on the committer thread between two groups, and waits. Not from that thread. Throws what it threw.
  void exclusive(const std::function<void()>& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
