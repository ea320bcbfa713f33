#include <gtest/gtest.h>

#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

const std::vector<std::pair<std::string, std::string>> kBob{{"UserName", "bob"}};

class SnapshotOperations : public testing::TestWithParam<bool> {
 protected:
  Config config() const { return GetParam() ? TestServer::OnDisk(directory_.path()) : TestServer::InMemory(); }

 private:
  TemporaryDirectory directory_;
};
INSTANTIATE_TEST_SUITE_P(Places, SnapshotOperations, testing::Bool(),
                         [](const auto& place) { return place.param ? "OnDisk" : "InMemory"; });

TEST_P(SnapshotOperations, KeysAndObjectsAreThoseOfTheSnapshotAgain) {
  TestServer server(config());
  auto root = server.root();
  ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
  auto old_key = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  ASSERT_EQ(root.s3("PUT", "/bucket").summary(), "200");
  ASSERT_EQ(root.s3("PUT", "/bucket/large", {}, std::string(3 << 20, 'x')).summary(), "200");
  ASSERT_EQ(root.control("POST", "/snapshots", R"({"name": "base"})").summary(), "201");

  auto new_key = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  auto id = old_key.credentials().access_key_id;
  ASSERT_EQ(root.query("iam", "DeleteAccessKey", {{"UserName", "bob"}, {"AccessKeyId", id}}).summary(), "200");
  ASSERT_EQ(root.s3("DELETE", "/bucket/large").summary(), "204");
  ASSERT_EQ(new_key.query("sts", "GetCallerIdentity").summary(), "200");

  ASSERT_EQ(root.control("POST", "/snapshots/base/restore").summary(), "200");
  EXPECT_EQ(old_key.query("sts", "GetCallerIdentity").summary(), "200");
  EXPECT_EQ(new_key.query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(root.s3("GET", "/bucket/large").body, std::string(3 << 20, 'x'));
}

TEST_P(SnapshotOperations, AResetLeavesTheRootKeysAndNothingElse) {
  TestServer server(config());
  auto root = server.root();
  ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
  auto bob = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  auto second = server.client(CreatedKey(root.query("iam", "CreateAccessKey")));
  ASSERT_EQ(root.s3("PUT", "/bucket").summary(), "200");
  ASSERT_EQ(root.control("POST", "/accounts", R"({"account_id": "210987654321"})").summary(), "201");
  ASSERT_EQ(root.control("POST", "/reset").summary(), "200");
  EXPECT_EQ(bob.query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(root.query("iam", "GetUser", kBob).summary(), "404 NoSuchEntity");
  EXPECT_EQ(root.s3("HEAD", "/bucket").status, 404);
  EXPECT_EQ(root.control("GET", "/accounts/210987654321").summary(), "404 NoSuchAccount");
  EXPECT_EQ(second.query("sts", "GetCallerIdentity").summary(), "200") << "all keys of the root user stay";
  ASSERT_EQ(root.s3("PUT", "/bucket").summary(), "200");
}

TEST_P(SnapshotOperations, AreNamedListedAndDeleted) {
  TestServer server(config());
  auto root = server.root();
  ASSERT_EQ(root.control("POST", "/snapshots", R"({"name": "one"})").summary(), "201");
  EXPECT_EQ(root.control("POST", "/snapshots", R"({"name": "one"})").summary(), "409 SnapshotAlreadyExists");
  EXPECT_EQ(root.control("POST", "/snapshots", R"({"name": "one", "replace": true})").summary(), "201");
  EXPECT_EQ(At(root.control("GET", "/snapshots").body, "/snapshots/0/name"), "one");
  EXPECT_EQ(root.control("DELETE", "/snapshots/one").summary(), "204");
  EXPECT_EQ(root.control("DELETE", "/snapshots/one").summary(), "404 NoSuchSnapshot");
  EXPECT_EQ(root.control("POST", "/snapshots/one/restore").summary(), "404 NoSuchSnapshot");
  EXPECT_EQ(root.control("POST", "/snapshots", R"({"name": "../x"})").summary(), "400 InvalidRequest");
  EXPECT_EQ(root.control("POST", "/snapshots").summary(), "400 InvalidRequest");
}

TEST(Snapshots, ARestoredStateStaysAfterARestart) {
  TemporaryDirectory directory;
  {
    TestServer server(TestServer::OnDisk(directory.path()));
    auto root = server.root();
    ASSERT_EQ(root.s3("PUT", "/first-bucket").summary(), "200");
    ASSERT_EQ(root.control("POST", "/snapshots", R"({"name": "one"})").summary(), "201");
    ASSERT_EQ(root.s3("PUT", "/second-bucket").summary(), "200");
    ASSERT_EQ(root.control("POST", "/snapshots/one/restore").summary(), "200");
  }
  TestServer server(TestServer::OnDisk(directory.path()));
  auto root = server.root();
  EXPECT_EQ(root.s3("HEAD", "/first-bucket").status, 200);
  EXPECT_EQ(root.s3("HEAD", "/second-bucket").status, 404);
  EXPECT_EQ(At(root.control("GET", "/snapshots").body, "/snapshots/0/name"), "one");
}

TEST(Snapshots, BelongToTheServersAccount) {
  TestServer server;
  auto root = server.root();
  const auto made = root.control("POST", "/accounts");
  auto tenant =
      server.client({At(made.body, "/access_key/access_key_id"), At(made.body, "/access_key/secret_access_key")});
  EXPECT_EQ(tenant.control("POST", "/reset").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("GET", "/snapshots").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("POST", "/snapshots", R"({"name": "x"})").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.query("sts", "GetCallerIdentity").summary(), "200");
}

TEST(Snapshots, TheServersOwnKeyIsBackIfTheSnapshotLacksIt) {
  TestServer server;
  auto root = server.root();
  auto other = server.client(CreatedKey(root.query("iam", "CreateAccessKey")));
  ASSERT_EQ(other.query("iam", "DeleteAccessKey", {{"AccessKeyId", TestServer::kRootId}}).summary(), "200");
  ASSERT_EQ(other.control("POST", "/snapshots", R"({"name": "x"})").summary(), "201");
  ASSERT_EQ(other.control("POST", "/snapshots/x/restore").summary(), "200");
  EXPECT_EQ(root.query("sts", "GetCallerIdentity").summary(), "200") << "it was given in the configuration";
}

}  // namespace
}  // namespace keymill::test
