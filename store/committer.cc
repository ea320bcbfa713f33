#include "store/committer.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/db_impl.h"

namespace keymill::store {

namespace {

// A group is bounded, so that the first of it does not wait long for the last, and the batch stays in the caches.
constexpr std::size_t kGroupMutations = 256;
constexpr std::size_t kGroupBytes = 4 << 20;

struct Outcome {
  Pending* pending;
  std::exception_ptr fault;
};

}  // namespace

struct Committer::Impl {
  Impl(Db& the_db, Hook hook) : db(the_db), on_commit(std::move(hook)), thread([this] { work(); }) {}

  void submit(Pending& pending) {
    pending.next = nullptr;
    bool wake = false;
    {
      const std::lock_guard lock(mutex);
      (last ? last->next : first) = &pending;
      last = &pending;
      wake = waiting;
    }
    if (wake) arrived.notify_one();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    arrived.notify_one();
    thread.join();
  }

  void work() {
    for (;;) {
      Pending* drained = nullptr;
      {
        std::unique_lock lock(mutex);
        waiting = true;
        arrived.wait(lock, [this] { return first || stopping; });
        waiting = false;
        if (!first) return;
        drained = first;
        first = last = nullptr;
      }
      while (drained) drained = commit(drained);
    }
  }

  /// Commits a group from the front of the list; returns the rest of it.
  Pending* commit(Pending* list) {
    if (list->alone) return run_alone(list);
    state = db.current();
    std::size_t count = 0;
    while (list && !list->alone && count < kGroupMutations && txn.batch.GetDataSize() < kGroupBytes) {
      Pending* const pending = list;
      list = list->next;
      group[count++] = {pending, apply(*pending)};
    }
    if (const auto fault = write()) {
      for (std::size_t i = 0; i < count; ++i) {
        if (!group[i].fault) group[i].fault = fault;
      }
    } else {
      if (!txn.touched.empty() && on_commit) {
        std::sort(txn.touched.begin(), txn.touched.end());
        txn.touched.erase(std::unique(txn.touched.begin(), txn.touched.end()), txn.touched.end());
        on_commit(txn.touched);
      }
      if (!txn.released_files.empty()) state->files->remove_later(txn.released_files);
    }
    txn.batch.Clear();
    txn.touched.clear();
    txn.object_slots.clear();
    txn.released_files.clear();
    for (std::size_t i = 0; i < count; ++i) {
      // done() may destroy the Pending, and with it the frame that holds what we point to.
      group[i].pending->done(std::exchange(group[i].fault, nullptr));
    }
    state.reset();
    return list;
  }

  Pending* run_alone(Pending* pending) {
    Pending* const rest = pending->next;
    std::exception_ptr fault;
    try {
      (*pending->alone)();
    } catch (...) {
      fault = std::current_exception();
    }
    pending->done(fault);
    return rest;
  }

  std::exception_ptr apply(Pending& pending) {
    const auto touched = txn.touched.size();
    const auto released = txn.released_files.size();
    const auto bytes = txn.batch.GetDataSize();
    std::exception_ptr fault;
    bool keep = false;
    txn.batch.SetSavePoint();
    try {
      Txn view(state, txn);
      keep = pending.apply(view);
    } catch (...) {
      fault = std::current_exception();
    }
    // Rolling back builds the batch's index anew: a refusal that has not written yet, the usual one, is spared that.
    if (keep || txn.batch.GetDataSize() == bytes) {
      txn.batch.PopSavePoint().PermitUncheckedError();
    } else {
      txn.batch.RollbackToSavePoint().PermitUncheckedError();
    }
    if (!keep) {
      txn.touched.resize(touched);
      txn.released_files.resize(released);
    }
    return fault;
  }

  /// Null if the group is durable.
  std::exception_ptr write() {
    auto* const batch = txn.batch.GetWriteBatch();
    if (batch->Count() == 0) return nullptr;
    auto& impl = *state;
    // After a failed write RocksDB refuses further ones until it is told to try again.
    if (failed) impl.db->Resume().PermitUncheckedError();
    impl.object_cache.begin(txn.object_slots);
    const auto status = impl.db->Write(impl.write_options(true), batch);
    impl.object_cache.end(txn.object_slots);
    failed = !status.ok();
    if (!failed) return nullptr;
    return std::make_exception_ptr(StoreError("the commit could not be written: " + status.ToString()));
  }

  Db& db;
  Hook on_commit;
  Txn::Impl txn;
  std::shared_ptr<Db::Impl> state;  // of the group at hand
  std::array<Outcome, kGroupMutations> group;
  bool failed = false;

  std::mutex mutex;
  std::condition_variable arrived;
  Pending* first = nullptr;
  Pending* last = nullptr;
  bool waiting = false;
  bool stopping = false;
  std::thread thread;  // last: it uses all of the above
};

Committer::Committer(Db& db, Hook on_commit) : impl_(std::make_unique<Impl>(db, std::move(on_commit))) {}
Committer::~Committer() {
  impl_->stop();
}

void Committer::submit(Pending& pending) {
  impl_->submit(pending);
}

namespace {

struct Waiting final : Pending {
  bool apply(Txn& txn) override {
    (*mutation)(txn);
    return true;
  }
  void done(std::exception_ptr the_fault) override {
    // Notified under the lock: the waiter destroys this as soon as it gets it.
    const std::lock_guard lock(mutex);
    fault = std::move(the_fault);
    finished = true;
    finishing.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex);
    finishing.wait(lock, [&] { return finished; });
    if (fault) std::rethrow_exception(fault);
  }
  const std::function<void(Txn&)>* mutation = nullptr;
  std::mutex mutex;
  std::condition_variable finishing;
  std::exception_ptr fault;
  bool finished = false;
};

}  // namespace

void Committer::run(const std::function<void(Txn&)>& mutation) {
  Waiting waiting;
  waiting.mutation = &mutation;
  submit(waiting);
  waiting.wait();
}

void Committer::exclusive(const std::function<void()>& work) {
  Waiting waiting;
  waiting.alone = &work;
  submit(waiting);
  waiting.wait();
}

}  // namespace keymill::store
