#include "sigv4/signing_key.h"

#include <cstring>
#include <span>

#include "sigv4/text_buffer.h"

namespace keymill::sigv4 {
namespace {

std::string_view text_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

HmacSha256Key next_key(const HmacSha256Key& key, std::string_view message) {
  Sha256Digest digest = key.sign(message);
  HmacSha256Key next(text_of(digest));
  cleanse(digest.data(), digest.size());
  return next;
}

}  // namespace

struct SigningKeyCache::Entry {
  static constexpr std::size_t kDateSize = 8;
  static constexpr std::size_t kTextSize = 45;

  std::uint64_t version = 0;
  std::array<char, kDateSize> date{};
  bool used = false;
  std::uint8_t region_size = 0;
  std::uint8_t service_size = 0;
  std::array<char, kTextSize> text{};  ///< region, then service
  HmacSha256Key key;

  bool holds(const KeyMaterial& material, const CredentialScope& scope) const {
    return used && version == material.version() && std::memcmp(date.data(), scope.date.data(), date.size()) == 0 &&
           std::string_view(text.data(), region_size) == scope.region &&
           std::string_view(text.data() + region_size, service_size) == scope.service;
  }
};

struct SigningKeyCache::PublicEntry {
  std::uint64_t version = 0;
  std::optional<P256PublicKey> key;
};

SigningKeyCache::SigningKeyCache() : entries_(new Entry[kSets * kWays]), public_(new PublicEntry[kPublicKeys]) {}
SigningKeyCache::~SigningKeyCache() = default;

const HmacSha256Key& SigningKeyCache::get(const KeyMaterial& key, const CredentialScope& scope) {
  if (scope.date.size() != Entry::kDateSize || scope.region.size() + scope.service.size() > Entry::kTextSize) {
    ++misses_;
    uncached_ = derive_signing_key(key.aws4(), scope.date, scope.region, scope.service);
    return uncached_;
  }
  std::uint64_t date = 0;
  std::memcpy(&date, scope.date.data(), sizeof(date));
  const std::uint64_t mix = (key.version() * 31 + scope.region.size() * 7 + scope.service.size()) ^ date;
  const std::size_t set = static_cast<std::size_t>(mix * 0x9E3779B97F4A7C15u >> 58);
  static_assert(kSets == 64);
  const std::span<Entry> ways(&entries_[set * kWays], kWays);
  for (const Entry& entry : ways) {
    if (!entry.holds(key, scope)) continue;
    ++hits_;
    return entry.key;
  }
  ++misses_;
  Entry& entry = ways[turn_++ % kWays];
  entry.key = derive_signing_key(key.aws4(), scope.date, scope.region, scope.service);
  entry.version = key.version();
  std::memcpy(entry.date.data(), scope.date.data(), entry.date.size());
  entry.region_size = static_cast<std::uint8_t>(scope.region.size());
  entry.service_size = static_cast<std::uint8_t>(scope.service.size());
  put(put(entry.text.data(), scope.region), scope.service);
  entry.used = true;
  return entry.key;
}

const P256PublicKey* SigningKeyCache::get_public(const KeyMaterial& key, std::string_view access_key_id) {
  PublicEntry& entry = public_[key.version() % kPublicKeys];
  if (entry.key && entry.version == key.version()) {
    ++hits_;
    return &*entry.key;
  }
  ++misses_;
  entry.key.reset();
  if (auto scalar = derive_p256_private_key(key.aws4a(), access_key_id)) {
    entry.key = P256PublicKey::from_private(*scalar);
    cleanse(scalar->data(), scalar->size());
  }
  entry.version = key.version();
  return entry.key ? &*entry.key : nullptr;
}

HmacSha256Key derive_signing_key(const HmacSha256Key& aws4, std::string_view date, std::string_view region,
                                 std::string_view service) {
  return next_key(next_key(next_key(next_key(aws4, date), region), service), "aws4_request");
}

std::optional<P256Scalar> derive_p256_private_key(const HmacSha256Key& aws4a, std::string_view access_key_id) {
  // The group order minus two: a candidate above it is passed over (NIST SP 800-108 with SP 800-56A's range test).
  constexpr P256Scalar kOrderMinusTwo = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                         0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f};
  std::string input("\0\0\0\1", 4);
  input += "AWS4-ECDSA-P256-SHA256";
  input += '\0';
  input += access_key_id;
  const std::size_t counter_at = input.size();
  input += '\0';
  input += std::string_view("\0\0\1\0", 4);  // 256, the length in bits
  for (int counter = 1; counter < 255; ++counter) {
    input[counter_at] = static_cast<char>(counter);
    P256Scalar candidate = aws4a.sign(input);
    if (std::memcmp(candidate.data(), kOrderMinusTwo.data(), candidate.size()) > 0) continue;
    for (std::size_t i = candidate.size(); i-- > 0;) {
      if (++candidate[i] != 0) break;
    }
    return candidate;
  }
  return std::nullopt;
}

}  // namespace keymill::sigv4
