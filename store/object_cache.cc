#include "store/object_cache.h"

#include <utility>

namespace keymill::store {

ObjectCache::Found ObjectCache::find(std::string_view row) const {
  const auto at = slot(row);
  const std::lock_guard lock(lock_of(at));
  const Slot& held = slots_[at];
  return {held.row == row ? held.object : nullptr, held.version};
}

void ObjectCache::keep(std::string_view row, std::uint64_t version, Shared object) {
  const auto at = slot(row);
  const std::lock_guard lock(lock_of(at));
  Slot& held = slots_[at];
  if (version % 2 != 0 || held.version != version) return;
  held.row = row;
  held.object.swap(object);  // the former one is destroyed after the lock is released
}

void ObjectCache::begin(const std::vector<std::uint32_t>& slots) {
  for (const auto at : slots) {
    const std::lock_guard lock(lock_of(at));
    Slot& held = slots_[at];
    held.version |= 1;
    held.object = nullptr;
  }
}

void ObjectCache::end(const std::vector<std::uint32_t>& slots) {
  for (const auto at : slots) {
    const std::lock_guard lock(lock_of(at));
    slots_[at].version += slots_[at].version % 2;
  }
}

}  // namespace keymill::store
