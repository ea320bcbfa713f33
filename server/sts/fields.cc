#include "server/sts/fields.h"

#include <algorithm>

namespace keymill::sts {
namespace {

constexpr bool IsWordCharacter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c == U'_';
}

bool AllWordOr(std::u32string_view text, std::u32string_view others) {
  return std::all_of(text.begin(), text.end(), [others](char32_t c) {
    return IsWordCharacter(c) || others.find(c) != std::u32string_view::npos;
  });
}

}  // namespace

bool IsKeyId(std::u32string_view text) {
  return AllWordOr(text, {});
}

// The pattern's \u10000-\u10FFFF is \u1000, the range from '0' to \u10FF, and two letters F.
bool IsArnText(std::u32string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char32_t c) {
    return c == U'\t' || c == U'\n' || c == U'\r' || (c >= U' ' && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD);
  });
}

bool IsSessionName(std::u32string_view text) {
  return AllWordOr(text, U"+=,.@-");
}

bool IsExternalId(std::u32string_view text) {
  return AllWordOr(text, U"+=,.@:/-");
}

bool IsSerialNumber(std::u32string_view text) {
  return AllWordOr(text, U"+=/:,.@-");
}

bool IsTokenCode(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

}  // namespace keymill::sts
