#include "server/iam/fields.h"

#include <algorithm>

namespace keymill::iam {
namespace {

constexpr bool Between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

constexpr bool IsAnyOf(char32_t c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

constexpr bool IsWordCharacter(char32_t c) {
  return Between(c, U'a', U'z') || Between(c, U'A', U'Z') || Between(c, U'0', U'9') || c == U'_';
}

/// The model asks for letters, separators and numbers of any script. This leaves out the blocks that hold none:
/// controls, punctuation, symbols, private use and emoji.
constexpr bool IsLetterSeparatorOrNumber(char32_t c) {
  if (c < 0x80) return IsWordCharacter(c) ? c != U'_' : c == U' ';
  if (c < 0x100) {
    return c == 0xa0 || c == 0xaa || c == 0xb2 || c == 0xb3 || c == 0xb5 || c == 0xb9 || c == 0xba ||
           Between(c, 0xbc, 0xbe) || (c >= 0xc0 && c != 0xd7 && c != 0xf7);
  }
  if (Between(c, 0x2000, 0x206f)) return c <= 0x200a || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f;
  return !Between(c, 0x20a0, 0x20ff) && !Between(c, 0x2190, 0x245f) && !Between(c, 0x2500, 0x2775) &&
         !Between(c, 0x2794, 0x2bff) && !Between(c, 0xe000, 0xf8ff) && !Between(c, 0xfff0, 0xffff) &&
         !Between(c, 0x1f000, 0x1faff) && c < 0xe0000;
}

template <class Predicate>
bool All(std::u32string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

}  // namespace

bool IsName(std::u32string_view text) {
  return !text.empty() && All(text, [](char32_t c) { return IsWordCharacter(c) || IsAnyOf(c, U"+=,.@-"); });
}

bool IsWord(std::u32string_view text) {
  return !text.empty() && All(text, IsWordCharacter);
}

bool IsPath(std::u32string_view text) {
  if (text == U"/") return true;
  return text.size() > 2 && text.front() == U'/' && text.back() == U'/' &&
         All(text, [](char32_t c) { return Between(c, 0x21, 0x7e); });
}

bool IsPolicyPath(std::u32string_view text) {
  return text.starts_with(U'/') && text.ends_with(U'/') && text.find(U"//") == std::u32string_view::npos &&
         All(text, [](char32_t c) { return IsWordCharacter(c) || IsAnyOf(c, U"/.,+@=-"); });
}

bool IsPathPrefix(std::u32string_view text) {
  return text.starts_with(U'/') && All(text, [](char32_t c) { return Between(c, 0x21, 0x7f); });
}

bool IsMarker(std::u32string_view text) {
  return !text.empty() && All(text, [](char32_t c) { return Between(c, 0x20, 0xff); });
}

bool IsDocumentText(std::u32string_view text) {
  return All(text, [](char32_t c) { return Between(c, 0x20, 0xff) || IsAnyOf(c, U"\t\n\r"); });
}

bool IsDescription(std::u32string_view text) {
  return IsDocumentText(text) && All(text, [](char32_t c) { return c < 0x7f || c > 0xa0; });
}

bool IsVersionId(std::u32string_view text) {
  if (text.size() < 2 || text[0] != U'v' || !Between(text[1], U'1', U'9')) return false;
  text.remove_prefix(2);
  while (!text.empty() && Between(text[0], U'0', U'9')) text.remove_prefix(1);
  if (text.empty()) return true;
  return text[0] == U'.' &&
         All(text.substr(1), [](char32_t c) { return IsAnyOf(c, U"-") || (IsWordCharacter(c) && c != U'_'); });
}

bool IsTagText(std::u32string_view text) {
  return All(text, [](char32_t c) { return IsLetterSeparatorOrNumber(c) || IsAnyOf(c, U"_.:/=+-@"); });
}

}  // namespace keymill::iam
