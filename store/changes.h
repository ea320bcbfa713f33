#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

/// What a mutation did to an object version.
struct Change {
  enum class Kind : std::uint8_t { kPut, kDeleteMarker, kErased, kUpdated };

  Kind kind = Kind::kPut;
  std::string key, version_id, etag;
  std::uint64_t size = 0;
  std::uint64_t sequence = 0;  ///< in commit order, also of what was erased
};

/// While it lives, on the committer thread and within one mutation, every change to an object version is noted in
/// `changes`. The committer may still roll the mutation back: look at them once it is done.
class Watching {
 public:
  explicit Watching(std::vector<Change>& changes);
  ~Watching();
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
};

/// For those who write objects: whether somebody watches, and telling them. Costs nothing while nobody does.
bool IsWatched();
void NoteChange(Txn& txn, Change::Kind kind, const Object& object);

}  // namespace keymill::store
