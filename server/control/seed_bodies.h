#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "server/control/seed_document.h"
#include "store/blobs.h"
#include "store/records.h"

namespace keymill::control {

/// What S3 says of some octets.
struct BodyFacts {
  std::uint64_t size = 0;
  std::string etag;          ///< MD5 in hexadecimal
  store::Checksum checksum;  ///< of the algorithm that the seed wants
};

/// The contents of a seed's objects. Those that do not fit into a commit are written to blobs before it, but only once
/// a commit has asked for them: a seed that was applied before writes none. Blocking; blobs that no commit has taken
/// go with this object.
class SeedBodies {
 public:
  explicit SeedBodies(store::Db& db) : db_(db) {}
  ~SeedBodies();
  SeedBodies(const SeedBodies&) = delete;
  SeedBodies& operator=(const SeedBodies&) = delete;

  /// Reads the object's content once. Throws std::runtime_error for a file that cannot be read.
  void measure(const SeedVersion& object);
  const BodyFacts& facts(const SeedVersion& object) const { return facts_.at(object.path); }

  /// Within a commit: the body to reference, or nullopt if it must be written before another try.
  std::optional<store::Body> place(store::Txn& txn, const SeedVersion& object);
  /// True if the commit has asked for bodies that are not there: it must be rolled back and tried again.
  bool wanting() const { return !wanted_.empty(); }
  void write_wanted();
  /// The commit has happened: what it placed stays.
  void kept();
  /// A commit begins anew.
  void begin() { placed_.clear(); }

 private:
  store::Db& db_;
  std::map<std::string, BodyFacts> facts_;                     // by path
  std::map<std::string, store::BlobRef> blobs_;                // likewise
  std::map<std::string, const SeedVersion*> wanted_, placed_;  // likewise
};

}  // namespace keymill::control
