#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include "store/blob_files.h"
#include "store/db.h"
#include "store/object_cache.h"
#include "store/txn.h"
#include "store/vault.h"

namespace keymill::store {

inline rocksdb::Slice ToSlice(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

/// Throws StoreError (WouldBlock for a cache-only read that needs the disk) unless the status is OK.
void Check(const rocksdb::Status& status, const char* doing);

/// Options that both RocksDB instances share: few threads, little memory, a quick start.
rocksdb::DBOptions QuietOptions(rocksdb::Env* env);

/// A row's key as RocksDB sees it: the family, then the key.
std::string PhysicalKey(Family family, std::string_view key);

/// One state: rows and bodies below one directory, options.path.
struct Db::Impl {
  Impl(const DbOptions& given, rocksdb::Env* its_env, std::shared_ptr<Vault> its_vault);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  rocksdb::ColumnFamilyHandle* handle(Family family) const { return family == Family::kRows ? rows : general; }
  rocksdb::ReadOptions read_options(Reader::Mode mode) const;
  rocksdb::WriteOptions write_options(bool sync) const;
  std::uint64_t next_id();
  /// Before the first id is given: ids begin well beyond all that `former` has given or may still give.
  void begin_ids_after(Impl& former);
  /// Another state is current: no more ids, so that nothing here can be mistaken for something there.
  void retire();

  DbOptions options;
  rocksdb::Env* env;
  bool remove_when_closed = true;  ///< until it is published, and once another state is current
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* general = nullptr;
  rocksdb::ColumnFamilyHandle* rows = nullptr;
  std::shared_ptr<Vault> vault;
  std::unique_ptr<BlobFiles> files;
  ObjectCache object_cache;  ///< of the rows of Family::kObjects

 private:
  void open();
  void check_schema();
  void check_master_key();

  std::uint64_t reserved_ids();  ///< call with ids_mutex_

  std::mutex ids_mutex_;
  bool retired_ = false;
  std::uint64_t next_id_ = 0;
  std::uint64_t ids_end_ = 0;  ///< ids below are reserved durably
};

/// What a group of mutations has gathered so far.
struct Txn::Impl {
  rocksdb::WriteBatchWithIndex batch{rocksdb::BytewiseComparator(), 0, /*overwrite_key=*/true};
  std::vector<std::string> touched;
  std::vector<std::uint32_t> object_slots;    ///< of the object cache, whose rows the group writes
  std::vector<std::uint64_t> released_files;  ///< blobs whose last reference went away
};

}  // namespace keymill::store
