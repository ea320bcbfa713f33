#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";
constexpr char kLowerHex[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kBad = 0xff;

using Table = std::array<std::uint8_t, 256>;

constexpr std::size_t index(char c) {
  return static_cast<unsigned char>(c);
}

constexpr Table make_unreserved() {
  Table table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || c == '~';
  }
  return table;
}

constexpr Table make_hex_values(bool upper_too) {
  Table table{};
  for (auto& value : table) value = kBad;
  for (std::uint8_t digit = 0; digit < 16; ++digit) {
    table[index(kLowerHex[digit])] = digit;
    if (upper_too || digit < 10) table[index(kUpperHex[digit])] = digit;
  }
  return table;
}

constexpr Table make_base64_values() {
  Table table{};
  for (auto& value : table) value = kBad;
  for (std::uint8_t digit = 0; digit < 64; ++digit) table[index(kBase64[digit])] = digit;
  return table;
}

constexpr std::array<char, 512> make_hex_pairs() {
  std::array<char, 512> pairs{};
  for (std::size_t octet = 0; octet < 256; ++octet) {
    pairs[2 * octet] = kLowerHex[octet >> 4];
    pairs[2 * octet + 1] = kLowerHex[octet & 15];
  }
  return pairs;
}

constexpr Table kUnreserved = make_unreserved();
constexpr Table kHexValue = make_hex_values(true);
constexpr Table kLowerHexValue = make_hex_values(false);
constexpr Table kBase64Value = make_base64_values();
constexpr std::array<char, 512> kHexPairs = make_hex_pairs();

char* put_encoded(char* out, char c, Slash slash) {
  if (kUnreserved[index(c)] != 0 || (c == '/' && slash == Slash::Keep)) {
    *out++ = c;
    return out;
  }
  *out++ = '%';
  *out++ = kUpperHex[index(c) >> 4];
  *out++ = kUpperHex[index(c) & 15];
  return out;
}

/// Reads one character or escape at `i` and moves past it; false when the escape is broken.
bool take_decoded(std::string_view text, std::size_t& i, bool plus_is_space, char& c) {
  c = text[i++];
  if (c == '+' && plus_is_space) c = ' ';
  if (c != '%') return true;
  if (text.size() - i < 2) return false;
  const unsigned high = kHexValue[index(text[i])];
  const unsigned low = kHexValue[index(text[i + 1])];
  i += 2;
  c = static_cast<char>((high << 4 | low) & 0xff);
  return (high | low) != kBad;
}

}  // namespace

char* write_uri_encoded(char* out, std::string_view bytes, Slash slash) {
  for (const char c : bytes) out = put_encoded(out, c, slash);
  return out;
}

std::string uri_encode(std::string_view bytes, Slash slash) {
  std::string text(bytes.size() * 3, '\0');
  text.resize(static_cast<std::size_t>(write_uri_encoded(text.data(), bytes, slash) - text.data()));
  return text;
}

char* write_uri_recoded(char* out, std::string_view encoded, Slash slash, bool plus_is_space) {
  for (std::size_t i = 0; i < encoded.size();) {
    char c = encoded[i];
    if (kUnreserved[index(c)] != 0) {
      *out++ = c;
      ++i;
      continue;
    }
    if (!take_decoded(encoded, i, plus_is_space, c)) return nullptr;
    out = put_encoded(out, c, slash);
  }
  return out;
}

char* write_percent_decoded(char* out, std::string_view encoded, bool plus_is_space) {
  for (std::size_t i = 0; i < encoded.size();) {
    char c = 0;
    if (!take_decoded(encoded, i, plus_is_space, c)) return nullptr;
    *out++ = c;
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space) {
  std::string text(encoded.size(), '\0');
  const char* end = write_percent_decoded(text.data(), encoded, plus_is_space);
  if (end == nullptr) return std::nullopt;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

char* write_hex(char* out, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t octet : bytes) {
    std::memcpy(out, &kHexPairs[2u * octet], 2);
    out += 2;
  }
  return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text(bytes.size() * 2, '\0');
  write_hex(text.data(), bytes);
  return text;
}

bool read_lower_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  unsigned seen = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned high = kLowerHexValue[index(text[2 * i])];
    const unsigned low = kLowerHexValue[index(text[2 * i + 1])];
    seen |= high | low;
    out[i] = static_cast<std::uint8_t>((high << 4 | low) & 0xff);
  }
  return seen < 16;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0 || !is_hex(text)) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(kHexValue[index(text[2 * i])] << 4 | kHexValue[index(text[2 * i + 1])]);
  }
  return bytes;
}

bool is_hex(std::string_view text) {
  unsigned seen = 0;
  for (const char c : text) seen |= kHexValue[index(c)];
  return seen < 16;
}

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::size_t group =
        index(bytes[i]) << 16 | (left > 1 ? index(bytes[i + 1]) << 8 : 0) | (left > 2 ? index(bytes[i + 2]) : 0);
    text += kBase64[group >> 18];
    text += kBase64[group >> 12 & 63];
    text += left > 1 ? kBase64[group >> 6 & 63] : '=';
    text += left > 2 ? kBase64[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t pads = i + 4 == text.size() ? padding : 0;
    std::size_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t value = k >= 4 - pads ? std::uint8_t{0} : kBase64Value[index(text[i + k])];
      if (value == kBad) return std::nullopt;
      group = group << 6 | value;
    }
    if ((pads == 1 && (group & 0xff) != 0) || (pads == 2 && (group & 0xffff) != 0)) return std::nullopt;
    bytes += static_cast<char>(group >> 16);
    if (pads < 2) bytes += static_cast<char>(group >> 8 & 0xff);
    if (pads < 1) bytes += static_cast<char>(group & 0xff);
  }
  return bytes;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = to_lower(c);
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace keymill::sigv4
