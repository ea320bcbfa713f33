#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/db_impl.h"

namespace keymill::store {

/// Which state a Db shows. A state is a directory with the three parts of Db::Impl; one is current, and a restore or a
/// reset opens another beside it and makes that one current. Whoever holds the former one goes on with it; when the
/// last has let go, a thread of its own closes and removes it.
///
/// On disk the file STATE names the current directory ("generations/7"; without the file it is the database's own), and
/// is replaced by a rename: whenever the process dies, the next one opens the one state or the other, and removes what
/// is left of others. In memory the same files lie in RocksDB's memory environment, which outlives the states.
struct Db::Generations {
  explicit Generations(const DbOptions& given);
  ~Generations();
  Generations(const Generations&) = delete;
  Generations& operator=(const Generations&) = delete;

  /// Any thread. Threads have slots, so that taking the state of the moment is an uncontended lock (about 15 ns).
  std::shared_ptr<Impl> current() const;
  /// A directory for a new state; nothing is in it, and it does not exist.
  std::string new_directory();
  /// Opens a state that is not current yet; it is removed again unless it is published.
  std::shared_ptr<Impl> open(const std::string& directory);
  /// Durably makes `state` the current one. Committer thread.
  void publish(std::shared_ptr<Impl> state);

  rocksdb::Env* env() const { return memory_env ? memory_env.get() : rocksdb::Env::Default(); }
  std::string snapshots_directory() const { return (options.path / "snapshots").string(); }

  DbOptions options;
  std::unique_ptr<rocksdb::Env> memory_env;  ///< null on disk
  std::shared_ptr<Vault> vault;

 private:
  struct alignas(64) Slot {
    mutable std::mutex mutex;
    std::shared_ptr<Impl> state;
  };

  void lock_directory();
  std::string read_pointer() const;
  void write_pointer(const std::string& relative) const;
  void clean(const std::string& kept) const;
  void fill_slots(const std::shared_ptr<Impl>& state);
  void bury(Impl* state);
  void work();

  /// Keeps other processes out for as long as it lives.
  struct Lock {
    Lock() = default;
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    int fd = -1;
  };

  Lock lock_;
  std::uint64_t last_number_ = 0;
  std::array<Slot, 16> slots_;

  std::mutex graves_mutex_;
  std::condition_variable graves_changed_;
  std::vector<std::unique_ptr<Impl>> graves_;
  bool stopping_ = false;
  std::thread gravedigger_;
};

/// Removes a state's directory with its three parts.
void RemoveState(rocksdb::Env& env, const std::string& directory);
/// Removes the files of a directory, and the directory if nothing else is in it.
void RemoveFiles(rocksdb::Env& env, const std::string& directory);

}  // namespace keymill::store
