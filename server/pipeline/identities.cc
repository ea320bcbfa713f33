#include "server/pipeline/identities.h"

#include <set>

#include "server/aws/arn.h"
#include "store/principals.h"

namespace keymill::pipeline {
namespace {

// Generations are unique over the process, so that a thread's cached table is never taken for another instance's.
std::atomic<std::uint64_t> next_generation{1};

// AWS shows the last use to the second at best; within it only a change of service or region is news.
constexpr store::Millis kUseResolution = 1000;

}  // namespace

void KeyUsage::record(store::Millis now, std::string_view service, std::string_view region) {
  if (now - time_.load(std::memory_order_relaxed) < kUseResolution && now >= time_.load(std::memory_order_relaxed)) {
    std::unique_lock lock(mutex_, std::try_to_lock);  // another thread is recording a use of this very second
    if (!lock || (use_.service == service && use_.region == region)) return;
  }
  std::lock_guard lock(mutex_);
  use_ = {now, std::string(service), std::string(region)};
  time_.store(now, std::memory_order_relaxed);
  unsaved_ = true;
}

store::KeyUse KeyUsage::get() const {
  std::lock_guard lock(mutex_);
  return use_;
}

bool KeyUsage::take_unsaved(store::KeyUse& out) {
  std::lock_guard lock(mutex_);
  if (!std::exchange(unsaved_, false)) return false;
  out = use_;
  return true;
}

Identities::Identities(const store::Db& db, PermissionsLoader load_permissions)
    : db_(db), load_permissions_(load_permissions) {
  reload();
}

void Identities::reload() {
  store::Reader reader(db_, store::Reader::Mode::kBlocking);
  std::array<std::shared_ptr<Shard>, kShards> shards;
  for (auto& shard : shards) shard = std::make_shared<Shard>();
  for (const auto& key : store::AllAccessKeys(reader)) {
    if (auto credential = build(reader, key, /*is_new=*/true))
      shards[shard_of(key.id)]->emplace(key.id, std::move(credential));
  }
  auto table = std::make_shared<Table>();
  for (std::size_t i = 0; i < kShards; ++i) (*table)[i] = std::move(shards[i]);
  publish(std::move(table));
}

std::shared_ptr<const Credential> Identities::build(const store::Reader& reader, const store::AccessKey& key,
                                                    bool is_new) const {
  Identity identity;
  identity.account = key.account;
  identity.access_key_id = key.id;
  identity.user_id = key.owner_id;
  if (key.owner_id == key.account) {
    identity.kind = Identity::Kind::kRoot;
    identity.arn = aws::RootArn(key.account);
  } else {
    auto user = store::FindUserById(reader, key.owner_id);
    if (!user) return nullptr;
    identity.kind = Identity::Kind::kUser;
    identity.user_name = user->name;
    identity.arn = aws::IamArn(user->account, "user", user->path, user->name);
    identity.permissions = load_permissions_(reader, *user);
  }
  auto former = is_new ? nullptr : find(key.id);
  auto usage = former ? former->usage : std::make_shared<KeyUsage>(store::FindKeyUse(reader, key.id));
  return std::make_shared<const Credential>(Credential{std::move(identity), key.status, key.secret,
                                                       sigv4::KeyMaterial(key.secret, key.version), std::move(usage)});
}

const Identities::Table& Identities::current() const {
  thread_local std::uint64_t seen = 0;
  thread_local std::shared_ptr<const Table> table;
  if (auto now = generation_.load(std::memory_order_acquire); now != seen) {
    std::lock_guard lock(mutex_);
    table = table_;
    seen = generation_.load(std::memory_order_relaxed);
  }
  return *table;
}

void Identities::publish(std::shared_ptr<const Table> table) {
  std::lock_guard lock(mutex_);
  table_ = std::move(table);
  generation_.store(next_generation.fetch_add(1), std::memory_order_release);
}

std::shared_ptr<const Credential> Identities::find(std::string_view access_key_id) const {
  const auto& shard = *current()[shard_of(access_key_id)];
  auto found = shard.find(access_key_id);
  return found == shard.end() ? nullptr : found->second;
}

void Identities::refresh(const std::vector<std::string>& touched) {
  if (touched.empty()) return;
  store::Reader reader(db_, store::Reader::Mode::kBlocking);
  std::set<std::string> key_ids;
  for (const auto& id : touched) {
    if (id.starts_with("AIDA")) {
      for (const auto& key : store::ListAccessKeys(reader, id)) key_ids.insert(key.id);
    } else {
      key_ids.insert(id);
    }
  }
  if (key_ids.empty()) return;
  auto table = std::make_shared<Table>(current());
  std::array<std::shared_ptr<Shard>, kShards> changed;
  for (const auto& id : key_ids) {
    auto index = shard_of(id);
    if (!changed[index]) changed[index] = std::make_shared<Shard>(*(*table)[index]);
    auto key = store::FindAccessKey(reader, id);
    auto credential = key ? build(reader, *key, /*is_new=*/false) : nullptr;
    retire(find(id), credential.get());
    if (credential)
      changed[index]->insert_or_assign(id, std::move(credential));
    else
      changed[index]->erase(id);
  }
  for (std::size_t i = 0; i < kShards; ++i) {
    if (changed[i]) (*table)[i] = std::move(changed[i]);
  }
  publish(std::move(table));
}

void Identities::retire(std::shared_ptr<const Credential> former, const Credential* successor) {
  if (!former || (successor && successor->material.version() == former->material.version())) return;
  std::lock_guard lock(mutex_);
  retired_.push_front(std::move(former));
  if (retired_.size() > kRetired) retired_.pop_back();
}

std::vector<Identities::Relative> Identities::relatives(const Credential& of) const {
  std::vector<Relative> found;
  auto same_owner = [&](const Credential& other) {
    return other.identity.account == of.identity.account && other.identity.user_id == of.identity.user_id &&
           other.material.version() != of.material.version();
  };
  for (const auto& shard : current()) {
    for (const auto& [id, credential] : *shard) {
      if (!same_owner(*credential)) continue;
      bool active = credential->status == store::KeyStatus::kActive;
      found.push_back(
          {std::string("this user's other key ") + id + (active ? "" : ", which is not active"), credential});
    }
  }
  std::lock_guard lock(mutex_);
  for (const auto& credential : retired_) {
    if (same_owner(*credential)) {
      found.push_back({"this user's deleted key " + credential->identity.access_key_id, credential});
    }
  }
  return found;
}

store::KeyUse Identities::last_use(std::string_view access_key_id) const {
  auto credential = find(access_key_id);
  return credential ? credential->usage->get() : store::KeyUse{};
}

std::vector<std::pair<std::string, store::KeyUse>> Identities::take_unsaved_uses() const {
  std::vector<std::pair<std::string, store::KeyUse>> uses;
  for (const auto& shard : current()) {
    for (const auto& [id, credential] : *shard) {
      store::KeyUse use;
      if (credential->usage->take_unsaved(use)) uses.emplace_back(id, std::move(use));
    }
  }
  return uses;
}

}  // namespace keymill::pipeline
