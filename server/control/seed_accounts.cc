#include "server/control/errors.h"
#include "server/control/seed_apply.h"
#include "server/iam/access_keys.h"
#include "server/iam/account.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/accounts.h"
#include "store/items.h"

// What a seed says of accounts and of access keys.

namespace keymill::control {

Result<SeedCounts> SeedRun::apply(const Seed& seed) {
  bodies_.begin();
  // Each part may name what those before it bring, in other accounts too.
  for (const auto part : {&SeedRun::account, &SeedRun::providers, &SeedRun::principals, &SeedRun::devices,
                          &SeedRun::trusting, &SeedRun::buckets}) {
    for (const SeedAccount& wanted : seed.accounts) {
      if (auto applied = (this->*part)(wanted); !applied) return applied.error();
    }
  }
  at_ = "$";
  return counts_;
}

Result<> SeedRun::once(std::string_view kind, const std::string& account, const std::string& name) {
  const bool first = seen_.insert(std::string(kind).append(" ").append(account).append(" ").append(name)).second;
  return first ? Result<>() : aws::Error(InvalidSeed, "the file has this " + std::string(kind) + " twice");
}

Result<> SeedRun::account(const SeedAccount& wanted) {
  at_ = wanted.path;
  if (auto first = once("account", wanted.id, ""); !first) return first;
  const auto found = store::FindAccount(txn_, wanted.id);
  store::Account account = found.value_or(store::Account{wanted.id, "", now_});
  const bool renamed = wanted.name && *wanted.name != account.name;
  if (wanted.name) account.name = *wanted.name;
  if (!found || renamed) store::PutAccount(txn_, account);
  const auto named = alias(wanted);
  if (!named) return named.error();
  const auto ruled = password_policy(wanted);
  if (!ruled) return ruled.error();
  count(!found, renamed || *named || *ruled);
  for (const SeedKey& each : wanted.root_access_keys) {
    if (auto done = key(wanted, wanted.id, each); !done) return done;
  }
  return {};
}

Result<> SeedRun::all_of(const SeedAccount& account, std::initializer_list<Kind> kinds) {
  for (const Kind& kind : kinds) {
    for (const SeedPrincipal& each : *kind.all) {
      at_ = each.path;
      if (auto done = (this->*kind.apply)(account, each); !done) return done;
    }
  }
  return {};
}

Result<> SeedRun::principals(const SeedAccount& wanted) {
  return all_of(wanted, {{&wanted.policies, &SeedRun::policy},
                         {&wanted.groups, &SeedRun::group},
                         {&wanted.users, &SeedRun::user},
                         {&wanted.roles, &SeedRun::role}});
}

Result<> SeedRun::trusting(const SeedAccount& wanted) {
  return all_of(wanted, {{&wanted.roles, &SeedRun::trust}, {&wanted.instance_profiles, &SeedRun::profile}});
}

Result<> SeedRun::buckets(const SeedAccount& wanted) {
  for (const SeedBucket& each : wanted.buckets) {
    at_ = each.path;
    if (auto done = bucket(wanted, each); !done) return done;
  }
  return {};
}

/// True if it is a new one.
Result<bool> SeedRun::alias(const SeedAccount& wanted) {
  if (!wanted.alias) return false;
  at_ = wanted.alias->path;
  const auto item = iam::ReadAccountAlias({{"AccountAlias", wanted.alias->text}}, wanted.id, now_);
  if (!item) return item.error();
  if (store::FindItem(txn_, item->kind, item->owner, item->name)) return false;
  if (auto set = iam::SetAccountAlias(txn_, *item); !set) return set.error();
  return true;
}

Result<> SeedRun::key(const SeedAccount& account, const std::string& owner_id, const SeedKey& wanted) {
  at_ = wanted.path + ".access_key_id";
  if (auto first = once("access key", "", wanted.id); !first) return first;
  auto key = store::FindAccessKey(txn_, wanted.id);
  const bool created = !key;
  bool changed = false;
  if (!key) {
    if (!wanted.secret) {
      return aws::Error(InvalidSeed, "there is no such access key yet, so secret_access_key must be given");
    }
    auto added = iam::AddAccessKey(txn_, {owner_id, account.id, std::nullopt}, now_, wanted.id, *wanted.secret);
    if (!added) return added.error();
    key = *std::move(added);
  } else if (key->owner_id != owner_id) {
    return aws::Error(AccessKeyAlreadyExists, "the access key belongs to somebody else");
  } else if (wanted.secret && !sigv4::equal_constant_time(*wanted.secret, key->secret)) {
    key->secret = *wanted.secret;
    key->version = 0;  // what was derived from the former secret must not be used again
    store::PutAccessKey(txn_, *key);
    key = store::FindAccessKey(txn_, wanted.id);
    changed = true;
  }
  if (wanted.active) {
    const auto status = *wanted.active ? store::KeyStatus::kActive : store::KeyStatus::kInactive;
    changed |= key->status != status;
    iam::ChangeStatus(txn_, *key, status, now_);
  }
  count(created, changed);
  return {};
}

}  // namespace keymill::control
