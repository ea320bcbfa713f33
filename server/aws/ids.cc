#include "server/aws/ids.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include <sys/random.h>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::aws {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kAlphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
// The account sits in bits 7 to 46 of an id's first 48 bits (aws-facts B1); AWS sets the bit above it in all ids that
// carry one.
constexpr std::uint64_t kAccountMask = 0x7fffffffff80;
constexpr std::uint64_t kCarriesAccount = 0x800000000000;
constexpr unsigned kAccountShift = 7;
constexpr std::uint64_t kAccountLimit = 1'000'000'000'000;
constexpr std::size_t kKeyIdSize = 20;
constexpr std::size_t kPrefixSize = 4;

/// The kernel's generator behind a buffer, since ids are small and a system call is not. Each byte is handed out once
/// and wiped: a secret must not stay behind.
class RandomSource {
 public:
  void fill(std::span<unsigned char> out) {
    while (!out.empty()) {
      if (used_ == buffer_.size()) refill();
      std::size_t count = std::min(out.size(), buffer_.size() - used_);
      std::memcpy(out.data(), buffer_.data() + used_, count);
      sigv4::cleanse(buffer_.data() + used_, count);
      used_ += count;
      out = out.subspan(count);
    }
  }

 private:
  void refill() {
    for (std::size_t have = 0; have < buffer_.size();) {
      ssize_t got = getrandom(buffer_.data() + have, buffer_.size() - have, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
      have += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<unsigned char, 1024> buffer_;
  std::size_t used_ = buffer_.size();
};

void Fill(std::span<unsigned char> out) {
  thread_local RandomSource source;
  source.fill(out);
}

/// Ids of requests are made for every request and are no secrets: a generator that is only fast (SplitMix64), started
/// at a random point in each thread.
std::uint64_t NextRequestNumber() {
  thread_local std::uint64_t state = [] {
    std::array<unsigned char, 8> seed;
    Fill(seed);
    std::uint64_t value;
    std::memcpy(&value, seed.data(), sizeof value);
    return value;
  }();
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// Characters drawn evenly from `alphabet`: bytes beyond its last whole multiple are thrown away.
std::string RandomText(std::size_t count, std::string_view alphabet) {
  const std::size_t limit = 256 / alphabet.size() * alphabet.size();
  std::string text;
  text.reserve(count);
  std::array<unsigned char, 32> bytes;
  while (text.size() < count) {
    Fill(bytes);
    for (unsigned char byte : bytes) {
      if (byte < limit && text.size() < count) text += alphabet[byte % alphabet.size()];
    }
  }
  return text;
}

std::uint64_t NumberOfAccount(std::string_view account) {
  std::uint64_t number = 0;
  for (char c : account) {
    if (c >= '0' && c <= '9') number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number % kAccountLimit;
}

}  // namespace

std::string RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  Fill({reinterpret_cast<unsigned char*>(bytes.data()), count});
  return bytes;
}

std::string NewAccessKeyId(std::string_view prefix, std::string_view account) {
  std::array<unsigned char, 10> bytes;
  Fill(bytes);
  std::uint64_t head = (bytes[5] & 0x7fu) | NumberOfAccount(account) << kAccountShift | kCarriesAccount;
  for (std::size_t i = 0; i < 6; ++i) bytes[5 - i] = static_cast<unsigned char>(head >> (8 * i));

  std::string id(prefix);
  id.reserve(kKeyIdSize);
  unsigned bits = 0;
  unsigned pending = 0;
  for (unsigned char byte : bytes) {
    pending = (pending << 8 | byte) & 0xfffu;
    for (bits += 8; bits >= 5; bits -= 5) id += kBase32[(pending >> (bits - 5)) & 31u];
  }
  return id;
}

std::optional<std::string> AccountOfKeyId(std::string_view id) {
  if (id.size() != kKeyIdSize) return std::nullopt;
  std::uint64_t head = 0;  // ten characters are 50 bits
  for (std::size_t i = kPrefixSize; i < kKeyIdSize; ++i) {
    std::size_t digit = kBase32.find(id[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i < kPrefixSize + 10) head = head << 5 | digit;
  }
  std::uint64_t number = ((head >> 2) & kAccountMask) >> kAccountShift;
  if (number >= kAccountLimit) return std::nullopt;
  std::string digits = std::to_string(number);
  return std::string(12 - digits.size(), '0') + digits;
}

bool IsAccountId(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string NewAccountId() {
  return RandomText(1, "123456789") + RandomText(11, "0123456789");
}

std::string NewUniqueId(std::string_view prefix) {
  return std::string(prefix) + RandomText(17, kBase32);
}

std::string NewSecret() {
  std::string bytes = RandomBytes(30);
  std::string secret = sigv4::base64_encode(bytes);
  sigv4::cleanse(bytes.data(), bytes.size());
  return secret;
}

std::string NewRequestId() {
  std::string id(16, '0');
  std::uint64_t number = NextRequestNumber();
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 8) number = NextRequestNumber();
    id[i] = kAlphanumeric[number % kAlphanumeric.size()];
    number /= kAlphanumeric.size();
  }
  return id;
}

std::string NewHostId() {
  thread_local const std::string host = sigv4::base64_encode(RandomBytes(48));
  std::string id = host;
  std::uint64_t number = NextRequestNumber();
  for (std::size_t i = 0; i < 10; ++i, number >>= 6) id[i] = kBase64[number & 63];
  return id;
}

std::string NewUuid() {
  std::array<unsigned char, 16> bytes;
  Fill(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fu) | 0x40u);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fu) | 0x80u);
  std::string digits = sigv4::hex(bytes);
  for (std::size_t hyphen : {8u, 13u, 18u, 23u}) digits.insert(hyphen, 1, '-');
  return digits;
}

std::string CanonicalUserId(std::string_view account) {
  return sigv4::hex(sigv4::sha256("canonical-user:" + std::string(account)));
}

}  // namespace keymill::aws
