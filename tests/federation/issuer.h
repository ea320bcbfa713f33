#pragma once

// An issuer of tokens for tests: makes keys, publishes their public halves and signs.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "sigv4/encoding.h"

namespace keymill::test {

inline std::string Base64Url(std::string_view octets) {
  std::string text = sigv4::base64_encode(octets);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

using CertificatePointer = std::unique_ptr<X509, decltype(&X509_free)>;
/// A certificate for `localhost` that nobody but its own key vouches for, good for an hour.
inline CertificatePointer SelfSigned(EVP_PKEY* key) {
  CertificatePointer certificate(X509_new(), &X509_free);
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key);
  const auto* name = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(x509));
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost"), &X509_EXTENSION_free);
  X509_add_ext(x509, names.get(), -1);
  X509_sign(x509, key, EVP_sha256());
  return certificate;
}

/// A key pair that signs with one algorithm of RFC 7518. Throws if OpenSSL does not do what is asked.
class TokenKey {
 public:
  /// `rsa_bits` counts for RS and PS.
  explicit TokenKey(std::string algorithm, std::string id = "k1", unsigned rsa_bits = 2048)
      : algorithm_(std::move(algorithm)), id_(std::move(id)), key_(make(rsa_bits), &EVP_PKEY_free) {
    if (!key_) throw std::runtime_error("no key");
  }
  const std::string& algorithm() const { return algorithm_; }
  const std::string& id() const { return id_; }

  /// The public half as a JWK; `more` are further members, beginning with a comma.
  std::string jwk(const std::string& more = {}) const {
    const std::string start = R"({"kid":")" + id_ + "\",";
    if (!is_ec()) {
      return start + R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             number(OSSL_PKEY_PARAM_RSA_E) + '"' + more + '}';
    }
    return start + R"("kty":"EC","crv":")" + curve() + R"(","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y) + '"' + more + '}';
  }
  std::string jwks(const std::string& more = {}) const { return R"({"keys":[)" + jwk(more) + "]}"; }

  /// `payload` is the claims' JSON.
  std::string token(const std::string& payload) const {
    return token(payload, R"({"alg":")" + algorithm_ + R"(","kid":")" + id_ + R"(","typ":"JWT"})");
  }
  std::string token(const std::string& payload, const std::string& header) const {
    const std::string text = Base64Url(header) + '.' + Base64Url(payload);
    return text + '.' + Base64Url(sign(text));
  }

  /// A certificate of the public half, DER.
  std::string certificate() const {
    const CertificatePointer certificate = SelfSigned(key_.get());
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    check(size > 0 ? 1 : 0);
    std::string octets(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return octets;
  }

  std::string sign(std::string_view text) const {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_PKEY_CTX* padding = nullptr;
    const std::string digest = "SHA" + algorithm_.substr(2);
    check(EVP_DigestSignInit_ex(context.get(), &padding, digest.c_str(), nullptr, nullptr, key_.get(), nullptr));
    if (algorithm_.starts_with("PS")) {
      check(EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING));
      check(EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST));
    }
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    check(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()));
    std::string signature(size, '\0');
    check(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, text.size()));
    signature.resize(size);
    return is_ec() ? from_der(signature) : signature;
  }

 private:
  static void check(int result) {
    if (result != 1) throw std::runtime_error("OpenSSL refuses");
  }
  bool is_ec() const { return algorithm_.starts_with("ES"); }
  std::string curve() const { return algorithm_ == "ES256" ? "P-256" : algorithm_ == "ES384" ? "P-384" : "P-521"; }
  std::size_t coordinate() const { return algorithm_ == "ES256" ? 32 : algorithm_ == "ES384" ? 48 : 66; }

  EVP_PKEY* make(unsigned rsa_bits) const {
    if (is_ec()) return EVP_EC_gen(curve().c_str());
    return EVP_RSA_gen(rsa_bits);
  }
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    check(EVP_PKEY_get_bn_param(key_.get(), name, &value));
    std::string octets(is_ec() ? coordinate() : static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(octets.size()));
    BN_free(value);
    return Base64Url(octets);
  }
  std::string from_der(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    std::string out(2 * coordinate(), '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    const auto size = static_cast<int>(coordinate());
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), to, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), to + size, size);
    return out;
  }

  std::string algorithm_, id_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

/// Writes such a certificate and its key, both in PEM.
inline void WriteSelfSigned(const std::string& certificate_file, const std::string& key_file) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const CertificatePointer certificate = SelfSigned(key.get());
  std::unique_ptr<BIO, decltype(&BIO_free_all)> certificate_out(BIO_new_file(certificate_file.c_str(), "w"),
                                                                &BIO_free_all);
  std::unique_ptr<BIO, decltype(&BIO_free_all)> key_out(BIO_new_file(key_file.c_str(), "w"), &BIO_free_all);
  if (PEM_write_bio_X509(certificate_out.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("no certificate");
  }
}

}  // namespace keymill::test
