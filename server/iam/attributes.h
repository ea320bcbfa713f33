#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/records.h"

/// Named settings of a record.
namespace keymill::iam {

inline constexpr std::string_view kDescriptionAttribute = "Description";
inline constexpr std::string_view kSessionDurationAttribute = "MaxSessionDuration";
inline constexpr std::string_view kDefaultVersionAttribute = "DefaultVersion";
inline constexpr std::string_view kNextVersionAttribute = "NextVersion";

inline constexpr std::string_view kStatusAttribute = "Status";

inline constexpr std::string_view kGovernedAttribute = "GovernedByPolicies";
inline constexpr std::string_view kGovernedValue = "true";

inline std::string Attribute(const store::StringPairs& attributes, std::string_view name) {
  for (const auto& [key, value] : attributes) {
    if (key == name) return value;
  }
  return {};
}

inline void SetAttribute(store::StringPairs& attributes, std::string_view name, std::string value) {
  for (auto& [key, stored] : attributes) {
    if (key == name) {
      stored = std::move(value);
      return;
    }
  }
  attributes.emplace_back(name, std::move(value));
}

/// A number that was stored with std::to_string; 0 if it was not.
inline std::int64_t NumberAttribute(const store::StringPairs& attributes, std::string_view name) {
  return std::strtoll(Attribute(attributes, name).c_str(), nullptr, 10);
}

}  // namespace keymill::iam
