#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/pipeline/identity.h"
#include "server/pipeline/permissions.h"
#include "sigv4/signing_key.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::pipeline {

/// When and for what a key was last used, or any session of a role. Written by every request that it signs, on any
/// thread.
class KeyUsage {
 public:
  explicit KeyUsage(store::KeyUse stored) : use_(std::move(stored)), time_(use_.time) {}
  void record(store::Millis now, std::string_view service, std::string_view region);
  store::KeyUse get() const;
  /// The use if it changed since the last call, for the database.
  bool take_unsaved(store::KeyUse& out);

 private:
  mutable std::mutex mutex_;
  store::KeyUse use_;
  std::atomic<store::Millis> time_;  // use_.time, readable without the mutex
  bool unsaved_ = false;
};

/// An access key ready for verification, or a session's: never changed after it has been published.
struct Credential {
  Identity identity;
  store::KeyStatus status;
  std::string secret;
  sigv4::KeyMaterial material;
  std::shared_ptr<KeyUsage> usage;  ///< the role's for its sessions; nullptr for those of users
};

/// Everybody who can sign or be a session's principal, in memory: authentication never touches the disk, and neither a
/// rotated key nor a deleted role is ever served stale.
/// An immutable table in shards, replaced as a whole after each commit that touched a principal (a change copies one
/// shard). Readers of all threads keep the table they have until a newer one exists.
class Identities {
 public:
  /// Loads every access key, user and role, with their policies.
  Identities(const store::Db& db, const PolicyLoaders& loaders);

  /// nullptr if there is no such key. Any thread, no lock in the steady state.
  std::shared_ptr<const Credential> find(std::string_view access_key_id) const;
  /// The user or role with this unique id, or the root user of the account with this id, as its sessions know it:
  /// without access key, session name and session; nullptr if it does not exist (any more). Any thread, no lock in the
  /// steady state.
  std::shared_ptr<const Identity> find_principal(std::string_view unique_id) const;
  /// Differs between any two objects of this class in the life of the process.
  std::uint64_t instance() const { return instance_; }
  /// Changes with every published change, and is never the same for two objects of this class.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  const PolicyLoaders& loaders() const { return loaders_; }
  /// Committer thread, after a durable commit: reads the touched users, roles and access keys again.
  void refresh(const std::vector<std::string>& touched);
  /// Committer thread, when the database shows another state: reads everything again, unsaved uses are forgotten.
  void reload();

  /// The owner's other keys, and those that were deleted since the server started (newest first, a bounded number):
  /// what a client may still be signing with. `label` says which it is.
  struct Relative {
    std::string label;
    std::shared_ptr<const Credential> credential;
  };
  std::vector<Relative> relatives(const Credential& of) const;

  /// Last use, including what has not been written to the database yet.
  store::KeyUse last_use(std::string_view access_key_id) const;
  /// What the sessions of the existing role with this id share, so that it is known when the role was last used. Any
  /// thread; the first call for a role reads the database.
  std::shared_ptr<KeyUsage> role_usage(const std::string& role_id) const;
  /// Uses that the database does not have yet, by the id of the access key or role.
  std::vector<std::pair<std::string, store::KeyUse>> take_unsaved_uses() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, std::shared_ptr<const Value>, Hash, std::equal_to<>>;
  struct Shard {
    Map<Credential> keys;      // by access key id
    Map<Identity> principals;  // users and roles by unique id, root users by account
  };
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kRetired = 128;
  using Table = std::array<std::shared_ptr<const Shard>, kShards>;

  static std::size_t shard_of(std::string_view id) { return Hash{}(id) % kShards; }
  class Changes;
  std::shared_ptr<const Identity> build_principal(const store::Reader& reader, std::string_view unique_id) const;
  std::shared_ptr<const Credential> build(const store::Reader& reader, const store::AccessKey& key,
                                          const Identity* user, const Credential* former) const;
  const Table& current() const;
  void publish(std::shared_ptr<const Table> table);
  void retire(std::shared_ptr<const Credential> former, const Credential* successor);
  void forget_role(const std::string& role_id);

  const store::Db& db_;
  PolicyLoaders loaders_;
  const std::uint64_t instance_;
  std::atomic<std::uint64_t> generation_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Table> table_;
  std::deque<std::shared_ptr<const Credential>> retired_;  // deleted or replaced, newest first
  mutable std::mutex roles_mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<KeyUsage>> role_uses_;  // of roles that somebody asked for
};

}  // namespace keymill::pipeline
