#include "server/crypto/signature_key.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "server/crypto/handles.h"

namespace keymill::crypto {
namespace {

using Kind = SigningAlgorithm::Kind;

constexpr SigningAlgorithm kAlgorithms[] = {
    {"RS256", Kind::kRsaPkcs1, "SHA256", {}, 0},    {"RS384", Kind::kRsaPkcs1, "SHA384", {}, 0},
    {"RS512", Kind::kRsaPkcs1, "SHA512", {}, 0},    {"PS256", Kind::kRsaPss, "SHA256", {}, 0},
    {"PS384", Kind::kRsaPss, "SHA384", {}, 0},      {"PS512", Kind::kRsaPss, "SHA512", {}, 0},
    {"ES256", Kind::kEcdsa, "SHA256", "P-256", 32}, {"ES384", Kind::kEcdsa, "SHA384", "P-384", 48},
    {"ES512", Kind::kEcdsa, "SHA512", "P-521", 66},
};

constexpr int kMinRsaBits = 2048, kMaxRsaBits = 8192;
constexpr std::size_t kMaxExponent = 8;  // octets

using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number ToNumber(std::string_view octets) {
  return Number(BN_bin2bn(Octets(octets), static_cast<int>(octets.size()), nullptr));
}

/// nullptr if the parameters are no public key of this type, a point that is not on its curve for instance.
EVP_PKEY* MakeKey(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  ERR_clear_error();
  return key;
}

/// The ASN.1 form that OpenSSL wants of r and s; empty if their length is not the algorithm's.
std::string ToDer(const SigningAlgorithm& algorithm, std::string_view signature) {
  if (signature.size() != 2 * algorithm.coordinate) return {};
  EcdsaSignature parts(ECDSA_SIG_new());
  Number r = ToNumber(signature.substr(0, algorithm.coordinate));
  Number s = ToNumber(signature.substr(algorithm.coordinate));
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

/// r and s of the ASN.1 form, one after the other.
std::string FromDer(const SigningAlgorithm& algorithm, const std::string& der) {
  const unsigned char* at = Octets(der);
  const EcdsaSignature parts(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string joined(2 * algorithm.coordinate, '\0');
  auto* out = reinterpret_cast<unsigned char*>(joined.data());
  const int size = static_cast<int>(algorithm.coordinate);
  if (!parts || BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, size) != size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + size, size) != size) {
    throw std::runtime_error("an ECDSA signature has no r and s");
  }
  return joined;
}

/// `padding` is the context of a digest that has been set up with an RSA key.
bool SetPss(EVP_PKEY_CTX* padding) {
  return EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1;
}

const SigningAlgorithm* FindCurve(std::string_view curve) {
  const auto* found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                   [&](const auto& a) { return a.kind == Kind::kEcdsa && a.curve == curve; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

/// The name that JOSE has for a key's curve; empty for RSA, nullopt for keys that sign nothing here.
std::optional<std::string> CurveOf(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    return bits >= kMinRsaBits && bits <= kMaxRsaBits ? std::optional(std::string()) : std::nullopt;
  }
  char name[32] = {};
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, name, sizeof(name), &size) != 1) {
    return std::nullopt;
  }
  const char* nist = EC_curve_nid2nist(OBJ_txt2nid(name));
  if (nist == nullptr || FindCurve(nist) == nullptr) return std::nullopt;
  return nist;
}

/// A number of the key, filled up to `size` octets.
std::string NumberOf(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) throw std::runtime_error("a key lacks a number");
  const Number number(found);
  std::string octets(std::max(size, static_cast<std::size_t>(BN_num_bytes(number.get()))), '\0');
  BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  return octets;
}

}  // namespace

const SigningAlgorithm* FindSigningAlgorithm(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const auto& a) { return a.name == name; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

struct PublicKey::Impl {
  EVP_PKEY* key;
};

void PublicKey::Free::operator()(Impl* impl) const {
  EVP_PKEY_free(impl->key);
  delete impl;
}

std::optional<PublicKey> PublicKey::Rsa(std::string_view modulus, std::string_view exponent) {
  if (exponent.size() > kMaxExponent || modulus.size() > kMaxRsaBits / 8 + 1) return std::nullopt;
  const Number number = ToNumber(modulus);
  const Number power = ToNumber(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!number || !power || !builder) return std::nullopt;
  const int bits = BN_num_bits(number.get());
  if (bits < kMinRsaBits || bits > kMaxRsaBits || BN_is_odd(power.get()) == 0 || BN_is_one(power.get()) == 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, number.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, power.get()) != 1) {
    return std::nullopt;
  }
  EVP_PKEY* key = MakeKey("RSA", builder.get());
  if (key == nullptr) return std::nullopt;
  return PublicKey(new Impl{key}, {});
}

std::optional<PublicKey> PublicKey::Ec(std::string_view curve, std::string_view x, std::string_view y) {
  const SigningAlgorithm* algorithm = FindCurve(curve);
  if (algorithm == nullptr || x.size() != algorithm->coordinate || y.size() != algorithm->coordinate) {
    return std::nullopt;
  }
  std::string point = "\x04";  // uncompressed
  point.append(x).append(y);
  const std::string name(curve);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, name.c_str(), name.size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return std::nullopt;
  }
  EVP_PKEY* key = MakeKey("EC", builder.get());
  if (key == nullptr) return std::nullopt;
  return PublicKey(new Impl{key}, name);
}

bool PublicKey::fits(const SigningAlgorithm& algorithm) const {
  return algorithm.kind == Kind::kEcdsa ? algorithm.curve == curve_ : curve_.empty();
}

bool PublicKey::verify(const SigningAlgorithm& algorithm, std::string_view text, std::string_view signature) const {
  if (!fits(algorithm)) return false;
  const std::string der = algorithm.kind == Kind::kEcdsa ? ToDer(algorithm, signature) : std::string(signature);
  if (der.empty()) return false;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;  // the digest context's
  const std::string digest(algorithm.digest);
  bool ready = context && EVP_DigestVerifyInit_ex(context.get(), &padding, digest.c_str(), nullptr, nullptr, impl_->key,
                                                  nullptr) == 1;
  if (ready && algorithm.kind == Kind::kRsaPss) ready = SetPss(padding);
  const bool valid = ready && EVP_DigestVerify(context.get(), Octets(der), der.size(), Octets(text), text.size()) == 1;
  ERR_clear_error();
  return valid;
}

struct PrivateKey::Impl {
  EVP_PKEY* key;
};

void PrivateKey::Free::operator()(Impl* impl) const {
  EVP_PKEY_free(impl->key);
  delete impl;
}

PrivateKey PrivateKey::Generate(const SigningAlgorithm& algorithm) {
  const std::string curve(algorithm.curve);
  EVP_PKEY* key = curve.empty() ? EVP_RSA_gen(kMinRsaBits) : EVP_EC_gen(curve.c_str());
  if (key == nullptr) throw std::runtime_error("OpenSSL makes no key");
  return PrivateKey(new Impl{key}, curve);
}

std::optional<PrivateKey> PrivateKey::FromPem(std::string_view pem) {
  const Bio in = ReadFrom(pem);
  // Without a callback OpenSSL would ask the terminal for the passphrase of an encrypted key.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  auto curve = key ? CurveOf(key.get()) : std::nullopt;
  if (!curve) return std::nullopt;
  return PrivateKey(new Impl{key.release()}, *std::move(curve));
}

std::string PrivateKey::pem() const {
  const Bio out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), impl_->key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("OpenSSL writes no key");
  }
  return Written(out.get());
}

PublicNumbers PrivateKey::numbers() const {
  if (curve_.empty()) {
    return {{}, NumberOf(impl_->key, OSSL_PKEY_PARAM_RSA_N, 0), NumberOf(impl_->key, OSSL_PKEY_PARAM_RSA_E, 0)};
  }
  const std::size_t size = FindCurve(curve_)->coordinate;
  return {curve_, NumberOf(impl_->key, OSSL_PKEY_PARAM_EC_PUB_X, size),
          NumberOf(impl_->key, OSSL_PKEY_PARAM_EC_PUB_Y, size)};
}

bool PrivateKey::fits(const SigningAlgorithm& algorithm) const {
  return algorithm.curve == curve_;
}

std::string PrivateKey::sign(const SigningAlgorithm& algorithm, std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;  // the digest context's
  const std::string digest(algorithm.digest);
  bool ready =
      fits(algorithm) && context &&
      EVP_DigestSignInit_ex(context.get(), &padding, digest.c_str(), nullptr, nullptr, impl_->key, nullptr) == 1;
  if (ready && algorithm.kind == Kind::kRsaPss) ready = SetPss(padding);
  std::size_t size = 0;
  ready = ready && EVP_DigestSign(context.get(), nullptr, &size, Octets(text), text.size()) == 1;
  std::string signature(size, '\0');
  ready = ready && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                  Octets(text), text.size()) == 1;
  ERR_clear_error();
  if (!ready) throw std::runtime_error("a key does not sign");
  signature.resize(size);
  return algorithm.kind == Kind::kEcdsa ? FromDer(algorithm, signature) : signature;
}

}  // namespace keymill::crypto
