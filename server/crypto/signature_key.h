#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace keymill::crypto {

/// An algorithm of RFC 7518 that signs with one key and verifies with another.
struct SigningAlgorithm {
  enum class Kind : std::uint8_t { kRsaPkcs1, kRsaPss, kEcdsa };

  std::string_view name;  ///< "RS256"
  Kind kind;
  std::string_view digest;  ///< as OpenSSL calls it
  std::string_view curve;   ///< ECDSA: "P-256"
  std::size_t coordinate;   ///< ECDSA: octets of r and of s
};

/// nullptr for any other, `none` and HMAC among them: with those a public key could be taken for a secret.
const SigningAlgorithm* FindSigningAlgorithm(std::string_view name);

/// A public key as a JWK shows it (RFC 7518, section 6), in raw octets.
struct PublicNumbers {
  std::string curve;   ///< "P-256" …; empty = RSA
  std::string first;   ///< RSA: the modulus. EC: x, as long as the curve's field
  std::string second;  ///< RSA: the exponent. EC: y
};

/// The public half of a key, as OpenSSL has it. Movable.
class PublicKey {
 public:
  /// Numbers are big-endian octets. nullopt if they are no such key, or an RSA key of less than 2048 or more than 8192
  /// bits.
  static std::optional<PublicKey> Rsa(std::string_view modulus, std::string_view exponent);
  static std::optional<PublicKey> Ec(std::string_view curve, std::string_view x, std::string_view y);

  bool fits(const SigningAlgorithm& algorithm) const;
  /// `signature` as JWS has it: of ECDSA r and s, one after the other. False for anything malformed.
  bool verify(const SigningAlgorithm& algorithm, std::string_view text, std::string_view signature) const;

 private:
  struct Impl;
  struct Free {
    void operator()(Impl* impl) const;
  };
  PublicKey(Impl* impl, std::string curve) : impl_(impl), curve_(std::move(curve)) {}
  std::unique_ptr<Impl, Free> impl_;
  std::string curve_;  // empty = RSA
};

/// A key pair that signs. Movable.
class PrivateKey {
 public:
  /// A new pair for an algorithm: RSA of 2048 bits, or a point on its curve. RSA takes a tenth of a second and more:
  /// not for I/O threads.
  static PrivateKey Generate(const SigningAlgorithm& algorithm);
  /// An unencrypted private key, PKCS #8 or the older forms; nullopt if the text is none, or one that no
  /// SigningAlgorithm signs with.
  static std::optional<PrivateKey> FromPem(std::string_view pem);

  std::string pem() const;  ///< PKCS #8, unencrypted: a secret
  PublicNumbers numbers() const;
  bool fits(const SigningAlgorithm& algorithm) const;
  /// The signature as JWS has it. The algorithm must fit.
  std::string sign(const SigningAlgorithm& algorithm, std::string_view text) const;

 private:
  struct Impl;
  struct Free {
    void operator()(Impl* impl) const;
  };
  PrivateKey(Impl* impl, std::string curve) : impl_(impl), curve_(std::move(curve)) {}
  std::unique_ptr<Impl, Free> impl_;
  std::string curve_;  // empty = RSA
};

}  // namespace keymill::crypto
