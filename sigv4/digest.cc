// The low-level hash and EC_KEY functions are deprecated in favour of EVP, which costs more than the work itself here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sigv4/digest.h"

#include <cstring>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/md5.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

namespace keymill::sigv4 {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::uint32_t kBlockBits = 8 * kBlock;

template <typename Context, typename Storage>
Context* context_in(Storage& storage) {
  static_assert(sizeof(Context) <= sizeof(Storage) && alignof(Context) <= 8);
  return reinterpret_cast<Context*>(storage.data());
}

/// The key padded to one block, hashed first when it is longer, as RFC 2104 says.
template <typename Digest, typename Hash>
std::array<unsigned char, kBlock> padded_key(std::string_view prefix, std::string_view key) {
  std::array<unsigned char, kBlock> block{};
  if (prefix.size() + key.size() > kBlock) {
    Hash hash;
    hash.update(prefix);
    hash.update(key);
    Digest digest = hash.finish();
    std::memcpy(block.data(), digest.data(), digest.size());
    cleanse(digest.data(), digest.size());
    cleanse(&hash, sizeof(hash));
  } else {
    if (!prefix.empty()) std::memcpy(block.data(), prefix.data(), prefix.size());
    if (!key.empty()) std::memcpy(block.data() + prefix.size(), key.data(), key.size());
  }
  return block;
}

void xor_with(std::array<unsigned char, kBlock>& block, unsigned char value) {
  for (auto& octet : block) octet ^= value;
}

std::array<std::uint32_t, 8> sha256_state_after(const std::array<unsigned char, kBlock>& block) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, block.data());
  std::array<std::uint32_t, 8> state;
  std::memcpy(state.data(), context.h, sizeof(context.h));
  return state;
}

Sha256Digest sha256_continued(const std::array<std::uint32_t, 8>& state, const void* data, std::size_t size) {
  SHA256_CTX context;
  std::memcpy(context.h, state.data(), sizeof(context.h));
  context.Nl = kBlockBits;
  context.Nh = 0;
  context.num = 0;
  context.md_len = SHA256_DIGEST_LENGTH;
  SHA256_Update(&context, data, size);
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

SHA_CTX sha1_from(const std::array<std::uint32_t, 5>& state) {
  SHA_CTX context;
  std::memset(&context, 0, sizeof(context));
  context.h0 = state[0];
  context.h1 = state[1];
  context.h2 = state[2];
  context.h3 = state[3];
  context.h4 = state[4];
  context.Nl = kBlockBits;
  return context;
}

std::array<std::uint32_t, 5> sha1_state_after(const std::array<unsigned char, kBlock>& block) {
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Transform(&context, block.data());
  return {context.h0, context.h1, context.h2, context.h3, context.h4};
}

Sha1Digest sha1_continued(const std::array<std::uint32_t, 5>& state, const void* data, std::size_t size) {
  SHA_CTX context = sha1_from(state);
  SHA1_Update(&context, data, size);
  Sha1Digest digest;
  SHA1_Final(digest.data(), &context);
  return digest;
}

struct FreeBignum {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
struct FreePoint {
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
struct FreeKey {
  void operator()(EC_KEY* key) const { EC_KEY_free(key); }
};

using KeyPointer = std::unique_ptr<EC_KEY, FreeKey>;

/// A key with both halves, or null when the scalar is out of range.
KeyPointer key_from(const P256Scalar& scalar) {
  KeyPointer key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  const std::unique_ptr<BIGNUM, FreeBignum> number(BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), nullptr));
  if (!key || !number) return nullptr;
  const EC_GROUP* group = EC_KEY_get0_group(key.get());
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group)) >= 0) return nullptr;
  const std::unique_ptr<EC_POINT, FreePoint> point(EC_POINT_new(group));
  if (!point || EC_POINT_mul(group, point.get(), number.get(), nullptr, nullptr, nullptr) != 1) return nullptr;
  if (EC_KEY_set_private_key(key.get(), number.get()) != 1) return nullptr;
  if (EC_KEY_set_public_key(key.get(), point.get()) != 1) return nullptr;
  return key;
}

}  // namespace

void Sha256::reset() {
  SHA256_Init(context_in<SHA256_CTX>(context_));
}
void Sha256::update(std::string_view bytes) {
  SHA256_Update(context_in<SHA256_CTX>(context_), bytes.data(), bytes.size());
}
Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  SHA256_Final(digest.data(), context_in<SHA256_CTX>(context_));
  reset();
  return digest;
}

void Sha512::reset() {
  SHA512_Init(context_in<SHA512_CTX>(context_));
}
void Sha512::update(std::string_view bytes) {
  SHA512_Update(context_in<SHA512_CTX>(context_), bytes.data(), bytes.size());
}
Sha512Digest Sha512::finish() {
  Sha512Digest digest;
  SHA512_Final(digest.data(), context_in<SHA512_CTX>(context_));
  reset();
  return digest;
}

void Sha1::reset() {
  SHA1_Init(context_in<SHA_CTX>(context_));
}
void Sha1::update(std::string_view bytes) {
  SHA1_Update(context_in<SHA_CTX>(context_), bytes.data(), bytes.size());
}
Sha1Digest Sha1::finish() {
  Sha1Digest digest;
  SHA1_Final(digest.data(), context_in<SHA_CTX>(context_));
  reset();
  return digest;
}

void Md5::reset() {
  MD5_Init(context_in<MD5_CTX>(context_));
}
void Md5::update(std::string_view bytes) {
  MD5_Update(context_in<MD5_CTX>(context_), bytes.data(), bytes.size());
}
Md5Digest Md5::finish() {
  Md5Digest digest;
  MD5_Final(digest.data(), context_in<MD5_CTX>(context_));
  reset();
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

Md5Digest md5(std::string_view bytes) {
  Md5 hash;
  hash.update(bytes);
  return hash.finish();
}

HmacSha256Key::HmacSha256Key(std::string_view key, std::string_view prefix) {
  auto block = padded_key<Sha256Digest, Sha256>(prefix, key);
  xor_with(block, 0x36);
  inner_ = sha256_state_after(block);
  xor_with(block, 0x36 ^ 0x5c);
  outer_ = sha256_state_after(block);
  cleanse(block.data(), block.size());
}

HmacSha256Key::~HmacSha256Key() {
  cleanse(this, sizeof(*this));
}

Sha256Digest HmacSha256Key::sign(std::string_view message) const {
  const Sha256Digest inner = sha256_continued(inner_, message.data(), message.size());
  return sha256_continued(outer_, inner.data(), inner.size());
}

HmacSha1Key::HmacSha1Key(std::string_view key) {
  auto block = padded_key<Sha1Digest, Sha1>({}, key);
  xor_with(block, 0x36);
  inner_ = sha1_state_after(block);
  xor_with(block, 0x36 ^ 0x5c);
  outer_ = sha1_state_after(block);
  cleanse(block.data(), block.size());
}

HmacSha1Key::~HmacSha1Key() {
  cleanse(this, sizeof(*this));
}

Sha1Digest HmacSha1Key::sign(std::string_view message) const {
  const Sha1Digest inner = sha1_continued(inner_, message.data(), message.size());
  return sha1_continued(outer_, inner.data(), inner.size());
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_constant_time(const Sha256Digest& a, const Sha256Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void cleanse(void* data, std::size_t size) {
  OPENSSL_cleanse(data, size);
}

struct P256PublicKey::Impl {
  KeyPointer key;
};

void P256PublicKey::Free::operator()(Impl* impl) const {
  delete impl;
}

std::optional<P256PublicKey> P256PublicKey::from_private(const P256Scalar& scalar) {
  const KeyPointer both = key_from(scalar);
  if (!both) return std::nullopt;
  KeyPointer key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  if (!key || EC_KEY_set_public_key(key.get(), EC_KEY_get0_public_key(both.get())) != 1) return std::nullopt;
  return P256PublicKey(new Impl{std::move(key)});
}

bool P256PublicKey::verify(const Sha256Digest& digest, std::string_view der) const {
  if (der.empty() || der.size() > 72) return false;  // the longest encoding of two 256-bit integers
  return ECDSA_verify(0, digest.data(), static_cast<int>(digest.size()),
                      reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()),
                      impl_->key.get()) == 1;
}

std::string P256PublicKey::coordinates() const {
  std::array<unsigned char, 65> point;  // 04, x, y
  EC_POINT_point2oct(EC_KEY_get0_group(impl_->key.get()), EC_KEY_get0_public_key(impl_->key.get()),
                     POINT_CONVERSION_UNCOMPRESSED, point.data(), point.size(), nullptr);
  return std::string(reinterpret_cast<const char*>(point.data()) + 1, point.size() - 1);
}

std::string p256_sign(const P256Scalar& scalar, const Sha256Digest& digest) {
  const KeyPointer key = key_from(scalar);
  if (!key) return {};
  std::string der(static_cast<std::size_t>(ECDSA_size(key.get())), '\0');
  unsigned size = 0;
  if (ECDSA_sign(0, digest.data(), static_cast<int>(digest.size()), reinterpret_cast<unsigned char*>(der.data()), &size,
                 key.get()) != 1) {
    return {};
  }
  der.resize(size);
  return der;
}

}  // namespace keymill::sigv4
