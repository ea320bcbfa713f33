#include "server/policy/context.h"

#include "server/policy/pattern.h"

namespace keymill::policy {

void Context::set(std::string_view key, std::vector<std::string> values) {
  std::string lower = Fold(key);
  for (auto& [name, stored] : entries_) {
    if (name == lower) {
      stored = std::move(values);
      return;
    }
  }
  entries_.emplace_back(std::move(lower), std::move(values));
}

const std::vector<std::string>* Context::find(std::string_view lower_key) const {
  for (const auto& [name, values] : entries_) {
    if (name == lower_key) return &values;
  }
  return nullptr;
}

}  // namespace keymill::policy
