#include "store/generations.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace keymill::store {

namespace {

namespace fs = std::filesystem;

constexpr const char* kParts[] = {"db", "files", "tmp"};
constexpr const char* kPointer = "STATE";
constexpr const char* kGenerations = "generations";

fs::path Prepared(const fs::path& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (fs::exists(status) && !fs::is_directory(status)) throw OpenError(path.string() + " is not a directory");
  if (!fs::exists(status)) {
    fs::create_directories(path, failure);
    if (failure) throw OpenError(path.string() + " cannot be created: " + failure.message());
    fs::permissions(path, fs::perms::owner_all, failure);
  }
  return path;
}

void SyncDirectory(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced) throw StoreError("cannot sync " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

void RemoveFiles(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env.GetChildren(directory, &names).ok()) return;
  for (const auto& name : names) {
    if (name != "." && name != "..") env.DeleteFile(directory + "/" + name).PermitUncheckedError();
  }
  env.DeleteDir(directory).PermitUncheckedError();
}

void RemoveState(rocksdb::Env& env, const std::string& directory) {
  for (const char* part : kParts) RemoveFiles(env, directory + "/" + part);
  env.DeleteDir(directory).PermitUncheckedError();
}

Db::Generations::Generations(const DbOptions& given) : options(given) {
  if (options.in_memory) {
    memory_env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    options.path = "/keymill";
    options.sync = false;
    if (options.master_key.empty()) options.master_key = RandomMasterKey();
  } else {
    options.path = Prepared(options.path);
    lock_directory();
  }
  vault = std::make_shared<Vault>(options.master_key);
  options.master_key.clear();
  const std::string relative = options.in_memory ? std::string() : read_pointer();
  auto first = open((options.path / relative).string());
  first->remove_when_closed = false;
  fill_slots(first);
  if (!options.in_memory) clean(relative);
}

Db::Generations::~Generations() {
  fill_slots(nullptr);
  {
    const std::lock_guard lock(graves_mutex_);
    stopping_ = true;
  }
  graves_changed_.notify_all();
  if (gravedigger_.joinable()) gravedigger_.join();
  graves_.clear();
}

Db::Generations::Lock::~Lock() {
  if (fd >= 0) ::close(fd);
}

void Db::Generations::lock_directory() {
  const auto file = options.path / "LOCK";
  lock_.fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_.fd < 0) throw OpenError(options.path.string() + " cannot be opened: " + std::strerror(errno));
  if (::flock(lock_.fd, LOCK_EX | LOCK_NB) == 0) return;
  throw OpenError(options.path.string() + " is in use by another keymill process");
}

std::string Db::Generations::read_pointer() const {
  std::ifstream in(options.path / kPointer);
  std::string relative;
  std::getline(in, relative);
  if (!relative.empty() && !fs::is_directory(options.path / relative)) {
    throw OpenError(options.path.string() + " is damaged: its state " + relative + " is missing");
  }
  return relative;
}

void Db::Generations::write_pointer(const std::string& relative) const {
  const auto file = options.path / kPointer;
  auto beside = file;
  beside += ".new";
  const std::string text = relative + "\n";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       (!options.sync || ::fsync(fd) == 0);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!written || ::rename(beside.c_str(), file.c_str()) != 0) {
    throw StoreError("cannot write " + file.string() + ": " + std::strerror(written ? errno : error));
  }
  if (options.sync) SyncDirectory(options.path);
}

void Db::Generations::clean(const std::string& kept) const {
  if (!kept.empty()) RemoveState(*env(), options.path.string());
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(options.path / kGenerations, ignored)) {
    if (fs::path(kGenerations) / entry.path().filename() != kept) fs::remove_all(entry.path(), ignored);
  }
  for (const auto& entry : fs::directory_iterator(snapshots_directory(), ignored)) {
    if (entry.path().filename().string().starts_with('.')) fs::remove_all(entry.path(), ignored);
  }
}

std::string Db::Generations::new_directory() {
  const auto parent = options.path / kGenerations;
  Check(env()->CreateDirIfMissing(options.path.string()), "making a directory");
  Check(env()->CreateDirIfMissing(parent.string()), "making the directory of states");
  std::vector<std::string> names;
  Check(env()->GetChildren(parent.string(), &names), "reading the directory of states");
  for (const auto& name : names) {
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    last_number_ = std::max(last_number_, number);
  }
  return (parent / std::to_string(++last_number_)).string();
}

std::shared_ptr<Db::Impl> Db::Generations::open(const std::string& directory) {
  auto its_options = options;
  its_options.path = directory;
  // Which thread lets go of a state last is chance, and closing takes milliseconds.
  return {new Impl(its_options, env(), vault), [this](Impl* state) { bury(state); }};
}

void Db::Generations::bury(Impl* state) {
  std::unique_ptr<Impl> owned(state);
  if (!owned->remove_when_closed) return;
  const std::lock_guard lock(graves_mutex_);
  graves_.push_back(std::move(owned));
  if (!gravedigger_.joinable() && !stopping_) gravedigger_ = std::thread([this] { work(); });
  graves_changed_.notify_all();
}

void Db::Generations::work() {
  std::unique_lock lock(graves_mutex_);
  for (;;) {
    graves_changed_.wait(lock, [this] { return !graves_.empty() || stopping_; });
    if (graves_.empty()) return;
    auto dead = std::move(graves_);
    graves_.clear();
    lock.unlock();
    dead.clear();
    lock.lock();
  }
}

std::shared_ptr<Db::Impl> Db::Generations::current() const {
  static std::atomic<std::size_t> next_thread{0};
  thread_local const std::size_t mine = next_thread.fetch_add(1, std::memory_order_relaxed);
  const Slot& slot = slots_[mine % slots_.size()];
  const std::lock_guard lock(slot.mutex);
  return slot.state;
}

void Db::Generations::fill_slots(const std::shared_ptr<Impl>& state) {
  for (Slot& slot : slots_) {
    // Each slot counts its own holders: threads do not share a counter either.
    auto shared = state ? std::shared_ptr<Impl>(state.get(), [state](Impl*) {}) : nullptr;
    {
      const std::lock_guard lock(slot.mutex);
      slot.state.swap(shared);
    }
  }
}

void Db::Generations::publish(std::shared_ptr<Impl> state) {
  if (!options.in_memory) write_pointer(fs::path(state->options.path).lexically_relative(options.path).string());
  const auto former = current();
  former->retire();
  former->remove_when_closed = true;
  state->remove_when_closed = false;
  fill_slots(state);
}

Db::Db(const DbOptions& options) : generations_(std::make_unique<Generations>(options)) {}
Db::~Db() = default;

std::shared_ptr<Db::Impl> Db::current() const {
  return generations_->current();
}

}  // namespace keymill::store
