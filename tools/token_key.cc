#include "tools/token_key.h"

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

crypto::PrivateKey Load(const std::string& file, const crypto::SigningAlgorithm& algorithm) {
  auto key = crypto::PrivateKey::FromPem(ReadFile(file));
  if (!key || !key->fits(algorithm)) {
    throw std::runtime_error(file + " holds no private key that " + std::string(algorithm.name) + " signs with");
  }
  return *std::move(key);
}

[[noreturn]] void RefuseErrno(const std::string& file) {
  throw std::runtime_error(file + " cannot be created: " + std::error_code(errno, std::generic_category()).message());
}

}  // namespace

crypto::PrivateKey LoadOrCreateTokenKey(const std::string& file, const crypto::SigningAlgorithm& algorithm) {
  if (std::filesystem::exists(file)) return Load(file, algorithm);
  const std::string pem = crypto::PrivateKey::Generate(algorithm).pem();
  // Written aside and linked: of several that start together one wins, and nobody reads half a key.
  const std::string aside = file + "." + std::to_string(::getpid()) + ".new";
  const int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) RefuseErrno(file);
  const bool written = ::write(fd, pem.data(), pem.size()) == static_cast<ssize_t>(pem.size());
  const bool closed = ::close(fd) == 0;
  const bool linked = written && closed && (::link(aside.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int reason = errno;
  ::unlink(aside.c_str());
  errno = reason;
  if (!linked) RefuseErrno(file);
  return Load(file, algorithm);
}

}  // namespace keymill::tools
