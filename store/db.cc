#include "store/db.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include "store/generations.h"
#include "store/keys.h"

namespace keymill::store {

namespace {

constexpr std::uint64_t kSchemaVersion = 1;
constexpr std::uint64_t kIdBlock = 1 << 20;  // one durable write per so many ids
constexpr std::size_t kWriteBufferBytes = 8 << 20;
constexpr std::size_t kAllWriteBuffersBytes = 24 << 20;
// Memtables above this are written out when the database is closed, so that the next start has no long log to replay.
constexpr std::uint64_t kFlushAtCloseBytes = 2 << 20;

constexpr std::string_view kSchemaRow = "schema";
constexpr std::string_view kMasterKeyRow = "master-key-check";
constexpr std::string_view kIdsRow = "ids";
constexpr std::string_view kMasterKeyProbe = "keymill";

/// RocksDB's own log repeats all options at every start and says nothing that a Status does not say.
class NoLog : public rocksdb::Logger {
 public:
  NoLog() : rocksdb::Logger(rocksdb::FATAL_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}
};

/// Left to itself, RocksDB polls a full disk every five seconds and refuses until then. We ask it at the next write.
class NoPolling : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

[[noreturn]] void RefuseToOpen(const std::filesystem::path& path, const rocksdb::Status& status) {
  const auto text = status.ToString();
  if (status.IsIOError() && text.find("lock") != text.npos) {
    throw OpenError(path.string() + " is in use by another keymill process");
  }
  if (status.IsNoSpace()) throw OpenError(path.string() + ": no room on the disk (" + text + ")");
  if (status.IsCorruption()) throw OpenError(path.string() + " is damaged: " + text);
  throw OpenError(path.string() + " cannot be opened: " + text);
}

std::string Number(std::uint64_t value) {
  return KeyBuilder().number(value).take();
}

}  // namespace

void Check(const rocksdb::Status& status, const char* doing) {
  if (status.ok()) return;
  if (status.IsIncomplete()) throw WouldBlock{};
  throw StoreError(std::string(doing) + ": " + status.ToString());
}

rocksdb::DBOptions QuietOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<NoLog>();
  options.listeners = {std::make_shared<NoPolling>()};
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_background_jobs = 2;
  options.max_file_opening_threads = 1;  // else sixteen are started at every start
  options.manifest_preallocation_size = 64 << 10;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.avoid_unnecessary_blocking_io = true;  // files are unlinked by a background thread, not by whoever read last
  return options;
}

std::string PhysicalKey(Family family, std::string_view key) {
  std::string physical;
  physical.reserve(1 + key.size());
  physical.push_back(static_cast<char>(family));
  physical.append(key);
  return physical;
}

Db::Impl::Impl(const DbOptions& given, rocksdb::Env* its_env, std::shared_ptr<Vault> its_vault)
    : options(given), env(its_env), vault(std::move(its_vault)) {
  open();
  try {
    check_schema();
    check_master_key();
    files = std::make_unique<BlobFiles>(*this);
  } catch (...) {
    db->DestroyColumnFamilyHandle(general);
    db->DestroyColumnFamilyHandle(rows);
    throw;
  }
}

Db::Impl::~Impl() {
  files.reset();
  if (!options.in_memory && !remove_when_closed) {
    std::uint64_t unflushed = 0;
    for (auto* family : {general, rows}) {
      std::uint64_t bytes = 0;
      if (db->GetIntProperty(family, rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes)) unflushed += bytes;
    }
    if (unflushed > kFlushAtCloseBytes) db->Flush({}, {general, rows}).PermitUncheckedError();
  }
  db->DestroyColumnFamilyHandle(general);
  db->DestroyColumnFamilyHandle(rows);
  db->Close().PermitUncheckedError();
  db.reset();
  if (remove_when_closed) RemoveState(*env, options.path.string());
}

void Db::Impl::open() {
  auto db_options = QuietOptions(env);
  db_options.max_open_files = 256;
  db_options.db_write_buffer_size = kAllWriteBuffersBytes;
  db_options.max_total_wal_size = 64 << 20;
  db_options.avoid_flush_during_recovery = true;
  db_options.avoid_flush_during_shutdown = options.in_memory;
  db_options.bytes_per_sync = 1 << 20;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // so that the cache's size bounds them too
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = 8 << 10;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = kWriteBufferBytes;
  family.level_compaction_dynamic_level_bytes = true;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = rocksdb::kLZ4Compression;
  auto rows_family = family;
  rows_family.compression = rocksdb::kNoCompression;
  rows_family.write_buffer_size = 2 * kWriteBufferBytes;

  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, family},
                                                                 {"rows", rows_family}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(db_options, (options.path / "db").string(), families, &handles, &opened);
  if (!status.ok()) RefuseToOpen(options.path, status);
  db.reset(opened);
  general = handles[0];
  rows = handles[1];
}

void Db::Impl::check_schema() {
  const auto row = PhysicalKey(Family::kMeta, kSchemaRow);
  std::string value;
  const auto status = db->Get({}, general, row, &value);
  if (status.IsNotFound()) {
    rocksdb::WriteBatch first;
    first.Put(general, row, Number(kSchemaVersion));
    first.Put(general, PhysicalKey(Family::kMeta, kMasterKeyRow), vault->seal(kMasterKeyProbe, kMasterKeyRow));
    const auto written = db->Write(write_options(true), &first);
    if (!written.ok()) RefuseToOpen(options.path, written);
    return;
  }
  if (!status.ok()) RefuseToOpen(options.path, status);
  const auto version = KeyReader(value).number();
  if (version > kSchemaVersion) {
    throw OpenError(options.path.string() + " was written by a newer version of keymill (schema " +
                    std::to_string(version) + ", this one knows " + std::to_string(kSchemaVersion) + ")");
  }
}

void Db::Impl::check_master_key() {
  std::string sealed;
  const auto status = db->Get({}, general, PhysicalKey(Family::kMeta, kMasterKeyRow), &sealed);
  if (!status.ok()) RefuseToOpen(options.path, status);
  try {
    if (vault->open(sealed, kMasterKeyRow) == kMasterKeyProbe) return;
  } catch (const StoreError&) {
  }
  throw OpenError("the master key is not the one that " + options.path.string() + " was created with");
}

rocksdb::ReadOptions Db::Impl::read_options(Reader::Mode mode) const {
  rocksdb::ReadOptions read;
  if (mode == Reader::Mode::kCached) read.read_tier = rocksdb::kBlockCacheTier;
  return read;
}

rocksdb::WriteOptions Db::Impl::write_options(bool sync) const {
  rocksdb::WriteOptions write;
  write.sync = sync && options.sync;
  write.disableWAL = options.in_memory;
  return write;
}

std::uint64_t Db::Impl::reserved_ids() {
  if (ids_end_ != 0) return ids_end_;
  std::string value;
  const auto status = db->Get({}, general, PhysicalKey(Family::kMeta, kIdsRow), &value);
  if (!status.IsNotFound()) Check(status, "reading the id counter");
  return status.ok() ? KeyReader(value).number() : 1;
}

std::uint64_t Db::Impl::next_id() {
  const std::lock_guard lock(ids_mutex_);
  if (retired_) throw StoreError("the state was replaced while this was under way");
  if (next_id_ == ids_end_) {
    const auto begin = reserved_ids();
    Check(db->Put(write_options(true), general, PhysicalKey(Family::kMeta, kIdsRow), Number(begin + kIdBlock)),
          "reserving ids");
    next_id_ = begin;
    ids_end_ = begin + kIdBlock;
  }
  return next_id_++;
}

void Db::Impl::begin_ids_after(Impl& former) {
  std::uint64_t taken = 0;
  {
    const std::lock_guard lock(former.ids_mutex_);
    taken = former.reserved_ids() + kIdBlock;  // and what it reserves before it is retired
  }
  const std::lock_guard lock(ids_mutex_);
  if (reserved_ids() >= taken) return;
  Check(db->Put(write_options(true), general, PhysicalKey(Family::kMeta, kIdsRow), Number(taken)), "reserving ids");
}

void Db::Impl::retire() {
  const std::lock_guard lock(ids_mutex_);
  retired_ = true;
}

const Vault& Db::vault() const {
  return *generations_->vault;
}

}  // namespace keymill::store
