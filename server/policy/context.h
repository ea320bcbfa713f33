#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::policy {

/// The condition keys of one request with their values. Names are compared without case: they are kept and asked for in
/// lower case. A key that is not set is absent, which is different from empty.
class Context {
 public:
  /// `key` in any case. A second value for the same key replaces the first.
  void set(std::string_view key, std::string value) { set(key, std::vector<std::string>{std::move(value)}); }
  void set(std::string_view key, std::vector<std::string> values);

  /// The values, or nullptr. `lower_key` in lower case.
  const std::vector<std::string>* find(std::string_view lower_key) const;

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> entries_;  // a few dozen: a scan beats a map
};

}  // namespace keymill::policy
