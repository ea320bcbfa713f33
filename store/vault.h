#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::store {

inline constexpr std::size_t kMasterKeySize = 32;  ///< bytes

/// Seals secrets with the master key: AES-256-GCM, a fresh random nonce each time. A sealed secret opens only beside
/// the same `context` (the id of the access key it belongs to), so that rows cannot be swapped unnoticed. Thread-safe.
///
///   sealed = 0x01, nonce (12 bytes), ciphertext, tag (16 bytes)
class Vault {
 public:
  explicit Vault(std::string_view master_key);  ///< kMasterKeySize raw bytes, else OpenError
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  std::string seal(std::string_view secret, std::string_view context) const;
  /// Throws StoreError if the master key or the context is another one, or the bytes were changed.
  std::string open(std::string_view sealed, std::string_view context) const;
  /// For bytes that anybody may have sent: nullopt where open() throws.
  std::optional<std::string> try_open(std::string_view sealed, std::string_view context) const;

 private:
  std::string master_key_;
};

std::string RandomMasterKey();

/// A password as it may be stored: scrypt with a random salt (N 2^14, r 8, p 1: about 16 MiB and 40 ms). Blocking.
///
///   hash = 0x01, salt (16 bytes), key (32 bytes)
std::string HashPassword(std::string_view password);
/// True for what HashPassword() may have given.
bool IsPasswordHash(std::string_view hash);
/// Constant time in what it compares. Blocking; throws StoreError if the hash is none.
bool PasswordMatches(std::string_view hash, std::string_view password);

/// The master key in `file`; the first time, a random one is written there (mode 0600, durable before it returns, and
/// whole or not at all: two processes that start together agree on one). Throws OpenError if the file can be read or
/// written by other users, or does not hold kMasterKeySize bytes.
std::string LoadOrCreateMasterKey(const std::filesystem::path& file);

}  // namespace keymill::store
