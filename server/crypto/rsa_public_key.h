#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::crypto {

/// An RSA public key and the forms it is written in. Numbers are big-endian octets without leading zeros.
struct RsaPublicKey {
  std::string modulus;
  std::string exponent;

  std::size_t bits() const;  ///< of the modulus

  /// `ssh-rsa BASE64 comment`, as in a .pub file of OpenSSH (RFC 4253, section 6.6). nullopt for any other kind of key
  /// and for what is damaged.
  static std::optional<RsaPublicKey> FromSsh(std::string_view line);
  /// `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`, the first in the text.
  static std::optional<RsaPublicKey> FromPem(std::string_view pem);

  std::string ssh_blob() const;  ///< the octets that `ssh-rsa` is followed by in base64
  std::string ssh() const;       ///< `ssh-rsa BASE64`
  std::string pem() const;       ///< `BEGIN PUBLIC KEY`
};

}  // namespace keymill::crypto
