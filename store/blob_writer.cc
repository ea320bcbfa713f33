#include <algorithm>
#include <cstring>

#include <rocksdb/sst_file_writer.h>

#include "store/blob_rows.h"
#include "store/blobs.h"
#include "store/codec.h"
#include "store/db_impl.h"

namespace keymill::store {

namespace {

constexpr std::string_view kFileFormat = "\x01";

std::string Count(std::uint64_t count) {
  std::string value;
  AppendVarint(value, count);
  return value;
}

}  // namespace

struct BlobWriter::Impl {
  explicit Impl(const Db& the_db) : state(the_db.current()), db(*state) {}
  ~Impl() {
    if (!path.empty()) db.db->GetEnv()->DeleteFile(path).PermitUncheckedError();
  }

  void append(std::string_view bytes) {
    size += bytes.size();
    while (!bytes.empty()) {
      if (filled == kChunkSize) flush();
      if (filled == 0 && bytes.size() > kChunkSize) {
        write_chunk(bytes.substr(0, kChunkSize));
        bytes.remove_prefix(kChunkSize);
        continue;
      }
      if (!chunk) chunk = std::make_unique_for_overwrite<char[]>(kChunkSize);
      const auto count = std::min(bytes.size(), kChunkSize - filled);
      std::memcpy(chunk.get() + filled, bytes.data(), count);
      filled += count;
      bytes.remove_prefix(count);
    }
  }

  void flush() {
    write_chunk({chunk.get(), filled});
    filled = 0;
  }

  void write_chunk(std::string_view bytes) {
    if (!file) open_file();
    Check(file->Put(BlobFiles::RowKey(id, next_index++), ToSlice(bytes)), "writing a large body");
  }

  void open_file() {
    id = db.next_id();
    path = db.files->temporary_path(id);
    const auto& options = db.files->writer_options();
    // The pages stay cached: what was just written is likely to be read soon.
    file = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, nullptr,
                                                    /*invalidate_page_cache=*/false);
    Check(file->Open(path), "creating the file of a large body");
    write_chunk(kFileFormat);
  }

  BlobRef finish() {
    if (!file) return finish_row();
    if (filled != 0) flush();
    Check(file->Put(BlobFiles::RowKey(id, 0xffffffff), {}), "writing a large body");
    Check(file->Finish(), "completing a large body");
    file.reset();
    announce({}, true);
    try {
      db.files->ingest(id, path);
    } catch (const StoreError&) {
      db.files->remove_later({id});
      throw;
    }
    path.clear();
    return {id, size, BlobPlacement::kFile};
  }

  /// The log keeps the order of writes, so the sync of the commit that references the row makes the row durable too.
  BlobRef finish_row() {
    id = db.next_id();
    announce({chunk.get(), filled}, false);
    return {id, size, BlobPlacement::kRows};
  }

  void announce(std::string_view bytes, bool sync) {
    rocksdb::WriteBatch batch;
    batch.Put(db.general, PhysicalKey(Family::kBlobs, blob_rows::Key(blob_rows::kCount, id)), Count(0));
    batch.Put(db.general, PhysicalKey(Family::kBlobs, blob_rows::Key(blob_rows::kPending, id)), {});
    if (!bytes.empty()) batch.Put(db.rows, PhysicalKey(Family::kRows, blob_rows::BytesKey(id)), ToSlice(bytes));
    Check(db.db->Write(db.write_options(sync), &batch), "announcing a body");
  }

  std::shared_ptr<Db::Impl> state;
  Db::Impl& db;
  std::unique_ptr<char[]> chunk;
  std::size_t filled = 0;
  std::uint64_t size = 0;
  std::uint64_t id = 0;
  std::uint32_t next_index = 0;
  std::string path;  ///< of the file as long as it is ours
  std::unique_ptr<rocksdb::SstFileWriter> file;
};

BlobWriter::BlobWriter(Db& db) : impl_(std::make_unique<Impl>(db)) {}
BlobWriter::~BlobWriter() = default;
BlobWriter::BlobWriter(BlobWriter&&) noexcept = default;
BlobWriter& BlobWriter::operator=(BlobWriter&&) noexcept = default;

void BlobWriter::append(std::span<const std::byte> bytes) {
  impl_->append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

BlobRef BlobWriter::finish() {
  return impl_->finish();
}

void Discard(Db& db, const BlobRef& blob) {
  db.current()->files->remove_later({blob.id});
}

BlobRef PutRow(Txn& txn, std::span<const std::byte> bytes) {
  const BlobRef blob{txn.next_id(), bytes.size(), BlobPlacement::kRows};
  txn.put(Family::kRows, blob_rows::BytesKey(blob.id), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  txn.put(Family::kBlobs, blob_rows::Key(blob_rows::kCount, blob.id), Count(0));
  return blob;
}

namespace {

std::uint64_t ReadCount(const Txn& txn, const BlobRef& blob) {
  std::uint64_t count = 0;
  const bool found = txn.read(Family::kBlobs, blob_rows::Key(blob_rows::kCount, blob.id),
                              [&](std::string_view value) { count = TakeVarint(value); });
  if (!found) throw StoreError("body " + std::to_string(blob.id) + " is gone");
  return count;
}

}  // namespace

void AddReference(Txn& txn, const BlobRef& blob) {
  const auto count = ReadCount(txn, blob);
  txn.put(Family::kBlobs, blob_rows::Key(blob_rows::kCount, blob.id), Count(count + 1));
  if (count == 0) txn.erase(Family::kBlobs, blob_rows::Key(blob_rows::kPending, blob.id));
}

void ReleaseReference(Txn& txn, const BlobRef& blob) {
  const auto count = ReadCount(txn, blob);
  if (count > 1) {
    txn.put(Family::kBlobs, blob_rows::Key(blob_rows::kCount, blob.id), Count(count - 1));
    return;
  }
  txn.erase(Family::kBlobs, blob_rows::Key(blob_rows::kCount, blob.id));
  if (blob.placement == BlobPlacement::kRows) {
    txn.erase(Family::kRows, blob_rows::BytesKey(blob.id));
  } else {
    txn.put(Family::kBlobs, blob_rows::Key(blob_rows::kTombstone, blob.id), {});
    txn.impl().released_files.push_back(blob.id);
  }
}

}  // namespace keymill::store
