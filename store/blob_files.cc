#include "store/blob_files.h"

#include <algorithm>

#include <rocksdb/convenience.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include "store/blob_rows.h"
#include "store/db_impl.h"
#include "store/keys.h"
#include "store/unsynced.h"

namespace keymill::store {

namespace {

std::string GenerationName(std::uint64_t least) {
  return "from-" + std::to_string(least);
}

std::uint64_t LeastOf(const std::string& name) {
  return name == rocksdb::kDefaultColumnFamilyName ? 0 : std::stoull(name.substr(sizeof "from-" - 1));
}

}  // namespace

std::string BlobFiles::RowKey(std::uint64_t blob, std::uint32_t index) {
  return KeyBuilder().number(blob).number32(index).take();
}

BlobFiles::BlobFiles(Db::Impl& db)
    : db_(db),
      directory_((db.options.path / "files").string()),
      temporary_directory_((db.options.path / "tmp").string()) {
  auto* const env = db_.db->GetEnv();
  const bool on_disk = !db_.options.in_memory;
  if (on_disk && !db_.options.sync) unsynced_ = WithoutSyncs(*env);
  options_ = rocksdb::Options(QuietOptions(unsynced_ ? unsynced_.get() : env), rocksdb::ColumnFamilyOptions());
  options_.max_open_files = 64;
  options_.allow_mmap_reads = on_disk;
  if (!unsynced_) options_.bytes_per_sync = 1 << 20;  // so that little is left to write when the body is complete
  options_.num_levels = 2;
  options_.disable_auto_compactions = true;
  options_.write_buffer_size = 64 << 10;  // never used
  options_.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  table.block_size = 1;  // each row a block
  table.format_version = 5;
  // Debian's RocksDB computes CRC-32C in software, at 0.9 GB/s.
  table.checksum = rocksdb::kXXH3;
  options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  writer_options_ = options_;
  clean_temporary_directory();
  find_leftovers();
}

BlobFiles::~BlobFiles() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  if (janitor_.joinable()) janitor_.join();
  for (auto& [least, generation] : generations_) files_->DestroyColumnFamilyHandle(generation.handle);
  if (files_) files_->Close().PermitUncheckedError();
}

std::string BlobFiles::temporary_path(std::uint64_t blob) const {
  return temporary_directory_ + "/" + std::to_string(blob) + ".body";
}

void BlobFiles::clean_temporary_directory() {
  auto* const env = db_.db->GetEnv();
  Check(env->CreateDirIfMissing(temporary_directory_), "making the directory of unfinished bodies");
  std::vector<std::string> names;
  Check(env->GetChildren(temporary_directory_, &names), "reading the directory of unfinished bodies");
  for (const auto& name : names) {
    if (name != "." && name != "..") env->DeleteFile(temporary_directory_ + "/" + name).PermitUncheckedError();
  }
}

void BlobFiles::find_leftovers() {
  std::vector<std::uint64_t> leftovers;
  for (const char kind : {blob_rows::kPending, blob_rows::kTombstone}) {
    const std::string begin = PhysicalKey(Family::kBlobs, std::string(1, kind));
    const std::string end = AfterPrefix(begin);
    const rocksdb::Slice bound(end);
    rocksdb::ReadOptions read;
    read.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> row(db_.db->NewIterator(read, db_.general));
    for (row->Seek(begin); row->Valid(); row->Next()) {
      leftovers.push_back(KeyReader(ToView(row->key()).substr(begin.size())).number());
    }
    Check(row->status(), "looking for unreferenced bodies");
  }
  remove_later(leftovers);
}

void BlobFiles::open() {
  // A failed attempt leaves the flag unset: the next caller tries again.
  std::call_once(opened_, [this] {
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies(options_, directory_, &names).ok())
      names = {rocksdb::kDefaultColumnFamilyName};
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) families.emplace_back(name, options_);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    Check(rocksdb::DB::Open(options_, directory_, families, &handles, &opened), "opening the store of large bodies");
    files_.reset(opened);
    for (auto* handle : handles) {
      std::string count;
      std::size_t files = 0;
      for (const char* level : {"rocksdb.num-files-at-level0", "rocksdb.num-files-at-level1"}) {
        if (files_->GetProperty(handle, level, &count)) files += std::stoull(count);
      }
      generations_[LeastOf(handle->GetName())] = {handle, files};
    }
  });
}

std::uint64_t BlobFiles::generation_of(std::uint64_t blob) const {
  // There always is one: the default family begins at 0.
  return std::prev(generations_.upper_bound(blob))->first;
}

void BlobFiles::begin_generation_if_full(std::uint64_t blob) {
  {
    const std::shared_lock lock(generations_mutex_);
    const std::lock_guard counts(counts_mutex_);
    const auto& [least, newest] = *generations_.rbegin();
    if (newest.files < db_.options.files_per_generation || blob <= least) return;
  }
  const std::unique_lock lock(generations_mutex_);
  const auto& [least, newest] = *generations_.rbegin();
  if (newest.files < db_.options.files_per_generation || blob <= least) return;
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  Check(files_->CreateColumnFamily(options_, GenerationName(blob), &handle), "beginning a generation of bodies");
  generations_[blob] = {handle, 0};
}

void BlobFiles::ingest(std::uint64_t blob, const std::string& path) {
  open();
  begin_generation_if_full(blob);
  rocksdb::IngestExternalFileOptions how;
  how.move_files = true;
  how.snapshot_consistency = false;
  how.write_global_seqno = false;
  how.allow_blocking_flush = false;
  const std::shared_lock lock(generations_mutex_);
  auto& generation = generations_.at(generation_of(blob));
  {
    const std::lock_guard counts(counts_mutex_);
    if (failed_) files_->Resume().PermitUncheckedError();
    failed_ = false;
  }
  const auto status = files_->IngestExternalFile(generation.handle, {path}, how);
  const std::lock_guard counts(counts_mutex_);
  failed_ = failed_ || !status.ok();
  Check(status, "taking in a large body");
  ++generation.files;
}

std::vector<std::shared_ptr<rocksdb::Iterator>> BlobFiles::iterators(const std::vector<std::uint64_t>& blobs) {
  open();
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  // A body carries the checksums of S3. Checking blocks as well would halve the speed.
  read.verify_checksums = false;
  std::map<std::uint64_t, std::shared_ptr<rocksdb::Iterator>> by_generation;
  std::vector<std::shared_ptr<rocksdb::Iterator>> found;
  const std::shared_lock lock(generations_mutex_);
  for (const auto blob : blobs) {
    const auto least = generation_of(blob);
    auto& iterator = by_generation[least];
    if (!iterator) iterator.reset(files_->NewIterator(read, generations_.at(least).handle));
    found.push_back(iterator);
  }
  return found;
}

void BlobFiles::checkpoint(const std::string& target) {
  if (db_.env->FileExists(directory_ + "/CURRENT").IsNotFound()) return;
  open();
  rocksdb::Checkpoint* made = nullptr;
  Check(rocksdb::Checkpoint::Create(files_.get(), &made), "preparing a snapshot of large bodies");
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  const std::unique_lock lock(generations_mutex_);  // nothing comes or goes meanwhile
  Check(checkpoint->CreateCheckpoint(target), "saving large bodies");
}

void BlobFiles::remove_later(const std::vector<std::uint64_t>& blobs) {
  if (blobs.empty()) return;
  const std::lock_guard lock(queue_mutex_);
  queue_.insert(queue_.end(), blobs.begin(), blobs.end());
  if (!janitor_.joinable()) janitor_ = std::thread([this] { work(); });
  queue_changed_.notify_all();
}

void BlobFiles::drain() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return queue_.empty() && !working_; });
}

void BlobFiles::work() {
  std::unique_lock lock(queue_mutex_);
  for (;;) {
    queue_changed_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    if (queue_.empty()) return;
    auto blobs = std::exchange(queue_, {});
    working_ = true;
    lock.unlock();
    try {
      remove(blobs);
    } catch (const StoreError&) {
      // Their marks stay, so the next start removes them.
    }
    lock.lock();
    working_ = false;
    queue_changed_.notify_all();
  }
}

void BlobFiles::remove(const std::vector<std::uint64_t>& blobs) {
  remove_files(blobs);
  rocksdb::WriteBatch batch;
  for (const auto blob : blobs) {
    for (const char kind : {blob_rows::kCount, blob_rows::kPending, blob_rows::kTombstone}) {
      batch.Delete(db_.general, PhysicalKey(Family::kBlobs, blob_rows::Key(kind, blob)));
    }
    batch.Delete(db_.rows, PhysicalKey(Family::kRows, blob_rows::BytesKey(blob)));
  }
  Check(db_.db->Write(db_.write_options(false), &batch), "forgetting removed bodies");
}

void BlobFiles::remove_files(const std::vector<std::uint64_t>& blobs) {
  open();
  std::map<std::uint64_t, std::vector<std::uint64_t>> by_generation;
  {
    const std::shared_lock lock(generations_mutex_);
    for (const auto blob : blobs) by_generation[generation_of(blob)].push_back(blob);
  }
  for (const auto& [least, members] : by_generation) {
    std::vector<std::string> bounds;
    for (const auto blob : members) {
      bounds.push_back(RowKey(blob, 0));
      bounds.push_back(RowKey(blob + 1, 0));
    }
    std::vector<rocksdb::Slice> slices(bounds.begin(), bounds.end());
    std::vector<rocksdb::RangePtr> ranges;
    for (std::size_t i = 0; i < slices.size(); i += 2) ranges.emplace_back(&slices[i], &slices[i + 1]);
    // Only this thread removes generations, so this one stays while we use it.
    const std::unique_lock lock(generations_mutex_);
    auto& generation = generations_.at(least);
    Check(rocksdb::DeleteFilesInRanges(files_.get(), generation.handle, ranges.data(), ranges.size(), false),
          "removing large bodies");
    std::string count;
    generation.files = 0;
    for (const char* level : {"rocksdb.num-files-at-level0", "rocksdb.num-files-at-level1"}) {
      if (files_->GetProperty(generation.handle, level, &count)) generation.files += std::stoull(count);
    }
    if (generation.files == 0 && least != 0 && least != generations_.rbegin()->first) {
      Check(files_->DropColumnFamily(generation.handle), "dropping a generation of bodies");
      files_->DestroyColumnFamilyHandle(generation.handle);
      generations_.erase(least);
    }
  }
}

}  // namespace keymill::store
