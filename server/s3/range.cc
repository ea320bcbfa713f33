#include "server/s3/range.h"

#include <algorithm>
#include <charconv>

namespace keymill::s3 {
namespace {

/// A decimal number and nothing else. One that does not fit counts as the greatest.
std::optional<std::uint64_t> Number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault == std::errc::result_out_of_range) return UINT64_MAX;
  return value;
}

constexpr std::string_view kUnit = "bytes=";

}  // namespace

RangeRequest ParseRange(std::string_view header, std::uint64_t size) {
  using Kind = RangeRequest::Kind;
  constexpr RangeRequest kWhole{};
  constexpr RangeRequest kUnsatisfiable{Kind::kUnsatisfiable, {}};
  if (!header.starts_with(kUnit)) return kWhole;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return kWhole;
  const std::string_view before = header.substr(0, dash), after = header.substr(dash + 1);
  const auto first = Number(before), last = Number(after);
  if (before.empty()) {
    if (!last) return kWhole;
    if (*last == 0 || size == 0) return kUnsatisfiable;
    const std::uint64_t length = std::min(*last, size);
    return {Kind::kPart, {size - length, length}};
  }
  if (!first || (!after.empty() && !last) || (last && *last < *first)) return kWhole;
  if (*first >= size) return kUnsatisfiable;
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {Kind::kPart, {*first, end - *first + 1}};
}

std::optional<ClosedRange> ParseClosedRange(std::string_view header) {
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = Number(header.substr(0, dash)), last = Number(header.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return ClosedRange{*first, *last};
}

}  // namespace keymill::s3
