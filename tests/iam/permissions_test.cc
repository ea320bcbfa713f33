// Which policies speak for a user, and who is read again when one of them changes.

#include "server/iam/permissions.h"

#include <algorithm>

#include "server/iam/documents.h"
#include "server/iam/holders.h"
#include "server/iam/managed.h"
#include "server/policy/evaluate.h"
#include "tests/iam/database.h"

namespace keymill::iam {
namespace {

constexpr char kReadAll[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]})";
constexpr char kDenyAll[] = R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})";

class UserPermissions : public Database {
 protected:
  store::Entity add_group(const std::string& name) {
    store::Entity group;
    group.kind = store::EntityKind::kGroup;
    group.account = kAccount;
    group.name = name;
    committer_.run([&](store::Txn& txn) {
      group.id = NewEntityId(txn, "AGPA");
      store::PutEntity(txn, group);
    });
    return group;
  }
  void change(const std::function<void(store::Txn&)>& mutation) { committer_.run(mutation); }
  std::shared_ptr<const pipeline::Permissions> load(const store::User& user) {
    return LoadPermissions(reader_, *store::FindUserById(reader_, user.id));
  }
  bool may(const store::User& user, std::string_view action) {
    auto permissions = load(user);
    std::vector<const policy::Document*> documents;
    for (const auto& document : permissions->identity) documents.push_back(&document);
    policy::Policies policies;
    policies.identity = documents;
    if (permissions->boundary) policies.boundary = &*permissions->boundary;
    policy::Principal principal;
    principal.kind = policy::Principal::Kind::kUser;
    principal.account = kAccount;
    principal.arn = UserArn(user);
    return policy::Evaluate(principal, policies, policy::Request(action, "arn:aws:s3:::b/k", policy::Context()))
        .allowed();
  }
};

TEST_F(UserPermissions, AreTheDefaultRightsOfAUserThatNeverHadAPolicy) {
  EXPECT_TRUE(load(add_user("alice"))->default_rights);
}

TEST_F(UserPermissions, AreNoneWithoutDefaultRights) {
  const auto granted = LoadGrantedPermissions(reader_, add_user("alice"));
  EXPECT_FALSE(granted->default_rights);
  EXPECT_TRUE(granted->identity.empty());
}

TEST_F(UserPermissions, AreEmptyOnceTheLastPolicyIsGone) {
  auto alice = add_user("alice");
  change([&](store::Txn& txn) {
    store::PutInlinePolicy(txn, alice.id, {"p", kReadAll});
    Govern(txn, alice.id);
  });
  EXPECT_TRUE(may(alice, "s3:GetObject"));
  EXPECT_FALSE(may(alice, "s3:PutObject"));
  change([&](store::Txn& txn) { store::EraseInlinePolicy(txn, alice.id, "p"); });
  EXPECT_FALSE(load(alice)->default_rights) << "taking a policy away must not give more";
  EXPECT_FALSE(may(alice, "s3:GetObject"));
}

TEST_F(UserPermissions, IncludeThoseOfGroupsAndOfAttachedPolicies) {
  auto alice = add_user("alice");
  auto group = add_group("readers");
  change([&](store::Txn& txn) {
    store::Link(txn, store::Relation::kMember, alice.id, group.id);
    Govern(txn, alice.id);
  });
  EXPECT_FALSE(may(alice, "s3:GetObject"));
  change([&](store::Txn& txn) {
    store::Link(txn, store::Relation::kAttachment, group.id, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
  });
  EXPECT_TRUE(may(alice, "s3:GetObject"));
  EXPECT_FALSE(may(alice, "s3:PutObject"));
  change([&](store::Txn& txn) { store::PutInlinePolicy(txn, group.id, {"no", kDenyAll}); });
  EXPECT_FALSE(may(alice, "s3:GetObject"));
}

TEST_F(UserPermissions, AreLimitedByTheBoundary) {
  auto alice = add_user("alice");
  change([&](store::Txn& txn) {
    auto user = *store::FindUserById(txn, alice.id);
    user.permissions_boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    store::PutUser(txn, user);
    store::PutInlinePolicy(txn, alice.id, {"p", kReadAll});
    Govern(txn, alice.id);
  });
  EXPECT_FALSE(may(alice, "s3:GetObject"));
}

TEST_F(UserPermissions, OfAllMembersAreReadAgainWhenTheirGroupChanges) {
  auto alice = add_user("alice");
  auto bob = add_user("bob");
  auto group = add_group("g");
  change([&](store::Txn& txn) {
    store::Link(txn, store::Relation::kMember, alice.id, group.id);
    store::Link(txn, store::Relation::kMember, bob.id, group.id);
  });
  change([&](store::Txn& txn) { TouchPermissions(txn, group.id); });
  for (const std::string& id : {alice.id, bob.id, group.id}) {
    EXPECT_NE(std::find(touched_.begin(), touched_.end(), id), touched_.end());
  }
}

TEST_F(UserPermissions, AskOnlyForTheContextThatTheirPoliciesUse) {
  auto alice = add_user("alice");
  change([&](store::Txn& txn) {
    store::PutInlinePolicy(txn, alice.id,
                           {"p", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",)"
                                 R"("Resource":"arn:aws:s3:::b/${aws:username}/*"}]})"});
    Govern(txn, alice.id);
  });
  EXPECT_EQ(load(alice)->context_keys, std::vector<std::string>{"aws:username"});
}

TEST_F(UserPermissions, KeepPoliciesFromBeingDeletedWithTheirHolder) {
  auto alice = add_user("alice");
  change([&](store::Txn& txn) { store::PutInlinePolicy(txn, alice.id, {"p", kReadAll}); });
  EXPECT_EQ(PolicyConflict(reader_, alice.id)->message(), "Cannot delete entity, must delete policies first.");
  change([&](store::Txn& txn) {
    store::EraseInlinePolicy(txn, alice.id, "p");
    store::Link(txn, store::Relation::kAttachment, alice.id, "arn:aws:iam::aws:policy/ReadOnlyAccess");
  });
  EXPECT_EQ(PolicyConflict(reader_, alice.id)->message(), "Cannot delete entity, must detach all policies first.");
}

TEST(AwsManagedPolicies, AreAllValid) {
  for (const AwsManagedPolicy& policy : AwsManagedPolicies()) {
    const auto complaint = CheckDocument(policy.document, policy::Kind::kIdentity);
    EXPECT_FALSE(complaint) << policy.name << ": " << complaint->message();
    const ManagedPolicy managed = FromAws(policy);
    EXPECT_EQ(managed.entity.id.size(), 21u) << policy.name;
    EXPECT_GT(managed.entity.created, 0) << policy.name;
    EXPECT_TRUE(policy.path.starts_with('/') && policy.path.ends_with('/')) << policy.name;
  }
}

TEST(AwsManagedPolicies, AreFoundByName) {
  for (const AwsManagedPolicy& policy : AwsManagedPolicies()) {
    EXPECT_EQ(FindAwsManagedPolicy(policy.name), &policy);
  }
  EXPECT_EQ(FindAwsManagedPolicy("NoSuchPolicy"), nullptr);
  EXPECT_EQ(FindAwsManagedPolicy("zzz"), nullptr);
}

}  // namespace
}  // namespace keymill::iam
