#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace keymill::store {

/// A fault of the disk or of the stored data. Callers do not handle it: the session answers InternalError.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Why a database cannot be opened, in words for the person who started the server (locked, wrong master key, newer
/// schema, not a directory, no room, …).
struct OpenError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thrown by reads of a cache-only Reader when the answer needs the disk; Db::read_cached callers retry with blocking.
struct WouldBlock {};

struct DbOptions {
  std::filesystem::path path;  ///< ignored when in_memory
  bool in_memory = false;
  bool sync = true;            ///< fsync before a commit is acknowledged
  std::string master_key;      ///< 32 raw bytes; seals secrets (AES-256-GCM)
  std::uint64_t block_cache_bytes = 32u << 20;
};

/// The column families. Kept here so that adding one is one line.
enum class Family : std::uint8_t { kMeta, kBuckets, kObjects, kVersions, kRows, kFiles, kBlobs, kUploads, kPrincipals, kSessions, kLab };

class Reader;
class Txn;

/// Owns the RocksDB instance, its column families and the vault that seals secrets. Thread-safe.
/// One process at a time: a second open of the same directory throws OpenError.
class Db {
 public:
  explicit Db(const DbOptions& options);
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  struct Impl;
  Impl& impl() const { return *impl_; }  ///< for this directory's own files only

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
