// What happens inside the commits of the user and access key operations, on a database in memory.

#include "server/iam/tagging.h"
#include "tests/iam/database.h"

namespace keymill::iam {
namespace {

using Principals = Database;

TEST_F(Principals, NamesAreUniqueWhateverTheirCase) {
  add_user("Alice");
  auto again = commit([&](store::Txn& txn) { return AddUser(txn, kAccount, {"aLICE", "/", "", {}}, kNow); });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), "EntityAlreadyExists");
  EXPECT_EQ(again.error().message(), "User with name aLICE already exists.");
  EXPECT_EQ(store::FindUser(reader_, kAccount, "ALICE")->name, "Alice");
}

TEST_F(Principals, UsersHaveIdsOfTheirOwn) {
  auto alice = add_user("alice");
  auto bob = add_user("bob", "/team/");
  EXPECT_NE(alice.id, bob.id);
  EXPECT_TRUE(alice.id.starts_with("AIDA"));
  EXPECT_EQ(UserArn(bob), "arn:aws:iam::123456789012:user/team/bob");
}

TEST_F(Principals, RenamingKeepsIdAndKeys) {
  auto alice = add_user("alice");
  auto key = add_key(owner_of(alice));
  ASSERT_TRUE(key);
  ASSERT_TRUE(commit([&](store::Txn& txn) { return ChangeUser(txn, kAccount, {"alice", "carol", "/x/"}); }));
  EXPECT_FALSE(store::FindUser(reader_, kAccount, "alice"));
  auto carol = store::FindUser(reader_, kAccount, "carol");
  ASSERT_TRUE(carol);
  EXPECT_EQ(carol->id, alice.id);
  EXPECT_EQ(carol->path, "/x/");
  EXPECT_EQ(carol->created, kNow);
  EXPECT_EQ(store::ListAccessKeys(reader_, carol->id).size(), 1u);
}

TEST_F(Principals, RenamingToATakenNameIsRefusedButToAnotherCaseIsNot) {
  add_user("alice");
  add_user("bob");
  auto taken = commit([&](store::Txn& txn) { return ChangeUser(txn, kAccount, {"alice", "BOB", {}}); });
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), "EntityAlreadyExists");
  ASSERT_TRUE(commit([&](store::Txn& txn) { return ChangeUser(txn, kAccount, {"alice", "Alice", {}}); }));
  EXPECT_EQ(store::FindUser(reader_, kAccount, "alice")->name, "Alice");
}

TEST_F(Principals, AnUnknownUserIsNamedInTheRefusal) {
  auto changed = commit([&](store::Txn& txn) { return ChangeUser(txn, kAccount, {"ghost", {}, {}}); });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().status(), 404);
  EXPECT_EQ(changed.error().message(), "The user with name ghost cannot be found.");
}

TEST_F(Principals, AUserWithKeysCannotBeDeleted) {
  auto alice = add_user("alice");
  auto key = add_key(owner_of(alice));
  auto removed = commit([&](store::Txn& txn) { return RemoveUser(txn, kAccount, "alice"); });
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code(), "DeleteConflict");
  EXPECT_EQ(removed.error().message(), "Cannot delete entity, must delete access keys first.");
  committer_.run([&](store::Txn& txn) { store::EraseAccessKey(txn, *key); });
  EXPECT_TRUE(commit([&](store::Txn& txn) { return RemoveUser(txn, kAccount, "alice"); }));
  EXPECT_FALSE(store::FindUser(reader_, kAccount, "alice"));
}

TEST_F(Principals, TwoKeysAreTheMostInactiveOnesIncluded) {
  auto alice = add_user("alice");
  auto first = add_key(owner_of(alice));
  ASSERT_TRUE(first);
  committer_.run([&](store::Txn& txn) { ChangeStatus(txn, *first, store::KeyStatus::kInactive, kNow); });
  ASSERT_TRUE(add_key(owner_of(alice)));
  auto third = add_key(owner_of(alice));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().status(), 409);
  EXPECT_EQ(third.error().code(), "LimitExceeded");
  EXPECT_EQ(third.error().message(), "Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_EQ(store::ListAccessKeys(reader_, alice.id).size(), 2u);
}

TEST_F(Principals, RootHasAQuotaOfItsOwn) {
  ASSERT_TRUE(add_key(root()));
  ASSERT_TRUE(add_key(root()));
  EXPECT_FALSE(add_key(root()));
  EXPECT_TRUE(add_key(owner_of(add_user("alice"))));
}

TEST_F(Principals, AKeyOfAnotherUserIsNotFound) {
  auto alice = add_user("alice");
  auto bob = add_user("bob");
  auto key = add_key(owner_of(alice));
  EXPECT_TRUE(RequireAccessKey(reader_, owner_of(alice), key->id));
  auto foreign = RequireAccessKey(reader_, owner_of(bob), key->id);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code(), "NoSuchEntity");
  EXPECT_TRUE(foreign.error().message().starts_with("The Access Key with id " + key->id + " cannot be found"));
}

TEST_F(Principals, SettingTheSameStatusAgainKeepsTheTimeOfTheChange) {
  auto key = add_key(owner_of(add_user("alice")));
  committer_.run([&](store::Txn& txn) { ChangeStatus(txn, *key, store::KeyStatus::kActive, kNow + 5000); });
  EXPECT_EQ(store::FindAccessKey(reader_, key->id)->status_changed, kNow);
  committer_.run([&](store::Txn& txn) { ChangeStatus(txn, *key, store::KeyStatus::kInactive, kNow + 5000); });
  EXPECT_EQ(store::FindAccessKey(reader_, key->id)->status_changed, kNow + 5000);
  EXPECT_EQ(store::FindAccessKey(reader_, key->id)->secret, key->secret);
}

TEST_F(Principals, WithoutANameTheSignerIsMeant) {
  auto alice = add_user("alice");
  EXPECT_EQ(FindOwner(reader_, signer(alice), std::nullopt)->id, alice.id);
  EXPECT_EQ(FindOwner(reader_, signer(alice), "ALICE")->name(), "alice");
  pipeline::Identity account_root;
  account_root.kind = pipeline::Identity::Kind::kRoot;
  account_root.account = kAccount;
  EXPECT_EQ(FindOwner(reader_, account_root, std::nullopt)->id, kAccount);
  EXPECT_EQ(FindOwner(reader_, account_root, std::nullopt)->name(), "");
}

TEST_F(Principals, TagsAreReplacedWhateverTheCaseOfTheirKeys) {
  add_user("alice");
  auto tag = [&](store::StringPairs tags) {
    return commit([&](store::Txn& txn) { return AddTags(txn, kTaggedUser, kAccount, "alice", tags); });
  };
  ASSERT_TRUE(tag({{"Team", "a"}, {"other", "x"}}));
  ASSERT_TRUE(tag({{"team", "b"}}));
  EXPECT_EQ(store::FindUser(reader_, kAccount, "alice")->tags, (store::StringPairs{{"team", "b"}, {"other", "x"}}));
  store::StringPairs many;
  for (int i = 0; i < 49; ++i) many.emplace_back("k" + std::to_string(i), "v");
  auto refused = tag(many);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "LimitExceeded");
  EXPECT_EQ(store::FindUser(reader_, kAccount, "alice")->tags.size(), 2u);
}

TEST_F(Principals, ResourcesAreArnsWithRealPaths) {
  auto alice = add_user("alice", "/team/");
  auto key = add_key(owner_of(alice));
  const std::string arn = "arn:aws:iam::123456789012:user/team/alice";
  auto params = [](std::string_view form) { return *pipeline::Params::Parse(form); };
  EXPECT_EQ(resources("GetUser", params("UserName=ALICE"), signer(alice)), std::vector{arn});
  EXPECT_EQ(resources("CreateAccessKey", {}, signer(alice)), std::vector{arn});
  EXPECT_EQ(resources("GetAccessKeyLastUsed", params("AccessKeyId=" + key->id), signer(alice)), std::vector{arn});
  EXPECT_EQ(resources("GetAccessKeyLastUsed", params("AccessKeyId=AKIAUNKNOWN"), signer(alice)),
            std::vector<std::string>{"*"});
  EXPECT_EQ(resources("CreateUser", params("UserName=bob&Path=/x/"), signer(alice)),
            std::vector<std::string>{"arn:aws:iam::123456789012:user/x/bob"});
  EXPECT_EQ(resources("UpdateUser", params("UserName=alice&NewUserName=bob"), signer(alice)),
            (std::vector<std::string>{arn, "arn:aws:iam::123456789012:user/team/bob"}));
  EXPECT_EQ(resources("ListUsers", params("PathPrefix=/team/"), signer(alice)),
            std::vector<std::string>{"arn:aws:iam::123456789012:user/team/"});
  EXPECT_EQ(resources("GetAccountSummary", {}, signer(alice)), std::vector<std::string>{"*"});
  EXPECT_EQ(resources("AddUserToGroup", params("UserName=alice&GroupName=g"), signer(alice)),
            std::vector<std::string>{"arn:aws:iam::123456789012:group/g"});
}

TEST_F(Principals, ServiceLinkedRolesAreResourcesBeforeTheyExist) {
  auto alice = add_user("alice");
  auto resource = [&](std::string_view operation, std::string_view form) {
    return resources(operation, *pipeline::Params::Parse(form), signer(alice));
  };
  const std::string roles = "arn:aws:iam::123456789012:role/aws-service-role/";
  EXPECT_EQ(resource("CreateServiceLinkedRole", "AWSServiceName=elasticloadbalancing.amazonaws.com"),
            std::vector{roles + "elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing"});
  EXPECT_EQ(resource("CreateServiceLinkedRole", "AWSServiceName=autoscaling.amazonaws.com&CustomSuffix=x"),
            std::vector{roles + "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x"});
  EXPECT_EQ(resource("CreateServiceLinkedRole", ""), std::vector{roles + "/AWSServiceRoleFor"});
  EXPECT_EQ(
      resource("GetServiceLinkedRoleDeletionStatus", "DeletionTaskId=task/aws-service-role/ecs.amazonaws.com/R/1"),
      std::vector{roles + "ecs.amazonaws.com/R"});
  for (const auto* task : {"DeletionTaskId=task", "DeletionTaskId=task/1", "DeletionTaskId=", ""}) {
    EXPECT_EQ(resource("GetServiceLinkedRoleDeletionStatus", task), std::vector<std::string>{"*"}) << task;
  }
}

}  // namespace
}  // namespace keymill::iam
