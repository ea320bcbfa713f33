#include "store/body_cipher.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/evp.h>

#include "store/db.h"

namespace keymill::store {

namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kMaxStep = std::size_t{1} << 30;  // OpenSSL counts in int

using CounterBlock = std::array<unsigned char, kBlock>;

/// The counter block, a big-endian number, `blocks` further on.
void Advance(CounterBlock& counter, std::uint64_t blocks) {
  for (std::size_t i = kBlock; i-- > 0 && blocks > 0;) {
    const std::uint64_t sum = counter[i] + (blocks & 0xff);
    counter[i] = static_cast<unsigned char>(sum);
    blocks = (blocks >> 8) + (sum >> 8);
  }
}

}  // namespace

struct BodyCipher::Impl {
  Impl() : context(EVP_CIPHER_CTX_new()) {}
  ~Impl() { EVP_CIPHER_CTX_free(context); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  EVP_CIPHER_CTX* context;
};

BodyCipher::BodyCipher(std::string_view key, std::string_view nonce, std::uint64_t offset)
    : impl_(std::make_unique<Impl>()) {
  if (key.size() != kCipherKeySize || nonce.size() != kNonceSize)
    throw StoreError("a body's key or nonce is of the wrong size");
  CounterBlock counter;
  std::memcpy(counter.data(), nonce.data(), counter.size());
  Advance(counter, offset / kBlock);
  if (impl_->context == nullptr ||
      EVP_EncryptInit_ex(impl_->context, EVP_aes_256_ctr(), nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                         counter.data()) != 1) {
    throw StoreError("a body cannot be encrypted");
  }
  std::array<std::byte, kBlock> skipped{};
  apply(std::span(skipped).first(offset % kBlock), skipped.data());
}

BodyCipher::~BodyCipher() = default;
BodyCipher::BodyCipher(BodyCipher&&) noexcept = default;
BodyCipher& BodyCipher::operator=(BodyCipher&&) noexcept = default;

void BodyCipher::apply(std::span<const std::byte> in, std::byte* out) {
  while (!in.empty()) {
    const std::size_t step = std::min(in.size(), kMaxStep);
    int written = 0;
    if (EVP_EncryptUpdate(impl_->context, reinterpret_cast<unsigned char*>(out), &written,
                          reinterpret_cast<const unsigned char*>(in.data()), static_cast<int>(step)) != 1) {
      throw StoreError("a body cannot be encrypted");
    }
    in = in.subspan(step);
    out += step;
  }
}

}  // namespace keymill::store
