#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "store/db.h"

namespace keymill::store {

/// The bodies above kChunkSize: one SST file each, ingested into a RocksDB instance of their own, so that taking in a
/// file never holds up a commit. Rows of a file, all of one blob id (8 bytes, big-endian) and an index (4 bytes):
///
///   index 0   one byte, the format          index 1 + i   chunk i          index 0xffffffff   empty, the end
///
/// Each row is a block. The first and the last are tiny because ingestion reads both: with 1 MiB blocks there it took
/// twice as long. The instance is opened when first needed; it maps files into memory (see BodyReader).
///
/// Every ingestion and removal costs RocksDB time in proportion to the files of the column family (measured: 1.4 ms
/// alone, 3 ms among 2,000 and 15 ms among 10,000), so a family takes at most DbOptions::files_per_generation; then a
/// new one, named by the least blob id it may hold, is begun. Families that have become empty are dropped.
///
/// Life of a blob, in rows of Family::kBlobs: finish() writes its count of 0 and a 'p'ending mark, durably, before the
/// file is ingested; the first reference removes the mark; the last release replaces the count by a 't'ombstone. What
/// bears a mark or a tombstone at start-up is removed: no search for orphans is needed, whatever the size of the store.
class BlobFiles {
 public:
  explicit BlobFiles(Db::Impl& db);  ///< empties the directory of unfinished bodies, begins to remove what is marked
  ~BlobFiles();
  BlobFiles(const BlobFiles&) = delete;
  BlobFiles& operator=(const BlobFiles&) = delete;

  std::string temporary_path(std::uint64_t blob) const;
  const rocksdb::Options& writer_options() const { return writer_options_; }
  /// Takes over a finished file, durably. Throws StoreError.
  void ingest(std::uint64_t blob, const std::string& path);
  /// For each blob an iterator over the family that may hold it, shared by those of one family. As long as it lives,
  /// the files of this moment can be read with it.
  std::vector<std::shared_ptr<rocksdb::Iterator>> iterators(const std::vector<std::uint64_t>& blobs);
  /// Removes bytes and rows of blobs that nobody references, in the background.
  void remove_later(const std::vector<std::uint64_t>& blobs);
  /// A copy of the instance in the directory `target`, nothing if there is no large body.
  void checkpoint(const std::string& target);
  /// Waits until all that remove_later() was told is removed (tests).
  void drain();

  static std::string RowKey(std::uint64_t blob, std::uint32_t index);

 private:
  struct Generation {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    std::size_t files = 0;
  };

  void clean_temporary_directory();
  void find_leftovers();
  void open();
  std::uint64_t generation_of(std::uint64_t blob) const;  ///< call with generations_mutex_
  void begin_generation_if_full(std::uint64_t blob);
  void work();
  void remove(const std::vector<std::uint64_t>& blobs);
  void remove_files(const std::vector<std::uint64_t>& blobs);

  Db::Impl& db_;
  std::string directory_, temporary_directory_;
  std::unique_ptr<rocksdb::Env> unsynced_;  ///< null if bodies are to be synced
  rocksdb::Options options_;                ///< of the instance
  rocksdb::Options writer_options_;         ///< of the files

  std::once_flag opened_;
  std::unique_ptr<rocksdb::DB> files_;
  /// By the least blob id that a generation may hold. Held shared while a file is taken in, exclusively while
  /// generations come and go.
  std::shared_mutex generations_mutex_;
  std::mutex counts_mutex_;
  std::map<std::uint64_t, Generation> generations_;
  bool failed_ = false;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<std::uint64_t> queue_;
  bool working_ = false;
  bool stopping_ = false;
  std::thread janitor_;  ///< started with the first work for it
};

}  // namespace keymill::store
