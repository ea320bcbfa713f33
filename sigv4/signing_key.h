#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "sigv4/authorization.h"
#include "sigv4/digest.h"

namespace keymill::sigv4 {

/// What verification needs of a secret access key, computed once when the key is made or loaded. The secret itself is
/// not kept. Immutable, so one object serves every thread.
class KeyMaterial {
 public:
  /// `version` names one incarnation of one credential and is never used again: it is what the caches know keys by, so
  /// a key that was rotated, or deleted and made again under the same id, cannot be served from them.
  KeyMaterial(std::string_view secret_access_key, std::uint64_t version)
      : version_(version),
        aws4_(secret_access_key, "AWS4"),
        aws4a_(secret_access_key, "AWS4A"),
        sha1_(secret_access_key) {}

  std::uint64_t version() const { return version_; }
  const HmacSha256Key& aws4() const { return aws4_; }
  const HmacSha256Key& aws4a() const { return aws4a_; }
  const HmacSha1Key& sha1() const { return sha1_; }

 private:
  std::uint64_t version_;
  HmacSha256Key aws4_, aws4a_;
  HmacSha1Key sha1_;
};

/// HMAC chain `"AWS4" + secret` -> date -> region -> service -> `aws4_request`.
HmacSha256Key derive_signing_key(const HmacSha256Key& aws4, std::string_view date, std::string_view region,
                                 std::string_view service);

/// The SigV4A private key of a credential: the first counter whose HMAC output is in range, plus one. Depends on the
/// access key id too. nullopt cannot happen but for a broken hash (probability 2^-8000).
std::optional<P256Scalar> derive_p256_private_key(const HmacSha256Key& aws4a, std::string_view access_key_id);

/// Signing keys that were derived lately. Fixed size; not safe from two threads, so each thread has its own.
class SigningKeyCache {
 public:
  SigningKeyCache();
  ~SigningKeyCache();
  SigningKeyCache(const SigningKeyCache&) = delete;
  SigningKeyCache& operator=(const SigningKeyCache&) = delete;

  /// The key for `scope`; the reference lasts until the next call.
  const HmacSha256Key& get(const KeyMaterial& key, const CredentialScope& scope);

  /// The SigV4A public key, nullptr when none can be derived. Lasts until the next call.
  const P256PublicKey* get_public(const KeyMaterial& key, std::string_view access_key_id);

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Entry;
  struct PublicEntry;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSets = 64;
  static constexpr std::size_t kPublicKeys = 32;

  std::unique_ptr<Entry[]> entries_;
  std::unique_ptr<PublicEntry[]> public_;
  HmacSha256Key uncached_;  ///< for scopes too long to be anybody's
  std::size_t turn_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace keymill::sigv4
