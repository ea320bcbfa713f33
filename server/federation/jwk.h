#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/crypto/signature_key.h"

namespace keymill::federation {

/// One key of a set that tokens can be verified with.
struct Jwk {
  std::string id;         ///< `kid`; empty if absent
  std::string algorithm;  ///< `alg`, the only one that it is for; empty if absent
  crypto::PublicKey key;
};

/// The keys of a JWK set (RFC 7517) that can verify signatures; others, which it may have too, are left out. nullopt if
/// the text is no JWK set.
std::optional<std::vector<Jwk>> ParseJwkSet(std::string_view text);

/// The public half of a key as one JWK, JSON text with its `kid`, `use` and, unless empty, `alg`.
std::string JwkText(const crypto::PublicNumbers& numbers, std::string_view id, std::string_view algorithm);
/// A JWK set (RFC 7517) of such texts.
std::string JwkSetText(const std::vector<std::string>& jwks);
/// The key's thumbprint (RFC 7638, SHA-256): always the same `kid` for the same key.
std::string Thumbprint(const crypto::PublicNumbers& numbers);

std::string Base64UrlEncode(std::string_view octets);  ///< RFC 4648 without padding
/// RFC 4648 without padding, strictly: no other characters, no stray bits.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace keymill::federation
