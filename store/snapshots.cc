#include "store/snapshots.h"

#include <algorithm>
#include <charconv>

#include <rocksdb/utilities/checkpoint.h>

#include "store/generations.h"

namespace keymill::store {

namespace {

constexpr const char* kInfo = "saved";  // in a snapshot's directory: the time in milliseconds
constexpr std::size_t kMaxName = 64;

void Copy(rocksdb::Env& env, const std::string& from, const std::string& to) {
  std::vector<std::string> names;
  if (env.FileExists(from + "/CURRENT").IsNotFound()) return;  // no large body was ever stored
  Check(env.GetChildren(from, &names), "reading a snapshot");
  Check(env.CreateDirIfMissing(to), "making a directory");
  for (const auto& name : names) {
    const std::string source = from + "/" + name;
    const std::string target = to + "/" + name;
    if (name == "." || name == ".." || name == "LOCK") continue;
    if (name.ends_with(".sst")) {  // never changes
      Check(env.LinkFile(source, target), "linking a file of a snapshot");
      continue;
    }
    std::string bytes;
    Check(rocksdb::ReadFileToString(&env, source, &bytes), "reading a snapshot");
    Check(rocksdb::WriteStringToFile(&env, bytes, target, /*should_sync=*/true), "copying a snapshot");
  }
}

void RemoveSnapshot(rocksdb::Env& env, const std::string& directory) {
  env.DeleteFile(directory + "/" + kInfo).PermitUncheckedError();
  RemoveState(env, directory);
}

}  // namespace

struct Snapshots::Impl {
  Impl(Db& db, Committer& the_committer, std::function<void()> swapped)
      : generations(db.generations()), committer(the_committer), on_swap(std::move(swapped)) {}

  rocksdb::Env& env() { return *generations.env(); }
  std::string directory(const std::string& name) { return generations.snapshots_directory() + "/" + name; }
  bool exists(const std::string& name) { return env().FileExists(directory(name) + "/" + kInfo).ok(); }

  void make_parent() {
    Check(env().CreateDirIfMissing(generations.options.path.string()), "making a directory");
    Check(env().CreateDirIfMissing(generations.snapshots_directory()), "making the directory of snapshots");
  }

  /// Committer thread: no commit happens meanwhile. The files first: whatever the rows reference is then among them.
  void write(const std::string& target) {
    const auto state = generations.current();
    Check(env().CreateDir(target), "making the directory of a snapshot");
    state->files->checkpoint(target + "/files");
    rocksdb::Checkpoint* made = nullptr;
    Check(rocksdb::Checkpoint::Create(state->db.get(), &made), "preparing a snapshot");
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    Check(checkpoint->CreateCheckpoint(target + "/db"), "saving a snapshot");
  }

  void swap(const std::shared_ptr<Db::Impl>& state, const Fill& fill) {
    committer.exclusive([&] {
      const auto former = generations.current();
      state->begin_ids_after(*former);
      if (fill) {
        Txn::Impl gathered;
        Txn txn(state, gathered);
        fill(Reader(former, Reader::Mode::kBlocking), txn);
        Check(state->db->Write(state->write_options(true), gathered.batch.GetWriteBatch()), "filling a new state");
      }
      generations.publish(state);
      on_swap();
    });
  }

  Db::Generations& generations;
  Committer& committer;
  std::function<void()> on_swap;
  std::mutex mutex;
};

Snapshots::Snapshots(Db& db, Committer& committer, std::function<void()> on_swap)
    : impl_(std::make_unique<Impl>(db, committer, std::move(on_swap))) {}
Snapshots::~Snapshots() = default;

bool Snapshots::IsName(std::string_view name) {
  constexpr std::string_view kFirst = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (name.empty() || name.size() > kMaxName || kFirst.find(name.front()) == std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return kFirst.find(c) != std::string_view::npos || c == '.' || c == '_' || c == '-';
  });
}

std::vector<SnapshotInfo> Snapshots::list() {
  const std::lock_guard lock(impl_->mutex);
  std::vector<SnapshotInfo> found;
  std::vector<std::string> names;
  if (!impl_->env().GetChildren(impl_->generations.snapshots_directory(), &names).ok()) return found;
  for (const auto& name : names) {
    std::string text;
    if (!IsName(name) || !rocksdb::ReadFileToString(&impl_->env(), impl_->directory(name) + "/" + kInfo, &text).ok()) {
      continue;
    }
    SnapshotInfo info{name, 0};
    std::from_chars(text.data(), text.data() + text.size(), info.created);
    found.push_back(std::move(info));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

bool Snapshots::save(const std::string& name, bool replace, Millis now) {
  const std::lock_guard lock(impl_->mutex);
  const bool exists = impl_->exists(name);
  if (exists && !replace) return false;
  impl_->make_parent();
  auto& env = impl_->env();
  const std::string unfinished = impl_->directory("." + name);  // removed at the next start if it stays
  RemoveSnapshot(env, unfinished);
  try {
    impl_->committer.exclusive([&] { impl_->write(unfinished); });
    Check(rocksdb::WriteStringToFile(&env, std::to_string(now), unfinished + "/" + kInfo, true), "saving a snapshot");
    if (exists) RemoveSnapshot(env, impl_->directory(name));
    Check(env.RenameFile(unfinished, impl_->directory(name)), "naming a snapshot");
  } catch (...) {
    RemoveSnapshot(env, unfinished);
    throw;
  }
  return true;
}

bool Snapshots::restore(const std::string& name) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->exists(name)) return false;
  auto& env = impl_->env();
  const std::string target = impl_->generations.new_directory();
  std::shared_ptr<Db::Impl> state;
  try {
    Check(env.CreateDir(target), "making a directory");
    for (const char* part : {"/db", "/files"}) Copy(env, impl_->directory(name) + part, target + part);
    state = impl_->generations.open(target);
  } catch (...) {
    RemoveState(env, target);
    throw;
  }
  impl_->swap(state, {});
  return true;
}

bool Snapshots::remove(const std::string& name) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->exists(name)) return false;
  RemoveSnapshot(impl_->env(), impl_->directory(name));
  return true;
}

void Snapshots::reset(const Fill& fill) {
  const std::lock_guard lock(impl_->mutex);
  const std::string target = impl_->generations.new_directory();
  Check(impl_->env().CreateDir(target), "making a directory");
  impl_->swap(impl_->generations.open(target), fill);
}

}  // namespace keymill::store
