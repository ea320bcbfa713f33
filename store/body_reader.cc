#include <algorithm>
#include <cerrno>

#include <sys/mman.h>
#include <unistd.h>

#include "store/blob_rows.h"
#include "store/blobs.h"
#include "store/body_cipher.h"
#include "store/db_impl.h"

namespace keymill::store {

namespace {

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/// Reads in the pages of a mapped slice, so that whoever sends it does not wait for the disk, and so that a disk error
/// is an exception and not a SIGBUS. Kernels before 5.14 do not know it; then the sender's page faults do the reading.
void ReadIn(std::string_view slice) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(slice.data()) & ~(page - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(slice.data()) + slice.size();
  if (::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ) != 0 &&
      (errno == EFAULT || errno == EHWPOISON)) {
    throw StoreError("reading a large body: the disk failed");
  }
}

/// Gives back the pages that lie wholly within the slice. They are clean pages of a file, or, should RocksDB ever have
/// copied the block, the inside of a buffer that only our iterator holds and that is not read again.
void GiveBack(std::string_view slice) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(slice.data()) + page - 1) & ~(page - 1);
  const auto end = (reinterpret_cast<std::uintptr_t>(slice.data()) + slice.size()) & ~(page - 1);
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

struct BodyReader::Impl {
  /// What is left to read of one blob.
  struct Piece {
    BlobRef blob;
    std::uint64_t begin, end;
    std::shared_ptr<rocksdb::Iterator> file;  ///< null if in rows
  };

  Impl(const Reader& reader, Body&& body, std::uint64_t offset, std::uint64_t length, std::string_view secret)
      : state(reader.state()),
        db(*state),
        mode(reader.mode()),
        inline_bytes(std::move(body.inline_bytes)),
        inline_nonce(std::move(body.inline_nonce)),
        secret_key(secret) {
    if (body.blobs.empty()) {
      inline_begin = std::min<std::uint64_t>(offset, inline_bytes.size());
      inline_left = std::string_view(inline_bytes).substr(inline_begin, length);
      return;
    }
    cut(body.blobs, offset, length);
    pin();
  }

  ~Impl() {
    give_back();
    if (snapshot) db.db->ReleaseSnapshot(snapshot);
  }

  void cut(const std::vector<BlobRef>& blobs, std::uint64_t offset, std::uint64_t length) {
    for (const auto& blob : blobs) {
      if (length == 0) break;
      if (offset >= blob.size) {
        offset -= blob.size;
        continue;
      }
      const auto count = std::min(length, blob.size - offset);
      pieces.push_back({blob, offset, offset + count, nullptr});
      length -= count;
      offset = 0;
    }
  }

  /// Makes sure that all pieces can be read from now on, or throws BodyGone.
  void pin() {
    if (pieces.empty()) return;
    if (pieces.size() == 1 && pieces[0].blob.placement == BlobPlacement::kRows) {
      if (!read_row(pieces[0].blob)) throw BodyGone{};
      row_of = pieces[0].blob.id;
      return;
    }
    const auto is_file = [](const Piece& piece) { return piece.blob.placement == BlobPlacement::kFile; };
    if (mode == Reader::Mode::kCached && std::any_of(pieces.begin(), pieces.end(), is_file)) throw WouldBlock{};
    // A generation's iterator sees all its files of this moment; a snapshot all rows. If the blobs still have their
    // counts after that, they had them when we pinned.
    snapshot = db.db->GetSnapshot();
    try {
      std::vector<std::uint64_t> ids;
      for (const auto& piece : pieces) {
        if (is_file(piece)) ids.push_back(piece.blob.id);
      }
      if (!ids.empty()) {
        const auto iterators = db.files->iterators(ids);
        auto iterator = iterators.begin();
        for (auto& piece : pieces) {
          if (is_file(piece)) piece.file = *iterator++;
        }
      }
      const auto read = db.read_options(mode);
      rocksdb::PinnableSlice count;
      for (const auto& piece : pieces) {
        const auto key = PhysicalKey(Family::kBlobs, blob_rows::Key(blob_rows::kCount, piece.blob.id));
        const auto status = db.db->Get(read, db.general, key, &count);
        if (status.IsNotFound()) throw BodyGone{};
        Check(status, "looking for a body");
        count.Reset();
      }
    } catch (...) {
      db.db->ReleaseSnapshot(snapshot);
      throw;
    }
  }

  bool read_row(const BlobRef& blob) {
    auto read = db.read_options(mode);
    read.snapshot = snapshot;
    row.Reset();
    const auto status = db.db->Get(read, db.rows, PhysicalKey(Family::kRows, blob_rows::BytesKey(blob.id)), &row);
    if (status.IsNotFound()) return false;
    Check(status, "reading a body");
    if (row.size() != blob.size) throw StoreError("a stored body has the wrong size");
    return true;
  }

  std::string_view next() {
    give_back();
    if (!inline_left.empty()) return readable(std::exchange(inline_left, {}), inline_nonce, inline_begin);
    if (at == pieces.size()) return {};
    auto& piece = pieces[at];
    auto slice = piece.blob.placement == BlobPlacement::kRows ? next_of_row(piece) : next_of_file(piece);
    slice = readable(slice, piece.blob.nonce, piece.begin);
    piece.begin += slice.size();
    if (piece.begin == piece.end) ++at;
    return slice;
  }

  /// The slice, which begins at byte `begin` of its blob, decrypted if there is a nonce: what lies in rows and mapped
  /// files is not ours to write to.
  std::string_view readable(std::string_view slice, const std::string& nonce, std::uint64_t begin) {
    decrypted.clear();
    if (nonce.empty()) return slice;
    decrypted.resize(slice.size());
    BodyCipher(secret_key, nonce, begin)
        .apply(std::as_bytes(std::span(slice)), reinterpret_cast<std::byte*>(decrypted.data()));
    give_back();
    return decrypted;
  }

  std::string_view next_of_row(const Piece& piece) {
    if (row_of != piece.blob.id) {
      if (!read_row(piece.blob)) throw StoreError("a stored body is missing");
      row_of = piece.blob.id;
    }
    return ToView(row).substr(piece.begin, piece.end - piece.begin);
  }

  std::string_view next_of_file(const Piece& piece) {
    auto& rows = *piece.file;
    const auto index = piece.begin / kChunkSize;
    const auto key = BlobFiles::RowKey(piece.blob.id, static_cast<std::uint32_t>(1 + index));
    if (next_in_order == key && rows.Valid()) {
      rows.Next();
    } else {
      rows.Seek(key);
    }
    Check(rows.status(), "reading a large body");
    const auto begin = piece.begin % kChunkSize;
    const auto end = std::min<std::uint64_t>(kChunkSize, begin + piece.end - piece.begin);
    if (!rows.Valid() || ToView(rows.key()) != key || rows.value().size() < end)
      throw StoreError("a stored body is incomplete");
    next_in_order = BlobFiles::RowKey(piece.blob.id, static_cast<std::uint32_t>(2 + index));
    const auto slice = ToView(rows.value()).substr(begin, end - begin);
    if (!db.options.in_memory) {
      ReadIn(slice);
      mapped = slice;
    }
    return slice;
  }

  void give_back() {
    if (!mapped.empty()) GiveBack(std::exchange(mapped, {}));
  }

  std::shared_ptr<Db::Impl> state;
  Db::Impl& db;
  Reader::Mode mode;
  std::string inline_bytes;
  std::string inline_nonce;
  std::uint64_t inline_begin = 0;
  std::string_view inline_left;
  std::string secret_key;
  std::string decrypted;  ///< the slice that was given out last, if it was encrypted
  std::vector<Piece> pieces;
  std::size_t at = 0;
  const rocksdb::Snapshot* snapshot = nullptr;
  rocksdb::PinnableSlice row;
  std::uint64_t row_of = 0;
  std::string next_in_order;  ///< the key that follows where the last used iterator stands
  std::string_view mapped;    ///< the slice that was given out last, if it lies in a mapped file
};

BodyReader::BodyReader(const Reader& reader, Body body, std::uint64_t offset, std::uint64_t length,
                       std::string_view key)
    : impl_(std::make_unique<Impl>(reader, std::move(body), offset, length, key)) {}
BodyReader::BodyReader(const Db& db, Body body, std::uint64_t offset, std::uint64_t length, std::string_view key)
    : BodyReader(Reader(db, Reader::Mode::kBlocking), std::move(body), offset, length, key) {}
BodyReader::~BodyReader() = default;
BodyReader::BodyReader(BodyReader&&) noexcept = default;
BodyReader& BodyReader::operator=(BodyReader&&) noexcept = default;

bool BodyReader::mapped() const {
  return !impl_->mapped.empty();
}

std::span<const std::byte> BodyReader::next() {
  const auto slice = impl_->next();
  return {reinterpret_cast<const std::byte*>(slice.data()), slice.size()};
}

}  // namespace keymill::store
