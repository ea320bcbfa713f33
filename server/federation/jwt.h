#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/crypto/signature_key.h"

/// JSON Web Tokens (RFC 7519) as OpenID Connect issuers sign them.
namespace keymill::federation {

/// What a token claims; nothing of it is true before its signature has been verified. Times are seconds since the
/// epoch.
struct Claims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;  ///< `aud`, a text or a list
  std::string authorized_party;        ///< `azp`; empty if absent
  std::optional<std::int64_t> expires, not_before, issued;
  std::vector<std::string> methods;  ///< `amr`, how the user was authenticated
  /// The `https://aws.amazon.com/tags` claim: session tags, and the keys of those that last.
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> transitive_tags;
  std::string source_identity;  ///< the `https://aws.amazon.com/source_identity` claim
};

/// A token in compact form, taken apart. Views of the text, which must outlive it.
class Jwt {
 public:
  static constexpr std::size_t kMaxSize = 20000;  ///< octets: STS takes no longer ones

  /// nullopt unless the text is three parts in base64url, header and claims are JSON objects whose known members have
  /// the right types (of a member that is there twice the last counts), and the header demands no extension (`crit`).
  static std::optional<Jwt> Parse(std::string_view text);

  std::string_view algorithm() const { return algorithm_; }
  std::string_view key_id() const { return key_id_; }  ///< empty if absent
  const Claims& claims() const { return claims_; }

  enum class Signature : std::uint8_t {
    kValid,
    kUnsupported,  ///< no algorithm with public keys: `none` and HS256 among them
    kNoKey,        ///< the set has no key that this token can be meant for
    kInvalid,
  };
  /// Verifies against a JWK set (RFC 7517): RS, PS and ES with 256, 384 and 512 bits. Only the key that the token names
  /// is tried, or each of the right type if it names none; its own type, curve, `alg` and `use` must allow the
  /// algorithm, RSA keys must have 2048 to 8192 bits.
  Signature verify(std::string_view jwk_set) const;

 private:
  std::string_view signed_part_;  // header and claims as they came
  std::string signature_;
  std::string algorithm_;
  std::string key_id_;
  Claims claims_;
};

/// A token in compact form. `claims` is a JSON object, `key_id` the `kid` of its header; the algorithm must fit the
/// key.
std::string SignJwt(const crypto::PrivateKey& key, const crypto::SigningAlgorithm& algorithm, std::string_view key_id,
                    std::string_view claims);

inline constexpr std::size_t kMaxJwkSet = 256 << 10;
/// Why a text is not a JWK set of at most kMaxJwkSet octets with at least one key that tokens can be verified with;
/// nullopt if it is.
std::optional<std::string> CheckJwkSet(std::string_view text);

}  // namespace keymill::federation
