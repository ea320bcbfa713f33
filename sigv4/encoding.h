#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace keymill::sigv4 {

/// Whether '/' is data (query names and values) or a separator (paths).
enum class Slash { Encode, Keep };

/// AWS's UriEncode: every octet outside `A-Za-z0-9-._~` becomes `%XX` with upper-case hex digits.
std::string uri_encode(std::string_view bytes, Slash slash = Slash::Encode);

/// The same into `out`, which has room for three times the input. Returns the end of what it wrote.
char* write_uri_encoded(char* out, std::string_view bytes, Slash slash);

/// Decodes percent escapes once and encodes the octets again in AWS's form, so that `%c3`, a raw `:` and `%3A` all come
/// out as the SDKs sign them. With `plus_is_space`, a bare '+' is read as a space, as S3 reads its query strings.
/// `out` has room for three times the input. Returns the end, or nullptr when an escape is not `%` and two hex digits.
char* write_uri_recoded(char* out, std::string_view encoded, Slash slash, bool plus_is_space);

/// Strict: nullopt when a '%' is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space = false);

/// The same into `out`, which has room for the input's length. Returns the end, or nullptr.
char* write_percent_decoded(char* out, std::string_view encoded, bool plus_is_space);

/// Two lower-case digits per octet. `out` has room for twice the input.
char* write_hex(char* out, std::span<const std::uint8_t> bytes);
std::string hex(std::span<const std::uint8_t> bytes);

/// Decodes exactly `out.size()` octets of lower-case hex, the only case in which AWS writes and accepts signatures.
bool read_lower_hex(std::string_view text, std::span<std::uint8_t> out);

/// Either case; nullopt when the length is odd or a character is not a hex digit.
std::optional<std::string> hex_decode(std::string_view text);

/// True when every character is a hex digit of either case.
bool is_hex(std::string_view text);

std::string base64_encode(std::string_view bytes);

/// Strict RFC 4648: padding required, no white space, no stray bits in the last character.
std::optional<std::string> base64_decode(std::string_view text);

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Lower-cases the ASCII letters among eight characters at once.
constexpr std::uint64_t to_lower(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t low_bits = eight & (kEach * 0x7f);
  const std::uint64_t from_a = low_bits + kEach * (0x80 - 'A');
  const std::uint64_t after_z = low_bits + kEach * (0x7f - 'Z');
  const std::uint64_t letters = (from_a ^ after_z) & ~eight & (kEach * 0x80);
  return eight | letters >> 2;
}

/// Eight characters as a number, in the machine's byte order.
inline std::uint64_t load_eight(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  return word;
}

/// ASCII case-insensitive comparison for header and form field names. Inline: verification makes dozens of them.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      if (to_lower(load_eight(a.data() + i)) != to_lower(load_eight(b.data() + i))) return false;
    }
    return to_lower(load_eight(a.data() + size - 8)) == to_lower(load_eight(b.data() + size - 8));
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string lower(std::string_view text);

/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text);

}  // namespace keymill::sigv4
