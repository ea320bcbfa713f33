#pragma once

#include <string>
#include <string_view>

#include "store/keys.h"

/// Listing with a delimiter, as all three of S3's listings do it. For this directory's own files.
namespace keymill::store {

/// The common prefix under which a key that starts with `prefix` is listed; empty if the key is listed itself.
inline std::string_view CommonPrefix(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty()) return {};
  const auto at = key.find(delimiter, prefix.size());
  return at == key.npos ? std::string_view() : key.substr(0, at + delimiter.size());
}

/// Whether the marker of a page is a common prefix, so that the next page begins after all keys that start with it.
inline bool IsCommonPrefix(std::string_view marker, std::string_view prefix, std::string_view delimiter) {
  return marker.starts_with(prefix) && !marker.empty() && CommonPrefix(marker, prefix, delimiter) == marker;
}

}  // namespace keymill::store
