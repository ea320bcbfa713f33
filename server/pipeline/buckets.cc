#include "server/pipeline/buckets.h"

#include <mutex>

namespace keymill::pipeline {

std::shared_ptr<const BucketState> Buckets::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::uint64_t Buckets::changes() const {
  const std::shared_lock lock(mutex_);
  return changes_;
}

std::shared_ptr<const BucketState> Buckets::load(const store::Reader& reader, std::string_view name,
                                                 std::uint64_t before) {
  auto state = loader_(reader, name);
  if (!state) return nullptr;
  const std::lock_guard lock(mutex_);
  if (changes_ != before) return state;  // perhaps a moment old: good for this request, not for later ones
  if (by_name_.size() >= kMost) {
    by_name_.clear();
    names_.clear();
  }
  by_name_.insert_or_assign(std::string(name), state);
  names_.insert_or_assign(store::BucketTouch(state->record.id), std::string(name));
  return state;
}

void Buckets::refresh(const std::vector<std::string>& touched) {
  std::unique_lock lock(mutex_, std::defer_lock);
  for (const std::string& id : touched) {
    if (!id.starts_with(store::kBucketTouch)) continue;
    if (!lock.owns_lock()) {
      lock.lock();
      ++changes_;
    }
    const auto name = names_.find(id);
    if (name == names_.end()) continue;
    by_name_.erase(name->second);
    names_.erase(name);
  }
}

void Buckets::clear() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  by_name_.clear();
  names_.clear();
}

}  // namespace keymill::pipeline
