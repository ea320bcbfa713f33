#include "store/vault.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"

namespace keymill::store {

namespace {

constexpr char kSealFormat = 1;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

constexpr char kHashFormat = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::uint64_t kScryptN = 1 << 14, kScryptR = 8, kScryptP = 1;
constexpr std::uint64_t kScryptMemory = 64 << 20;  // bytes it may use at most

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void FillRandom(std::string& out, std::size_t offset, std::size_t count) {
  if (RAND_bytes(Bytes(out) + offset, static_cast<int>(count)) != 1) throw StoreError("no random numbers to be had");
}

std::string Scrypt(std::string_view password, std::string_view salt) {
  std::string key(kHashSize, '\0');
  if (EVP_PBE_scrypt(password.data(), password.size(), Bytes(salt), salt.size(), kScryptN, kScryptR, kScryptP,
                     kScryptMemory, Bytes(key), key.size()) != 1) {
    throw StoreError("a password could not be hashed");
  }
  return key;
}

class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void Refuse(const std::filesystem::path& file, std::string_view what) {
  throw OpenError("master key file " + file.string() + ": " + std::string(what));
}

[[noreturn]] void RefuseErrno(const std::filesystem::path& file, std::string_view what) {
  const std::string reason = std::strerror(errno);
  Refuse(file, std::string(what) + ": " + reason);
}

/// Empty if there is no such file.
std::string Load(const std::filesystem::path& file) {
  const File opened(file, O_RDONLY);
  if (!opened) {
    if (errno == ENOENT) return {};
    RefuseErrno(file, "cannot be opened");
  }
  struct stat status {};
  if (::fstat(opened.fd(), &status) != 0) RefuseErrno(file, "cannot be examined");
  if (!S_ISREG(status.st_mode)) Refuse(file, "is not a regular file");
  if ((status.st_mode & 077) != 0)
    Refuse(file, "can be read or written by other users; run: chmod 600 " + file.string());
  if (status.st_size != static_cast<off_t>(kMasterKeySize)) {
    Refuse(file, "must hold exactly 32 bytes, but holds " + std::to_string(status.st_size));
  }
  std::string key(kMasterKeySize, '\0');
  if (::read(opened.fd(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
    RefuseErrno(file, "cannot be read");
  return key;
}

}  // namespace

Vault::Vault(std::string_view master_key) : master_key_(master_key) {
  if (master_key_.size() != kMasterKeySize) {
    throw OpenError("the master key must have 32 bytes, but has " + std::to_string(master_key_.size()));
  }
}

Vault::~Vault() {
  OPENSSL_cleanse(master_key_.data(), master_key_.size());
}

std::string Vault::seal(std::string_view secret, std::string_view context) const {
  std::string sealed(1 + kNonceSize + secret.size() + kTagSize, '\0');
  sealed[0] = kSealFormat;
  FillRandom(sealed, 1, kNonceSize);
  unsigned char* const text = Bytes(sealed) + 1 + kNonceSize;
  int written = 0;
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  if (!cipher ||
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(master_key_)),
                         Bytes(sealed) + 1) != 1 ||
      EVP_EncryptUpdate(cipher.get(), nullptr, &written, Bytes(context), static_cast<int>(context.size())) != 1 ||
      EVP_EncryptUpdate(cipher.get(), text, &written, Bytes(secret), static_cast<int>(secret.size())) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), text + written, &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, text + secret.size()) != 1) {
    throw StoreError("a secret cannot be encrypted");
  }
  return sealed;
}

std::optional<std::string> Vault::try_open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < 1 + kNonceSize + kTagSize || sealed[0] != kSealFormat) return std::nullopt;
  const auto nonce = sealed.substr(1, kNonceSize);
  const auto text = sealed.substr(1 + kNonceSize, sealed.size() - 1 - kNonceSize - kTagSize);
  std::array<unsigned char, kTagSize> tag{};
  std::memcpy(tag.data(), sealed.data() + sealed.size() - kTagSize, kTagSize);
  // One byte more than needed, so that an empty secret has an address too.
  std::string secret(text.size() + 1, '\0');
  int written = 0;
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  if (!cipher ||
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(master_key_)),
                         Bytes(nonce)) != 1 ||
      EVP_DecryptUpdate(cipher.get(), nullptr, &written, Bytes(context), static_cast<int>(context.size())) != 1 ||
      EVP_DecryptUpdate(cipher.get(), Bytes(secret), &written, Bytes(text), static_cast<int>(text.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(cipher.get(), Bytes(secret) + written, &written) != 1) {
    OPENSSL_cleanse(secret.data(), secret.size());
    return std::nullopt;
  }
  secret.resize(text.size());
  return secret;
}

std::string Vault::open(std::string_view sealed, std::string_view context) const {
  auto secret = try_open(sealed, context);
  if (!secret) throw StoreError("a sealed secret does not open: wrong master key, or the record was changed");
  return *std::move(secret);
}

std::string RandomMasterKey() {
  std::string key(kMasterKeySize, '\0');
  FillRandom(key, 0, key.size());
  return key;
}

std::string LoadOrCreateMasterKey(const std::filesystem::path& file) {
  if (auto key = Load(file); !key.empty()) return key;

  if (file.has_parent_path()) {
    std::error_code failure;
    std::filesystem::create_directories(file.parent_path(), failure);
    if (failure) Refuse(file, "its directory cannot be made: " + failure.message());
  }
  const auto key = RandomMasterKey();
  // Written aside and linked: the name appears with the whole key behind it, and never replaces another process's key.
  const auto aside = file.string() + "." + std::to_string(::getpid()) + ".new";
  ::unlink(aside.c_str());
  {
    const File written(aside, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!written || ::write(written.fd(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) ||
        ::fsync(written.fd()) != 0) {
      RefuseErrno(file, "cannot be created");
    }
  }
  const bool linked = ::link(aside.c_str(), file.c_str()) == 0;
  const bool lost_the_race = !linked && errno == EEXIST;
  if (!linked && !lost_the_race) RefuseErrno(file, "cannot be created");
  ::unlink(aside.c_str());
  const File directory(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."),
                       O_RDONLY | O_DIRECTORY);
  if (!directory || ::fsync(directory.fd()) != 0) RefuseErrno(file, "cannot be made durable");
  return lost_the_race ? Load(file) : key;
}

std::string HashPassword(std::string_view password) {
  std::string hash(1 + kSaltSize, kHashFormat);
  FillRandom(hash, 1, kSaltSize);
  return hash + Scrypt(password, std::string_view(hash).substr(1));
}

bool IsPasswordHash(std::string_view hash) {
  return hash.size() == 1 + kSaltSize + kHashSize && hash[0] == kHashFormat;
}

bool PasswordMatches(std::string_view hash, std::string_view password) {
  if (!IsPasswordHash(hash)) {
    throw StoreError("a stored password is damaged");
  }
  const std::string key = Scrypt(password, hash.substr(1, kSaltSize));
  return CRYPTO_memcmp(key.data(), hash.data() + 1 + kSaltSize, kHashSize) == 0;
}

}  // namespace keymill::store
