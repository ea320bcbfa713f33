#include "server/root_user.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/aws/ids.h"
#include "server/log.h"
#include "store/accounts.h"
#include "store/principals.h"

namespace keymill {
namespace {

constexpr std::string_view kAccountRow = "account_id";

store::Millis NowMillis() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Makes the data this account's, or finds that it is another's.
void Claim(const Config& config, store::Txn& txn) {
  auto stored = txn.get(store::Family::kMeta, kAccountRow);
  if (stored && *stored != config.account_id) {
    throw std::runtime_error("the data directory belongs to account " + *stored + ", not " + config.account_id +
                             "; give --account-id " + *stored + " or another --data");
  }
  if (!stored) txn.put(store::Family::kMeta, kAccountRow, config.account_id);

  if (!store::FindAccount(txn, config.account_id)) store::PutAccount(txn, {config.account_id, "", NowMillis(), 0});
}

store::AccessKey FindOrMakeKey(const Config& config, store::Txn& txn) {
  auto keys = store::ListAccessKeys(txn, config.account_id);
  bool chosen = !config.root_access_key_id.empty();
  for (const auto& key : keys) {
    if (!chosen && key.status == store::KeyStatus::kActive) return key;
    if (chosen && key.id == config.root_access_key_id && key.secret == config.root_secret_access_key &&
        key.status == store::KeyStatus::kActive)
      return key;
  }
  if (!chosen && !keys.empty()) return {};  // every root key was deactivated on purpose

  store::AccessKey key;
  key.id = chosen ? config.root_access_key_id : aws::NewAccessKeyId("AKIA", config.account_id);
  key.secret = chosen ? config.root_secret_access_key : aws::NewSecret();
  key.account = key.owner_id = config.account_id;
  key.created = key.status_changed = NowMillis();
  key.version = txn.next_id();
  store::PutAccessKey(txn, key);
  return key;
}

// Written beside and renamed: a reader sees the old file or the new one, and nobody else sees either.
void WriteCredentials(const std::filesystem::path& file, const store::AccessKey& key, const std::string& region) {
  std::string text = "[keymill]\naws_access_key_id = " + key.id + "\naws_secret_access_key = " + key.secret +
                     "\nregion = " + region + "\n";
  auto beside = file;
  beside += ".new";
  int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = fd >= 0 && ::fchmod(fd, 0600) == 0 &&
                 ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  int error = errno;
  if (fd >= 0) ::close(fd);
  if (!written || ::rename(beside.c_str(), file.c_str()) != 0) {
    if (written) error = errno;
    throw std::runtime_error("cannot write " + file.string() + ": " + std::strerror(error));
  }
}

}  // namespace

RootUser::RootUser(const Config& config, store::Committer& committer) : config_(config), committer_(committer) {
  auto directory = config.data;
  if (directory.empty()) {
    auto pattern = (std::filesystem::temp_directory_path() / "keymill-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory: " + pattern);
    directory = temporary_directory_ = pattern;
  }
  std::filesystem::create_directories(directory);
  file_ = directory / "credentials";
  committer_.run([&](store::Txn& txn) { Claim(config_, txn); });
}

void RootUser::ensure() {
  store::AccessKey key;
  committer_.run([&](store::Txn& txn) {
    Claim(config_, txn);
    key = FindOrMakeKey(config_, txn);
  });
  if (key.id.empty()) {
    log::Warn("the root user has no active access key; the credentials file was left as it is");
    return;
  }
  WriteCredentials(file_, key, config_.region);
}

RootUser::~RootUser() {
  std::error_code ignored;
  if (!temporary_directory_.empty()) std::filesystem::remove_all(temporary_directory_, ignored);
}

}  // namespace keymill
