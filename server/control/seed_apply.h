#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/config.h"
#include "server/control/seed_bodies.h"
#include "server/control/seed_document.h"
#include "server/result.h"
#include "server/s3/acl.h"
#include "store/txn.h"

namespace keymill::control {

/// How many things of a seed were there already as it wants them, and how many had to be made or changed.
struct SeedCounts {
  std::size_t created = 0, changed = 0, unchanged = 0;
};

/// One application of a seed within one commit. The services' own checks apply; the first refusal ends it, and at()
/// says which part of the file it is about. A run is used once.
class SeedRun {
 public:
  SeedRun(store::Txn& txn, const Config& config, store::Millis now, SeedBodies& bodies)
      : txn_(txn), config_(config), now_(now), bodies_(bodies) {}

  Result<SeedCounts> apply(const Seed& seed);
  const std::string& at() const { return at_; }

 private:
  // seed_accounts.cc
  Result<> account(const SeedAccount& wanted);
  Result<> principals(const SeedAccount& wanted);
  Result<> trusting(const SeedAccount& wanted);
  Result<> buckets(const SeedAccount& wanted);
  struct Kind {
    const std::vector<SeedPrincipal>* all;
    Result<> (SeedRun::*apply)(const SeedAccount&, const SeedPrincipal&);
  };
  Result<> all_of(const SeedAccount& account, std::initializer_list<Kind> kinds);
  Result<bool> alias(const SeedAccount& wanted);
  Result<> key(const SeedAccount& account, const std::string& owner_id, const SeedKey& wanted);

  // seed_credentials.cc
  Result<bool> password_policy(const SeedAccount& wanted);
  /// True if the user got a password, or another one.
  Result<bool> login(const SeedAccount& account, const SeedPrincipal& wanted, const store::User& user);
  Result<> device(const SeedAccount& account, const SeedMfaDevice& wanted);
  Result<> oidc_provider(const SeedAccount& account, const SeedOidcProvider& wanted);
  Result<> saml_provider(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> providers(const SeedAccount& wanted);
  Result<> devices(const SeedAccount& wanted);

  // seed_principals.cc
  Result<> policy(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> group(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> user(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> role(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> trust(const SeedAccount& account, const SeedPrincipal& wanted);
  Result<> profile(const SeedAccount& account, const SeedPrincipal& wanted);
  /// Inline and attached policies. True if any had to be added or changed.
  Result<bool> policies_of(const SeedAccount& account, const SeedPrincipal& wanted, const std::string& holder_id);
  Result<bool> groups_of(const SeedAccount& account, const SeedPrincipal& wanted, const store::User& user);
  Result<bool> bounded(const SeedAccount& account, const SeedPrincipal& wanted, const std::string& former);

  // seed_buckets.cc
  Result<> bucket(const SeedAccount& account, const SeedBucket& wanted);
  Result<store::Bucket> new_bucket(const SeedAccount& account, const SeedBucket& wanted);
  Result<bool> settings(store::Bucket& bucket, const SeedBucket& wanted);
  Result<bool> documents(store::Bucket& bucket, const SeedBucket& wanted);

  // seed_objects.cc
  Result<> object(const store::Bucket& bucket, const SeedObject& wanted);
  /// The version as it would be stored, without its body.
  Result<store::Object> describe(const store::Bucket& bucket, const SeedVersion& wanted);
  /// Stores it, unless its body must be written first.
  Result<> append(const store::Bucket& bucket, const SeedVersion& wanted, store::Object& object);

  /// Refuses what the file has twice: the second would undo the first, each time.
  Result<> once(std::string_view kind, const std::string& account, const std::string& name);
  void count(bool created, bool changed) {
    ++(created ? counts_.created : changed ? counts_.changed : counts_.unchanged);
  }

  store::Txn& txn_;
  const Config& config_;
  const store::Millis now_;
  SeedBodies& bodies_;
  SeedCounts counts_;
  std::set<std::string> seen_;
  std::string at_ = "$";
};

/// The parameters of the operation that would create it; `name` and `document` say how they are called there.
aws::Form::Pairs FormOf(const SeedPrincipal& wanted, std::string_view name, std::string_view document = {});
/// Merges tags into those that something has. True if that changed them.
Result<bool> TakeTags(store::StringPairs& tags, const store::StringPairs& wanted);

/// Hashes the passwords before the commit, which must not wait: each takes 40 ms. One that its user has already keeps
/// its hash.
void PreparePasswords(const store::Reader& reader, Seed& seed);

/// A canned ACL by its name, or an AccessControlPolicy document.
Result<s3::Grants> ReadSeedAcl(const std::string& text, const s3::Owners& owners);
/// That the bucket's public access block forbids it.
aws::Error BlockedBySetting(std::string_view what);

}  // namespace keymill::control
