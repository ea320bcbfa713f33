#include "server/crypto/x509.h"

#include <ctime>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

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

X509Handle FromDer(const Certificate& certificate) {
  const auto* in = reinterpret_cast<const unsigned char*>(certificate.der.data());
  return X509Handle(d2i_X509(nullptr, &in, static_cast<long>(certificate.der.size())));
}

/// The issuer is the one that the certificate names, may sign certificates, and has signed this one.
bool Vouches(X509* issuer, X509* certificate) {
  if (issuer == nullptr || certificate == nullptr) return false;
  const bool vouches =
      X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return vouches;
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

std::optional<int> BrokenLink(const Certificate& certificate, const std::vector<Certificate>& chain) {
  X509Handle signed_one = FromDer(certificate);
  int index = -1;
  for (const Certificate& link : chain) {
    X509Handle issuer = FromDer(link);
    if (!Vouches(issuer.get(), signed_one.get())) return index;
    signed_one = std::move(issuer);
    ++index;
  }
  return std::nullopt;
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
