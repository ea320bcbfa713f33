#include "server/sts/fields.h"

#include <algorithm>

namespace keymill::sts {
namespace {

constexpr bool IsWordCharacter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c == U'_';
}

}  // namespace

bool IsKeyId(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), IsWordCharacter);
}

}  // namespace keymill::sts
