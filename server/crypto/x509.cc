#include "server/crypto/x509.h"

#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "server/crypto/handles.h"

namespace keymill::crypto {
namespace {

/// Calls OpenSSL twice, for the size and for the octets.
template <class T>
std::string Der(int (*encode)(const T*, unsigned char**), const T* object) {
  const int size = encode(object, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  encode(object, &out);
  return der;
}

std::optional<std::int64_t> Milliseconds(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(time, &broken_down) != 1) return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&broken_down)) * 1000;
}

std::optional<Certificate> Describe(const X509* certificate) {
  const auto not_before = Milliseconds(X509_get0_notBefore(certificate));
  const auto not_after = Milliseconds(X509_get0_notAfter(certificate));
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!not_before || !not_after || key == nullptr) return std::nullopt;
  return Certificate{Der(&i2d_X509, certificate), Der(&i2d_PUBKEY, key), *not_before, *not_after};
}

/// Nobody is there to be asked for a pass phrase: an encrypted key cannot be read.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

/// nullptr for what is none, or is encrypted.
Key ReadPrivateKey(std::string_view pem) {
  const Bio in = ReadFrom(pem);
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, &NoPassphrase, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace

std::optional<std::vector<Certificate>> ReadCertificates(std::string_view pem) {
  const Bio in = ReadFrom(pem);
  std::vector<Certificate> certificates;
  bool damaged = false;
  while (const X509Handle read{PEM_read_bio_X509(in.get(), nullptr, &NoPassphrase, nullptr)}) {
    auto certificate = Describe(read.get());
    if (!certificate) damaged = true;
    if (certificate) certificates.push_back(*std::move(certificate));
  }
  // The end of the text is where no further BEGIN line is found; anything else is a certificate that cannot be read.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (damaged || !at_end || certificates.empty()) return std::nullopt;
  return certificates;
}

std::optional<std::string> PublicKeyOfPrivate(std::string_view pem) {
  const Key key = ReadPrivateKey(pem);
  if (!key) return std::nullopt;
  return Der(&i2d_PUBKEY, static_cast<const EVP_PKEY*>(key.get()));
}

bool IsRsaPrivateKey(std::string_view pem) {
  const Key key = ReadPrivateKey(pem);
  return key && EVP_PKEY_is_a(key.get(), "RSA") == 1;
}

}  // namespace keymill::crypto
