#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace keymill::store {

inline constexpr std::size_t kCipherKeySize = 32;  ///< bytes
inline constexpr std::size_t kNonceSize = 16;      ///< bytes

/// AES-256-CTR over one body (NIST SP 800-38A, F.5.5): any slice of it can be encrypted or decrypted on its own, and
/// has the size that it had. The nonce is the first counter block; a random one for each body keeps the key streams
/// apart. It hides the bytes, it does not authenticate them. One thread at a time.
class BodyCipher {
 public:
  /// Stands at byte `offset` of the body. Throws StoreError if the key or the nonce has another size.
  BodyCipher(std::string_view key, std::string_view nonce, std::uint64_t offset = 0);
  ~BodyCipher();
  BodyCipher(BodyCipher&&) noexcept;
  BodyCipher& operator=(BodyCipher&&) noexcept;

  /// Encrypts or decrypts, which are the same, the next `in.size()` bytes into `out`; they may be one buffer.
  void apply(std::span<const std::byte> in, std::byte* out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
