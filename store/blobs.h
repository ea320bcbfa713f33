#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

inline constexpr std::size_t kInlineLimit = 2 << 10;  ///< bodies up to this many bytes lie in the object's record
inline constexpr std::size_t kRowLimit = 64 << 10;    ///< up to this: one row, written in the object's own commit
inline constexpr std::size_t kChunkSize = 1 << 20;    ///< up to this: one row, written apart; larger: a file of its own

/// Receives one large body. Blocking; used on the blocking pool, by one thread at a time. Constant memory (about two
/// chunks). Nothing is visible to anyone until a commit references the blob; destroyed unfinished, it leaves nothing
/// behind. Throws StoreError when the disk refuses.
class BlobWriter {
 public:
  explicit BlobWriter(Db& db);
  ~BlobWriter();
  BlobWriter(BlobWriter&&) noexcept;
  BlobWriter& operator=(BlobWriter&&) noexcept;
  void append(std::span<const std::byte> bytes);
  /// To be called once. The commit that references the blob makes it durable, or it was already. A blob that gets
  /// neither a reference nor Discard() is removed at the next start.
  BlobRef finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Removes a finished blob that no commit will reference (the request was refused after its body had arrived). Any
/// thread; the work is done in the background.
void Discard(Db& db, const BlobRef& blob);

/// Stores a body of at most kChunkSize bytes in this commit (meant for at most kRowLimit: it passes through the log).
/// The same mutation must give it its first reference.
BlobRef PutRow(Txn& txn, std::span<const std::byte> bytes);
/// Counts one more, or one fewer, object version that uses the blob; the last release removes its bytes after the
/// commit. PutObject() and its siblings call these. AddReference throws StoreError if the blob is gone: a mutation that
/// copies by reference reads the source through its own Txn, where the source's blobs are certainly alive.
void AddReference(Txn& txn, const BlobRef& blob);
void ReleaseReference(Txn& txn, const BlobRef& blob);

/// Thrown by BodyReader's constructor: the object was replaced or deleted since its record was read. Read it again.
struct BodyGone {};

/// Reads bytes [offset, offset + length) of a body (cut off at its end) in slices of at most kChunkSize, by one thread
/// at a time. Once constructed it reads to the end, also when the object is deleted meanwhile. Blocking, and throws
/// StoreError, unless made with a kCached Reader: then rows come from the cache, and whatever needs the disk throws
/// WouldBlock, which is always the case for bodies above kChunkSize. Small bodies are fetched by the constructor.
///
/// Slices of large bodies are the file itself, mapped and already read in; their pages are given back at the next call,
/// so that reading 5 GiB does not count 5 GiB as resident. Encrypted bytes are decrypted into a slice of the reader's
/// own.
class BodyReader {
 public:
  /// `key`: of the bytes that are encrypted, kCipherKeySize bytes; without it they cannot be read (StoreError).
  BodyReader(const Reader& reader, Body body, std::uint64_t offset, std::uint64_t length, std::string_view key = {});
  BodyReader(const Db& db, Body body, std::uint64_t offset, std::uint64_t length,
             std::string_view key = {});  ///< blocking
  ~BodyReader();
  BodyReader(BodyReader&&) noexcept;
  BodyReader& operator=(BodyReader&&) noexcept;
  /// Next slice, empty at the end. Valid until the next call or the end of the BodyReader.
  std::span<const std::byte> next();
  /// The last slice lies in a mapped file, whose bytes never change: its pages may be referenced after they are
  /// unmapped.
  bool mapped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
