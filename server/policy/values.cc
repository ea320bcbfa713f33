// How policies and requests write numbers and dates.

#include <cstdint>
#include <string>

#include "server/policy/condition.h"

namespace keymill::policy {
namespace {

/// Takes `count` digits and, before them, `separator` (0 = none) off the front; -1 if they are not there.
int TakeDigits(std::string_view& text, char separator, std::size_t count) {
  std::string_view rest = text;
  if (separator != 0) {
    if (!rest.starts_with(separator)) return -1;
    rest.remove_prefix(1);
  }
  if (rest.size() < count) return -1;
  int value = 0;
  for (char c : rest.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text = rest.substr(count);
  return value;
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
std::int64_t DaysFromCivil(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// `Z`, `+hh:mm`, `+hhmm` or nothing, as seconds to subtract.
std::optional<int> TakeZone(std::string_view& text) {
  if (text.empty()) return 0;
  if (text == "Z" || text == "z") {
    text = {};
    return 0;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const int hours = TakeDigits(text, 0, 2);
  int minutes = TakeDigits(text, ':', 2);
  if (minutes < 0) minutes = TakeDigits(text, 0, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<double> ReadTimeOfDay(std::string_view& text) {
  const int hour = TakeDigits(text, 0, 2);
  const int minute = TakeDigits(text, ':', 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  double seconds = hour * 3600 + minute * 60;
  if (text.starts_with(':')) {
    const int second = TakeDigits(text, ':', 2);
    if (second < 0 || second > 60) return std::nullopt;
    seconds += second;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      double unit = 1;
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        seconds += (unit /= 10) * (text.front() - '0');
      }
    }
  }
  return seconds;
}

}  // namespace

std::optional<double> ReadNumber(std::string_view text) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 40) return std::nullopt;
  double value = 0;
  double unit = 0;  // of the digits after the point; 0 before it
  bool any = false;
  for (char c : text) {
    if (c == '.' && unit == 0) {
      unit = 1;
    } else if (c >= '0' && c <= '9') {
      any = true;
      value = unit == 0 ? value * 10 + (c - '0') : value + (unit /= 10) * (c - '0');
    } else {
      return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  return negative ? -value : value;
}

std::optional<double> ReadDate(std::string_view text) {
  if (text.find('-') == std::string_view::npos && text.find(':') == std::string_view::npos && text.size() != 4) {
    return ReadNumber(text);
  }
  const int year = TakeDigits(text, 0, 4);
  if (year < 0) return std::nullopt;
  int month = 1;
  int day = 1;
  double seconds = 0;
  if (text.starts_with('-')) month = TakeDigits(text, '-', 2);
  if (text.starts_with('-')) day = TakeDigits(text, '-', 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  if (text.starts_with('T') || text.starts_with('t')) {
    text.remove_prefix(1);
    auto time = ReadTimeOfDay(text);
    if (!time) return std::nullopt;
    seconds = *time;
  }
  auto zone = TakeZone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return static_cast<double>(DaysFromCivil(year, month, day)) * 86400 + seconds - *zone;
}

}  // namespace keymill::policy
