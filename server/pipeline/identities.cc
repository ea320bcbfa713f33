#include "server/pipeline/identities.h"

#include <map>
#include <set>

#include "server/aws/arn.h"
#include "store/accounts.h"
#include "store/buckets.h"
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

namespace {

Identity UserIdentity(const store::User& user) {
  Identity identity;
  identity.kind = Identity::Kind::kUser;
  identity.account = user.account;
  identity.user_id = user.id;
  identity.user_name = user.name;
  identity.arn = aws::IamArn(user.account, "user", user.path, user.name);
  return identity;
}

Identity RootIdentity(const std::string& account) {
  Identity identity;
  identity.kind = Identity::Kind::kRoot;
  identity.account = identity.user_id = account;
  identity.arn = aws::RootArn(account);
  return identity;
}

bool IsAccountId(std::string_view id) {
  return id.size() == 12 && id.find_first_not_of("0123456789") == std::string_view::npos;
}

Identity RoleIdentity(const store::Entity& role) {
  Identity identity;
  identity.kind = Identity::Kind::kAssumedRole;
  identity.account = role.account;
  identity.user_id = role.id;
  identity.arn = identity.role_arn = aws::IamArn(role.account, "role", role.path, role.name);
  return identity;
}

}  // namespace

/// A table in the making: shards are copied when something in them changes.
class Identities::Changes {
 public:
  explicit Changes(const Table& table) : table_(table) {}

  template <class Value>
  void set(Map<Value> Shard::*map, const std::string& id, std::shared_ptr<const Value> value) {
    auto& shard = changed_[shard_of(id)];
    if (!shard) {
      const auto& former = table_[shard_of(id)];
      shard = former ? std::make_shared<Shard>(*former) : std::make_shared<Shard>();
    }
    if (value)
      ((*shard).*map).insert_or_assign(id, std::move(value));
    else
      ((*shard).*map).erase(id);
  }
  std::shared_ptr<const Table> take() {
    for (std::size_t i = 0; i < kShards; ++i) {
      if (changed_[i]) table_[i] = std::move(changed_[i]);
      if (!table_[i]) table_[i] = std::make_shared<Shard>();
    }
    return std::make_shared<const Table>(std::move(table_));
  }

 private:
  Table table_;
  std::array<std::shared_ptr<Shard>, kShards> changed_;
};

Identities::Identities(const store::Db& db, const PolicyLoaders& loaders)
    : db_(db), loaders_(loaders), instance_(next_generation.fetch_add(1)) {
  reload();
}

void Identities::reload() {
  store::Reader reader(db_, store::Reader::Mode::kBlocking);
  {
    std::lock_guard lock(roles_mutex_);
    role_uses_.clear();
  }
  Changes all{Table()};
  Map<Identity> users;
  for (const auto& user : store::AllUsers(reader)) {
    auto identity = UserIdentity(user);
    identity.permissions = loaders_.user(reader, user);
    auto shared = std::make_shared<const Identity>(std::move(identity));
    users.emplace(user.id, shared);
    all.set(&Shard::principals, user.id, std::move(shared));
  }
  for (const auto& role : store::AllEntities(reader, store::EntityKind::kRole)) {
    auto identity = RoleIdentity(role);
    identity.permissions = loaders_.role(reader, role);
    all.set(&Shard::principals, role.id, std::make_shared<const Identity>(std::move(identity)));
  }
  for (const auto& account : store::ListAccounts(reader)) {
    all.set(&Shard::principals, account.id, std::make_shared<const Identity>(RootIdentity(account.id)));
  }
  for (const auto& key : store::AllAccessKeys(reader)) {
    auto user = users.find(key.owner_id);
    if (auto credential = build(reader, key, user == users.end() ? nullptr : user->second.get(), nullptr)) {
      all.set(&Shard::keys, key.id, std::move(credential));
    }
  }
  publish(all.take());
}

std::shared_ptr<const Identity> Identities::build_principal(const store::Reader& reader,
                                                            std::string_view unique_id) const {
  Identity identity;
  if (auto user = store::FindUserById(reader, unique_id)) {
    identity = UserIdentity(*user);
    identity.permissions = loaders_.user(reader, *user);
  } else if (auto role = store::FindEntityById(reader, unique_id); role && role->kind == store::EntityKind::kRole) {
    identity = RoleIdentity(*role);
    identity.permissions = loaders_.role(reader, *role);
  } else if (auto account = store::FindAccount(reader, unique_id)) {
    identity = RootIdentity(account->id);
  } else {
    return nullptr;
  }
  return std::make_shared<const Identity>(std::move(identity));
}

std::shared_ptr<const Credential> Identities::build(const store::Reader& reader, const store::AccessKey& key,
                                                    const Identity* user, const Credential* former) const {
  Identity identity;
  if (key.owner_id == key.account) {
    identity = RootIdentity(key.account);
  } else {
    if (user == nullptr) return nullptr;
    identity = *user;
  }
  identity.access_key_id = key.id;
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
  const auto& keys = current()[shard_of(access_key_id)]->keys;
  auto found = keys.find(access_key_id);
  return found == keys.end() ? nullptr : found->second;
}

std::shared_ptr<const Identity> Identities::find_principal(std::string_view unique_id) const {
  const auto& principals = current()[shard_of(unique_id)]->principals;
  auto found = principals.find(unique_id);
  return found == principals.end() ? nullptr : found->second;
}

void Identities::refresh(const std::vector<std::string>& touched) {
  if (touched.empty()) return;
  store::Reader reader(db_, store::Reader::Mode::kBlocking);
  Changes changes(current());
  std::map<std::string, std::shared_ptr<const Identity>> users;  // read again, or needed for a key
  std::set<std::string> key_ids;
  for (const auto& id : touched) {
    if (id.starts_with(store::kBucketTouch)) continue;
    if (id.starts_with("AIDA")) {
      auto user = users[id] = build_principal(reader, id);
      changes.set(&Shard::principals, id, std::move(user));
      for (const auto& key : store::ListAccessKeys(reader, id)) key_ids.insert(key.id);
    } else if (id.starts_with("AROA") || IsAccountId(id)) {
      auto principal = build_principal(reader, id);
      if (!principal) forget_role(id);
      changes.set(&Shard::principals, id, std::move(principal));
    } else {
      key_ids.insert(id);
    }
  }
  for (const auto& id : key_ids) {
    const auto former = find(id);
    std::shared_ptr<const Credential> credential;
    if (auto key = store::FindAccessKey(reader, id)) {
      auto [user, added] = users.try_emplace(key->owner_id);
      if (added) user->second = find_principal(key->owner_id);
      credential = build(reader, *key, user->second.get(), former.get());
    }
    retire(former, credential.get());
    changes.set(&Shard::keys, id, std::move(credential));
  }
  publish(changes.take());
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
    for (const auto& [id, credential] : shard->keys) {
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

std::shared_ptr<KeyUsage> Identities::role_usage(const std::string& role_id) const {
  std::lock_guard lock(roles_mutex_);
  auto& usage = role_uses_[role_id];
  if (!usage) {
    store::Reader reader(db_, store::Reader::Mode::kBlocking);
    usage = std::make_shared<KeyUsage>(store::FindKeyUse(reader, role_id));
  }
  return usage;
}

void Identities::forget_role(const std::string& role_id) {
  std::lock_guard lock(roles_mutex_);
  role_uses_.erase(role_id);
}

std::vector<std::pair<std::string, store::KeyUse>> Identities::take_unsaved_uses() const {
  std::vector<std::pair<std::string, store::KeyUse>> uses;
  {
    std::lock_guard lock(roles_mutex_);
    for (const auto& [id, usage] : role_uses_) {
      store::KeyUse use;
      if (usage->take_unsaved(use)) uses.emplace_back(id, std::move(use));
    }
  }
  for (const auto& shard : current()) {
    for (const auto& [id, credential] : shard->keys) {
      store::KeyUse use;
      if (credential->usage->take_unsaved(use)) uses.emplace_back(id, std::move(use));
    }
  }
  return uses;
}

}  // namespace keymill::pipeline
