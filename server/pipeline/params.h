#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::pipeline {

/// Decoded name=value pairs of a query string or a form, in order. AWS takes the first of a repeated name.
class Params {
 public:
  Params() = default;
  /// Splits on '&' and the first '=', decodes %XX and '+'. nullopt if an escape is malformed.
  static std::optional<Params> Parse(std::string_view encoded);

  /// The first value of `name`; "" for a name without '='; nullopt if absent.
  std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  bool has(std::string_view name) const { return find(name).has_value(); }
  const std::vector<std::pair<std::string, std::string>>& all() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace keymill::pipeline
