#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::crypto {

/// What is asked of an X.509 certificate.
struct Certificate {
  std::string der;
  std::string public_key;       ///< SubjectPublicKeyInfo, DER
  std::int64_t not_before = 0;  ///< milliseconds since 1970
  std::int64_t not_after = 0;
};

/// Every `BEGIN CERTIFICATE` of the text, in its order. Text between them is left alone, as OpenSSL does; nullopt if
/// one of them is damaged or there is none.
std::optional<std::vector<Certificate>> ReadCertificates(std::string_view pem);

/// Where a chain of certificates breaks: the index in `chain` of the first one that the next does not vouch for, -1 if
/// the first does not vouch for `certificate`; nullopt if none breaks. Whether anybody trusts the last is not asked.
std::optional<int> BrokenLink(const Certificate& certificate, const std::vector<Certificate>& chain);

/// The public half of an unencrypted private key in PEM, as Certificate::public_key shows it; nullopt if the text is
/// not such a key.
std::optional<std::string> PublicKeyOfPrivate(std::string_view pem);

/// True for such a key of RSA.
bool IsRsaPrivateKey(std::string_view pem);

}  // namespace keymill::crypto
