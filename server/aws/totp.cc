#include "server/aws/totp.h"

#include <array>

#include "sigv4/digest.h"

namespace keymill::aws {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

}  // namespace

std::string TotpCode(std::string_view secret, std::int64_t counter, unsigned digits) {
  std::array<char, 8> message;
  for (std::size_t i = 0; i < message.size(); ++i) {
    message[message.size() - 1 - i] = static_cast<char>(static_cast<std::uint64_t>(counter) >> (8 * i));
  }
  const auto digest = sigv4::HmacSha1Key(secret).sign({message.data(), message.size()});
  // Dynamic truncation (RFC 4226, 5.3): the last half-octet says where the 31 bits are taken.
  const std::size_t at = digest[digest.size() - 1] & 0xfu;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | digest[at + i];
  number &= 0x7fffffffu;
  std::string code(digits, '0');
  for (std::size_t i = digits; i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
  return code;
}

std::optional<std::int64_t> FindTotp(std::string_view secret, std::string_view code, std::int64_t first,
                                     std::int64_t last) {
  for (std::int64_t counter = last; counter >= first; --counter) {
    if (sigv4::equal_constant_time(TotpCode(secret, counter), code)) return counter;
  }
  return std::nullopt;
}

std::string Base32Encode(std::string_view bytes) {
  std::string text;
  unsigned bits = 0;
  unsigned pending = 0;
  for (char c : bytes) {
    pending = (pending << 8 | static_cast<unsigned char>(c)) & 0xfffu;
    for (bits += 8; bits >= 5; bits -= 5) text += kDigits[(pending >> (bits - 5)) & 31u];
  }
  if (bits > 0) text += kDigits[(pending << (5 - bits)) & 31u];
  return text;
}

std::optional<std::string> Base32Decode(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('=') + 1);
  std::string bytes;
  unsigned bits = 0;
  unsigned pending = 0;
  for (char c : text) {
    const auto digit = kDigits.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    if (digit == std::string_view::npos) return std::nullopt;
    pending = (pending << 5 | static_cast<unsigned>(digit)) & 0xfffu;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(pending >> bits & 0xffu);
  }
  const bool whole = bits < 5 && (pending & ((1u << bits) - 1)) == 0;  // what is left over says nothing
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace keymill::aws
