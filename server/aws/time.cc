#include "server/aws/time.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace keymill::aws {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
  int year = 0;
  int month = 0;  // 1 to 12
  int day = 0;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  unsigned weekday = 0;  // 0 = Sunday
};

Civil ToCivil(std::int64_t millis) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(millis)};
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date{days};
  const hh_mm_ss clock{time - days};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count()),
          weekday{days}.c_encoding()};
}

/// nullopt if there is no such date or time. A leap second counts as the second before it.
std::optional<std::int64_t> FromCivil(const Civil& c) {
  using namespace std::chrono;
  const year_month_day date{year(c.year), month(static_cast<unsigned>(c.month)), day(static_cast<unsigned>(c.day))};
  if (!date.ok() || c.hour > 23 || c.minute > 59 || c.second > 60) return std::nullopt;
  const auto seconds_of_day = c.hour * 3600 + c.minute * 60 + (c.second == 60 ? 59 : c.second);
  return (sys_days(date).time_since_epoch().count() * std::int64_t{86400} + seconds_of_day) * 1000 + c.millisecond;
}

template <class... Args>
std::string Print(const char* format, Args... args) {
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), format, args...);
  return {text.data(), static_cast<std::size_t>(length)};
}

/// Takes tokens from the front of a text; every function is false if the token is not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool literal(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    const char* end = rest_.data() + digits;
    for (const char* c = rest_.data(); c != end; ++c) {
      if (*c < '0' || *c > '9') return false;
    }
    std::from_chars(rest_.data(), end, value);
    rest_.remove_prefix(digits);
    return true;
  }
  bool month(int& value) {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (!rest_.starts_with(kMonths[i])) continue;
      rest_.remove_prefix(3);
      value = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }
  bool clock(Civil& c) {
    return number(2, c.hour) && literal(':') && number(2, c.minute) && literal(':') && number(2, c.second);
  }
  void skip_through(char c) {
    const auto at = rest_.find(c);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
  }
  bool zone() {
    const bool utc = rest_ == "GMT" || rest_ == "UTC" || rest_ == "+0000" || rest_ == "Z";
    if (utc) rest_ = {};
    return utc;
  }
  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> ParseRfc1123(std::string_view text) {  // Fri, 31 Jan 2025 08:09:10 GMT
  Scanner scan(text);
  Civil c;
  scan.skip_through(',');
  const bool ok = scan.literal(' ') && scan.number(2, c.day) && scan.literal(' ') && scan.month(c.month) &&
                  scan.literal(' ') && scan.number(4, c.year) && scan.literal(' ') && scan.clock(c) &&
                  scan.literal(' ') && scan.zone();
  return ok ? FromCivil(c) : std::nullopt;
}

std::optional<std::int64_t> ParseRfc850(std::string_view text) {  // Friday, 31-Jan-25 08:09:10 GMT
  Scanner scan(text);
  Civil c;
  scan.skip_through(',');
  const bool ok = scan.literal(' ') && scan.number(2, c.day) && scan.literal('-') && scan.month(c.month) &&
                  scan.literal('-') && scan.number(2, c.year) && scan.literal(' ') && scan.clock(c) &&
                  scan.literal(' ') && scan.zone();
  if (!ok) return std::nullopt;
  c.year += c.year < 70 ? 2000 : 1900;
  return FromCivil(c);
}

std::optional<std::int64_t> ParseAsctime(std::string_view text) {  // Fri Jan  3 08:09:10 2025
  Scanner scan(text);
  Civil c;
  scan.skip_through(' ');
  const bool ok = scan.month(c.month) && scan.literal(' ') &&
                  (scan.literal(' ') ? scan.number(1, c.day) : scan.number(2, c.day)) && scan.literal(' ') &&
                  scan.clock(c) && scan.literal(' ') && scan.number(4, c.year) && scan.at_end();
  return ok ? FromCivil(c) : std::nullopt;
}

}  // namespace

std::string IsoSeconds(std::int64_t millis) {
  const Civil c = ToCivil(millis);
  return Print("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::string IsoMillis(std::int64_t millis) {
  const Civil c = ToCivil(millis);
  return Print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute, c.second,
               c.millisecond);
}

std::string IsoBasic(std::int64_t millis) {
  const Civil c = ToCivil(millis);
  return Print("%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

// Once per GET: formatted by hand, as snprintf would cost more than the rest of the headers together.
std::string HttpDate(std::int64_t millis) {
  const Civil c = ToCivil(millis);
  std::string text = "Sun, 00 Jan 0000 00:00:00 GMT";
  const auto put = [&](std::size_t at, std::string_view name) { name.copy(&text[at], name.size()); };
  const auto put_digits = [&](std::size_t at, int value) {
    text[at] = static_cast<char>('0' + value / 10 % 10);
    text[at + 1] = static_cast<char>('0' + value % 10);
  };
  put(0, kDays[c.weekday]);
  put_digits(5, c.day);
  put(8, kMonths[static_cast<std::size_t>(c.month - 1)]);
  put_digits(12, c.year / 100);
  put_digits(14, c.year % 100);
  put_digits(17, c.hour);
  put_digits(20, c.minute);
  put_digits(23, c.second);
  return text;
}

std::optional<std::int64_t> ParseHttpDate(std::string_view text) {
  if (const auto time = ParseRfc1123(text)) return time;
  if (const auto time = ParseRfc850(text)) return time;
  return ParseAsctime(text);
}

std::optional<std::int64_t> ParseIso(std::string_view text) {
  Scanner scan(text);
  Civil c;
  if (!(scan.number(4, c.year) && scan.literal('-') && scan.number(2, c.month) && scan.literal('-') &&
        scan.number(2, c.day))) {
    return std::nullopt;
  }
  if (scan.at_end()) return FromCivil(c);
  if (!(scan.literal('T') && scan.clock(c))) return std::nullopt;
  if (scan.literal('.')) {
    int digit = 0, scale = 100, count = 0;
    for (; scan.number(1, digit); ++count, scale /= 10) c.millisecond += digit * scale;
    if (count == 0) return std::nullopt;
  }
  if (scan.zone()) return FromCivil(c);
  const bool east = scan.peek() == '+';
  int hours = 0, minutes = 0;
  if (!((east ? scan.literal('+') : scan.literal('-')) && scan.number(2, hours))) return std::nullopt;
  scan.literal(':');
  if (!(scan.number(2, minutes) && scan.at_end() && hours < 24 && minutes < 60)) return std::nullopt;
  const auto local = FromCivil(c);
  if (!local) return std::nullopt;
  const std::int64_t offset = (hours * 60 + minutes) * std::int64_t{60000};
  return east ? *local - offset : *local + offset;
}

}  // namespace keymill::aws
