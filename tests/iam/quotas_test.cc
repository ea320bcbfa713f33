// Quotas of an account: counted at once, and refused with AWS's names for them.

#include "server/iam/quotas.h"

#include "server/iam/holders.h"
#include "tests/iam/database.h"

namespace keymill::iam {
namespace {

using store::EntityKind;

class Quotas : public Database {
 protected:
  /// Commits `count` entities of this kind, named `prefix`0, `prefix`1, …
  void add_entities(EntityKind kind, std::size_t count, const std::string& prefix = "e") {
    committer_.run([&](store::Txn& txn) {
      for (std::size_t i = 0; i < count; ++i) store::PutEntity(txn, entity(txn, kind, prefix + std::to_string(i)));
    });
  }
  static store::Entity entity(const store::Reader& reader, EntityKind kind, const std::string& name) {
    store::Entity made;
    made.kind = kind;
    made.account = kAccount;
    made.name = name;
    made.id = NewEntityId(reader, "AGPA");
    return made;
  }
  std::string refusal(EntityKind kind) {
    auto full = AccountQuota(reader_, kind, kAccount);
    return full ? std::string(full->code()) + ": " + full->message() : "";
  }
};

TEST_F(Quotas, TheUserAfterTheFiveThousandthIsRefused) {
  auto last = commit([&](store::Txn& txn) -> Result<store::User> {
    for (std::size_t i = 1; i < kMaxUsers; ++i) {
      auto user = AddUser(txn, kAccount, {"user" + std::to_string(i), "/", "", {}}, kNow);
      if (!user) return user;
    }
    return AddUser(txn, kAccount, {"last", "/", "", {}}, kNow);
  });
  ASSERT_TRUE(last);
  EXPECT_EQ(store::CountUsers(reader_, kAccount), kMaxUsers);
  auto add = [&](store::Txn& txn) { return AddUser(txn, kAccount, {"more", "/", "", {}}, kNow); };
  auto refused = commit(add);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "LimitExceeded");
  EXPECT_EQ(refused.error().status(), 409);
  EXPECT_EQ(refused.error().message(), "Cannot exceed quota for UsersPerAccount: 5000");
  EXPECT_FALSE(UserQuota(reader_, "210987654321")) << "another account's users do not count";
  ASSERT_TRUE(commit([&](store::Txn& txn) { return RemoveUser(txn, kAccount, "last"); }));
  EXPECT_TRUE(commit(add));
}

TEST_F(Quotas, EachKindHasItsNumberAndItsName) {
  const struct {
    EntityKind kind;
    std::size_t limit;
    std::string text;
  } quotas[] = {
      {EntityKind::kGroup, 300, "LimitExceeded: Cannot exceed quota for GroupsPerAccount: 300"},
      {EntityKind::kRole, 1000, "LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000"},
      {EntityKind::kPolicy, 1500, "LimitExceeded: Cannot exceed quota for PoliciesPerAccount: 1500"},
      {EntityKind::kInstanceProfile, 1000, "LimitExceeded: Cannot exceed quota for InstanceProfilesPerAccount: 1000"},
      {EntityKind::kServerCertificate, 20, "LimitExceeded: Cannot exceed quota for ServerCertificatesPerAccount: 20"},
  };
  for (const auto& quota : quotas) {
    add_entities(quota.kind, quota.limit - 1);
    EXPECT_EQ(refusal(quota.kind), "");
    add_entities(quota.kind, 1, "last");
    EXPECT_EQ(refusal(quota.kind), quota.text);
  }
}

TEST_F(Quotas, ChangesAndNewNamesDoNotCount) {
  store::Entity group = entity(reader_, EntityKind::kGroup, "one");
  auto count = [&] { return store::CountEntities(reader_, EntityKind::kGroup, kAccount); };
  committer_.run([&](store::Txn& txn) {
    store::PutEntity(txn, group);
    store::PutEntity(txn, group);
  });
  EXPECT_EQ(count(), 1u);
  group.name = "two";
  committer_.run([&](store::Txn& txn) { store::PutEntity(txn, group, "one"); });
  EXPECT_EQ(count(), 1u);
  for (int i = 0; i < 2; ++i) {
    committer_.run([&](store::Txn& txn) { store::EraseEntity(txn, group); });
    EXPECT_EQ(count(), 0u);
  }
}

TEST_F(Quotas, ARefusedCommitCountsNothing) {
  auto refused = commit([&](store::Txn& txn) -> Result<> {
    store::PutEntity(txn, entity(txn, EntityKind::kRole, "r"));
    return QuotaExceeded("Anything", 1);
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(store::CountEntities(reader_, EntityKind::kRole, kAccount), 0u);
}

TEST_F(Quotas, ADatabaseFromBeforeTheNumbersWereKeptIsCounted) {
  add_entities(EntityKind::kRole, 3);
  committer_.run([&](store::Txn& txn) {
    std::vector<std::string> kept;
    for (const auto cursor = txn.scan(store::Family::kPrincipals, "c"); cursor->valid(); cursor->next()) {
      kept.emplace_back(cursor->key());
    }
    EXPECT_EQ(kept.size(), 1u);
    for (const std::string& key : kept) txn.erase(store::Family::kPrincipals, key);
  });
  EXPECT_EQ(store::CountEntities(reader_, EntityKind::kRole, kAccount), 3u);
  add_entities(EntityKind::kRole, 1, "more");
  EXPECT_EQ(store::CountEntities(reader_, EntityKind::kRole, kAccount), 4u);
}

}  // namespace
}  // namespace keymill::iam
