#include "server/crypto/rsa_public_key.h"

#include <bit>
#include <cstdint>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "server/crypto/handles.h"
#include "sigv4/encoding.h"

namespace keymill::crypto {
namespace {

constexpr std::string_view kSshName = "ssh-rsa";

using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DecoderContext = std::unique_ptr<OSSL_DECODER_CTX, Freer<OSSL_DECODER_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

std::string Stripped(std::string_view number) {
  number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
  return std::string(number);
}

/// One field of an SSH blob: a length of four octets, then so many octets.
std::optional<std::string_view> TakeField(std::string_view& blob) {
  if (blob.size() < 4) return std::nullopt;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(blob[i]);
  blob.remove_prefix(4);
  if (size > blob.size()) return std::nullopt;
  const std::string_view field = blob.substr(0, size);
  blob.remove_prefix(size);
  return field;
}

void AddField(std::string& blob, std::string_view field) {
  for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(field.size() >> shift & 0xff);
  blob += field;
}

/// An mpint: a number whose first bit is set is preceded by a zero, since it would be negative.
void AddNumber(std::string& blob, const std::string& number) {
  const bool padded = !number.empty() && (static_cast<unsigned char>(number[0]) & 0x80) != 0;
  AddField(blob, padded ? '\0' + number : number);
}

/// mpint, positive.
std::optional<std::string> PositiveNumber(std::optional<std::string_view> field) {
  if (!field || field->empty() || (static_cast<unsigned char>(field->front()) & 0x80) != 0) return std::nullopt;
  std::string number = Stripped(*field);
  return number.empty() ? std::nullopt : std::optional(std::move(number));
}

std::optional<std::string> NumberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return std::nullopt;
  const Number owner(number);
  std::string octets(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(octets.data()));
  return octets;
}

Number ToNumber(const std::string& octets) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()), nullptr));
}

Key ToKey(const RsaPublicKey& key) {
  const Number modulus = ToNumber(key.modulus);
  const Number exponent = ToNumber(key.exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    throw std::runtime_error("cannot make an RSA key of its numbers");
  }
  return Key(made);
}

}  // namespace

std::size_t RsaPublicKey::bits() const {
  if (modulus.empty()) return 0;
  return modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(modulus[0])));
}

std::optional<RsaPublicKey> RsaPublicKey::FromSsh(std::string_view line) {
  if (!line.starts_with(kSshName)) return std::nullopt;
  line.remove_prefix(kSshName.size());
  const auto begin = line.find_first_not_of(" \t");
  if (begin == 0 || begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  const auto octets = sigv4::base64_decode(line.substr(0, line.find_first_of(" \t\r\n")));
  if (!octets) return std::nullopt;
  std::string_view blob = *octets;
  const auto name = TakeField(blob);
  if (name != kSshName) return std::nullopt;
  auto exponent = PositiveNumber(TakeField(blob));
  auto modulus = exponent ? PositiveNumber(TakeField(blob)) : std::nullopt;
  if (!modulus || !blob.empty()) return std::nullopt;
  return RsaPublicKey{*std::move(modulus), *std::move(exponent)};
}

std::optional<RsaPublicKey> RsaPublicKey::FromPem(std::string_view pem) {
  EVP_PKEY* read = nullptr;
  const DecoderContext decoder(
      OSSL_DECODER_CTX_new_for_pkey(&read, "PEM", nullptr, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr, nullptr));
  const auto* octets = reinterpret_cast<const unsigned char*>(pem.data());
  std::size_t left = pem.size();
  const bool decoded = OSSL_DECODER_from_data(decoder.get(), &octets, &left) == 1;
  ERR_clear_error();
  const Key key(read);
  if (!decoded) return std::nullopt;
  auto modulus = NumberOf(key.get(), OSSL_PKEY_PARAM_RSA_N);
  auto exponent = NumberOf(key.get(), OSSL_PKEY_PARAM_RSA_E);
  if (!modulus || !exponent) return std::nullopt;
  return RsaPublicKey{*std::move(modulus), *std::move(exponent)};
}

std::string RsaPublicKey::ssh_blob() const {
  std::string blob;
  AddField(blob, kSshName);
  AddNumber(blob, exponent);
  AddNumber(blob, modulus);
  return blob;
}

std::string RsaPublicKey::ssh() const {
  return std::string(kSshName) + " " + sigv4::base64_encode(ssh_blob());
}

std::string RsaPublicKey::pem() const {
  const Key key = ToKey(*this);
  const Bio out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(out.get(), key.get()) != 1) throw std::runtime_error("cannot write an RSA key");
  return Written(out.get());
}

}  // namespace keymill::crypto
