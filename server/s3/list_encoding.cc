#include "server/s3/list_encoding.h"

#include <algorithm>
#include <charconv>

#include "server/s3/crc.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool StaysAsItIs(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '/' || c == '*';
}

std::string Seal(std::string_view place) {
  const std::uint32_t crc = Crc32c(0, std::as_bytes(std::span(place)));
  std::string seal(4, '\0');
  for (unsigned i = 0; i < 4; ++i) seal[i] = static_cast<char>(crc >> (8 * i) & 0xFF);
  return seal;
}

}  // namespace

std::string EncodeListed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (StaysAsItIs(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHexDigits[octet >> 4];
      out += kHexDigits[octet & 0xF];
    }
  }
  return out;
}

Result<bool> WantsUrlEncoding(const pipeline::Params& params) {
  const auto type = params.find("encoding-type");
  if (!type) return false;
  if (*type == "url") return true;
  return InvalidArgumentNamed("Invalid Encoding Method specified in Request", "encoding-type", *type);
}

Result<std::size_t> ReadLimit(const pipeline::Params& params, std::string_view name, std::size_t cap) {
  const auto text = params.find(name);
  if (!text || text->empty()) return cap;
  std::int32_t value = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (fault != std::errc{} || end != text->data() + text->size()) {
    return InvalidArgumentNamed("Provided " + std::string(name) + " not an integer or within integer range", name,
                                *text);
  }
  if (value < 0) {
    return InvalidArgumentNamed("Argument " + std::string(name) + " must be an integer between 0 and 2147483647", name,
                                *text);
  }
  return std::min(static_cast<std::size_t>(value), cap);
}

std::string MakeToken(std::string_view place) {
  return sigv4::base64_encode(Seal(place).append(place));
}

std::optional<std::string> ReadToken(std::string_view token) {
  auto raw = sigv4::base64_decode(token);
  if (!raw || raw->size() < 4) return std::nullopt;
  std::string place = raw->substr(4);
  if (raw->compare(0, 4, Seal(place)) != 0) return std::nullopt;
  return place;
}

}  // namespace keymill::s3
