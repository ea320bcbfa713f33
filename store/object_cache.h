#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"

namespace keymill::store {

/// Small objects as they were read lately, decoded, by the row that holds them: reading a hot object costs neither a
/// lookup in RocksDB nor a decoding. What a commit writes is out of date from before the commit until it is done, and
/// is not kept in the meantime: nobody who was told of a commit, or has seen its effect, is shown what was before it.
///
/// Any thread reads; the committer's thread alone calls begin() and end().
class ObjectCache {
 public:
  static constexpr std::size_t kMostRecord = 4096;  ///< bytes of a record that is kept

  using Shared = std::shared_ptr<const Object>;

  /// What find() learned, for keep().
  struct Found {
    Shared object;              ///< nullptr: not at hand
    std::uint64_t version = 0;  ///< of the row's slot, of a moment before the row is read
  };
  Found find(std::string_view row) const;
  /// Keeps what was read after find(), unless a commit has changed the slot since.
  void keep(std::string_view row, std::uint64_t version, Shared object);

  static std::uint32_t slot(std::string_view row) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(row) % kSlots);
  }
  /// Around the write of a commit that changes rows in these slots, successful or not; duplicates do no harm.
  void begin(const std::vector<std::uint32_t>& slots);
  void end(const std::vector<std::uint32_t>& slots);

 private:
  static constexpr std::size_t kSlots = 4096;  ///< one object each: the next one replaces it
  static constexpr std::size_t kLocks = 64;

  struct Slot {
    std::uint64_t version = 0;  ///< odd while a commit is under way
    std::string row;
    Shared object;
  };
  std::mutex& lock_of(std::uint32_t slot) const { return locks_[slot % kLocks]; }

  mutable std::array<std::mutex, kLocks> locks_;
  std::array<Slot, kSlots> slots_;
};

}  // namespace keymill::store
