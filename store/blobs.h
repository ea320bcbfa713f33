#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

inline constexpr std::size_t kInlineLimit = 2 << 10;   ///< bodies up to this many bytes lie in the object's record
inline constexpr std::size_t kRowLimit = 64 << 10;     ///< up to this: one row, written in the object's own commit
inline constexpr std::size_t kChunkSize = 1 << 20;

/// Receives one large body. Blocking; used on the blocking pool, by one thread at a time. Constant memory (about two
/// chunks). Nothing is visible to anyone until a commit references the blob; destroyed unfinished, it leaves nothing behind.
class BlobWriter {
 public:
  explicit BlobWriter(Db& db);
  ~BlobWriter();
  BlobWriter(BlobWriter&&) noexcept;
  void append(std::span<const std::byte> bytes);
  BlobRef finish();  ///< durable when it returns; call reference() with it in a commit, or discard() it

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A finished blob that no commit will reference (the request was refused after its body had arrived).
void Discard(Db& db, const BlobRef& blob);

/// Stores a body of at most kRowLimit bytes in this commit.
BlobRef PutRow(Txn& txn, std::span<const std::byte> bytes);
/// Counts one more, or one fewer, object version that uses the blob; the last release removes its bytes after the commit.
void AddReference(Txn& txn, const BlobRef& blob);
void ReleaseReference(Txn& txn, const BlobRef& blob);

/// Reads bytes [offset, offset + length) of a body in slices of at most kChunkSize. Keeps the files alive that it reads,
/// also when the object is deleted meanwhile. Blocking unless the slice is cached (see cached()).
class BodyReader {
 public:
  BodyReader(const Db& db, Body body, std::uint64_t offset, std::uint64_t length);
  ~BodyReader();
  BodyReader(BodyReader&&) noexcept;
  /// Next slice, empty at the end. Valid until the next call.
  std::span<const std::byte> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
