#include "sigv4/timestamp.h"

#include <algorithm>
#include <chrono>

namespace keymill::sigv4 {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kDay = 86400;

/// `count` digits at `at`, or -1.
int number(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::int64_t> seconds(int y, int mo, int d, int h, int mi, int s) {
  if (y < 0 || mo < 1 || d < 1 || h < 0 || mi < 0 || s < 0 || h > 23 || mi > 59 || s > 60) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count() * kDay + h * 3600 + mi * 60 + s;
}

void put(char* out, int value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::optional<std::int64_t> parse_iso_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return seconds(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), number(text, 9, 2), number(text, 11, 2),
                 number(text, 13, 2));
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 5 || text[3] != ',' || text[4] != ' ') return std::nullopt;
  text.remove_prefix(5);
  const std::size_t digits = text.size() > 1 && text[1] == ' ' ? 1 : 2;  // some clients drop the day's zero
  // D[D] Mon YYYY HH:MM:SS ZONE
  if (text.size() < digits + 18 + 4) return std::nullopt;
  const int d = number(text, 0, digits);
  text.remove_prefix(digits);
  if (text[0] != ' ' || text[4] != ' ' || text[9] != ' ' || text[12] != ':' || text[15] != ':' || text[18] != ' ') {
    return std::nullopt;
  }
  const std::size_t month_at = kMonths.find(text.substr(1, 3));
  if (month_at == std::string_view::npos || month_at % 3 != 0) return std::nullopt;
  const std::string_view zone = text.substr(19);
  if (zone != "GMT" && zone != "UTC" && zone != "+0000" && zone != "-0000") return std::nullopt;
  return seconds(number(text, 5, 4), static_cast<int>(month_at / 3) + 1, d, number(text, 10, 2), number(text, 13, 2),
                 number(text, 16, 2));
}

std::optional<std::int64_t> parse_iso_extended(std::string_view text) {
  if (text.size() < 20 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  if (text.size() > 20) {
    const std::size_t fraction = text.size() - 21;
    if (text[19] != '.' || fraction == 0 || fraction > 9 || number(text, 20, fraction) < 0) return std::nullopt;
  }
  return seconds(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2), number(text, 11, 2), number(text, 14, 2),
                 number(text, 17, 2));
}

bool is_scope_date(std::string_view text) {
  return text.size() == 8 && seconds(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), 0, 0, 0).has_value();
}

IsoBasic format_iso_basic(std::int64_t unix_seconds) {
  unix_seconds = std::clamp<std::int64_t>(unix_seconds, -62167219200, 253402300799);  // 0000-01-01 to 9999-12-31
  std::int64_t days = unix_seconds / kDay;
  std::int64_t rest = unix_seconds % kDay;
  if (rest < 0) {
    --days;
    rest += kDay;
  }
  const year_month_day date{sys_days{std::chrono::days{days}}};
  IsoBasic text;
  put(text.data(), static_cast<int>(date.year()), 4);
  put(text.data() + 4, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  put(text.data() + 6, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text[8] = 'T';
  put(text.data() + 9, static_cast<int>(rest / 3600), 2);
  put(text.data() + 11, static_cast<int>(rest / 60 % 60), 2);
  put(text.data() + 13, static_cast<int>(rest % 60), 2);
  text[15] = 'Z';
  return text;
}

}  // namespace keymill::sigv4
