#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The date formats of signatures. Every time is unix seconds, UTC; nothing here reads a clock.
namespace keymill::sigv4 {

/// `20150830T123600Z` and nothing else; nullopt also for dates that do not exist.
std::optional<std::int64_t> parse_iso_basic(std::string_view text);

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the form of HTTP's Date header; `+0000` and `UTC` are read as GMT because SigV2
/// clients send them. The name of the day is not checked.
std::optional<std::int64_t> parse_http_date(std::string_view text);

/// `2007-12-01T12:00:00.000Z`, fraction optional: the expiration of a POST policy.
std::optional<std::int64_t> parse_iso_extended(std::string_view text);

/// Eight digits that name a day.
bool is_scope_date(std::string_view text);

using IsoBasic = std::array<char, 16>;  ///< `YYYYMMDDTHHMMSSZ`, not terminated

/// Years 0 to 9999; times outside are written as the nearest of them.
IsoBasic format_iso_basic(std::int64_t unix_seconds);

inline std::string_view view(const IsoBasic& text) {
  return {text.data(), text.size()};
}

}  // namespace keymill::sigv4
