#include "server/s3/bucket_name.h"

#include <algorithm>
#include <array>

namespace keymill::s3 {
namespace {

constexpr std::array<std::string_view, 3> kReservedPrefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> kReservedSuffixes = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Four dotted numbers, whatever their size.
bool LooksLikeIpv4(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

bool IsValidBucketName(std::string_view name) {
  if (name.size() < 3 || name.size() > 63 || !IsAlphanumeric(name.front()) || !IsAlphanumeric(name.back()))
    return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (IsAlphanumeric(name[i]) || name[i] == '-') continue;
    if (name[i] != '.' || !IsAlphanumeric(name[i - 1]) || !IsAlphanumeric(name[i + 1])) return false;
  }
  const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
  const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  return !LooksLikeIpv4(name) && std::none_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), starts) &&
         std::none_of(kReservedSuffixes.begin(), kReservedSuffixes.end(), ends);
}

}  // namespace keymill::s3
