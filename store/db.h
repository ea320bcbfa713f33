#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

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

/// Thrown by reads of a cache-only Reader when the answer needs the disk: do it again with a blocking one.
struct WouldBlock {};

struct DbOptions {
  std::filesystem::path path;  ///< ignored when in_memory
  bool in_memory = false;
  bool sync = true;        ///< fsync before a commit is acknowledged
  std::string master_key;  ///< 32 raw bytes; seals secrets (AES-256-GCM). May be empty when in_memory: a random one
  std::uint64_t block_cache_bytes = 32u << 20;
  std::size_t files_per_generation = 2048;  ///< see BlobFiles; tests make it small
};

/// The families of rows. Kept here so that adding one is one line. Each has its own key space; kRows has a RocksDB
/// column family of its own and kFiles a RocksDB instance of its own, the others share one column family behind a
/// prefix byte, because each column family adds 4 to 5 ms to the first start and 1.5 ms to every later one. Stored:
/// never renumber.
enum class Family : std::uint8_t {
  kMeta,
  kBuckets,
  kObjects,
  kVersions,
  kRows,
  kFiles,
  kBlobs,
  kUploads,
  kPrincipals,
  kSessions,
  kLab
};

class Reader;
class Txn;
class Vault;

/// Owns the RocksDB instances, the vault that seals secrets, and the thread that removes the files of deleted bodies.
/// Thread-safe. One process at a time: a second open of the same directory throws OpenError. Destroy it last: after the
/// committer, every Reader, BlobWriter and BodyReader.
///
/// The state it shows can be swapped for another one (snapshots.h); a Reader keeps the one that it began with.
///
///   path/db     rows            path/files  large bodies, one file each       path/tmp  bodies still arriving
///   path/generations/N  the same after a swap        path/snapshots  saved states      path/STATE  which is current
class Db {
 public:
  explicit Db(const DbOptions& options);
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  /// Seals and opens texts with this database's master key.
  const Vault& vault() const;

  struct Impl;
  struct Generations;
  // For this directory's own files only.
  std::shared_ptr<Impl> current() const;
  Generations& generations() const { return *generations_; }

 private:
  std::unique_ptr<Generations> generations_;
};

}  // namespace keymill::store
