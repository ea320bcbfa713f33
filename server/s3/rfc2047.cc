#include "server/s3/rfc2047.h"

#include <algorithm>
#include <optional>

#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

std::optional<std::string> DecodeQ(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] == '=') {
      const auto octet = sigv4::hex_decode(text.substr(i + 1, 2));
      if (!octet || octet->size() != 1) return std::nullopt;
      out += *octet;
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Decodes the encoded word at the start of `text` and says how long it was; nullopt if there is none.
std::optional<std::string> DecodeWord(std::string_view text, std::size_t& length) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?') {
    return std::nullopt;
  }
  const std::string_view charset = text.substr(2, charset_end - 2);
  const char form = sigv4::to_lower(text[charset_end + 1]);
  const auto start = charset_end + 3;
  const auto end = text.find("?=", start);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view encoded = text.substr(start, end - start);
  if (encoded.find(' ') != std::string_view::npos) return std::nullopt;
  std::optional<std::string> octets;
  if (form == 'b')
    octets = sigv4::base64_decode(encoded);
  else if (form == 'q')
    octets = DecodeQ(encoded);
  if (!octets) return std::nullopt;
  length = end + 2;
  if (sigv4::equals_ignoring_case(charset, "utf-8") || sigv4::equals_ignoring_case(charset, "us-ascii")) return octets;
  if (sigv4::equals_ignoring_case(charset, "iso-8859-1")) return Latin1ToUtf8(*octets);
  return std::nullopt;
}

}  // namespace

std::string Latin1ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x80) {
      out += static_cast<char>(0xC0 | octet >> 6);
      out += static_cast<char>(0x80 | (octet & 0x3F));
    } else {
      out += c;
    }
  }
  return out;
}

std::string DecodeHeaderText(std::string_view value) {
  std::string out;
  std::size_t plain = 0;  // start of the text not yet copied
  bool after_word = false;
  for (std::size_t i = 0; (i = value.find("=?", i)) != std::string_view::npos;) {
    std::size_t length = 0;
    const auto word = DecodeWord(value.substr(i), length);
    if (!word) {
      i += 2;
      continue;
    }
    const std::string_view between = value.substr(plain, i - plain);
    const bool only_space = between.find_first_not_of(" \t") == std::string_view::npos;
    if (!(after_word && only_space)) out += Latin1ToUtf8(between);
    out += *word;
    after_word = true;
    plain = i += length;
  }
  return out += Latin1ToUtf8(value.substr(plain));
}

std::string EncodeHeaderText(std::string_view utf8) {
  const auto ascii = std::count_if(utf8.begin(), utf8.end(), IsAscii);
  const auto others = static_cast<std::ptrdiff_t>(utf8.size()) - ascii;
  if (others == 0) return std::string(utf8);
  if (ascii <= others) return "=?UTF-8?B?" + sigv4::base64_encode(utf8) + "?=";
  std::string out = "=?UTF-8?Q?";
  for (const char c : utf8) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '_';
    } else if (octet > 0x20 && octet < 0x7F && c != '=' && c != '?' && c != '_') {
      out += c;
    } else {
      out += '=';
      out += kHexDigits[octet >> 4];
      out += kHexDigits[octet & 0xF];
    }
  }
  return out += "?=";
}

}  // namespace keymill::s3
