#include <gtest/gtest.h>

#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;
const Parameters kBob{{"UserName", "bob"}};

Parameters Bob(const Parameters& more) {
  Parameters all = kBob;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(Rotation, NewKeyWorksWhileOldOneStopsTheMomentItIsInactive) {
  TestServer server;
  auto root = server.root();
  ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
  auto old_key = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  ASSERT_EQ(old_key.s3("PUT", "/bob-bucket").summary(), "200");
  ASSERT_EQ(old_key.s3("PUT", "/bob-bucket/k", {}, "v").summary(), "200");
  auto new_key = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  EXPECT_EQ(new_key.s3("GET", "/bob-bucket/k").body, "v");

  auto id = old_key.credentials().access_key_id;
  ASSERT_EQ(root.query("iam", "UpdateAccessKey", Bob({{"AccessKeyId", id}, {"Status", "Inactive"}})).summary(), "200");
  EXPECT_EQ(old_key.s3("GET", "/bob-bucket/k").summary(), "403 InvalidAccessKeyId");
  EXPECT_EQ(old_key.query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(new_key.s3("GET", "/bob-bucket/k").summary(), "200");

  ASSERT_EQ(root.query("iam", "UpdateAccessKey", Bob({{"AccessKeyId", id}, {"Status", "Active"}})).summary(), "200");
  EXPECT_EQ(old_key.s3("GET", "/bob-bucket/k").summary(), "200") << "a deactivated key can be reactivated";

  ASSERT_EQ(root.query("iam", "DeleteAccessKey", Bob({{"AccessKeyId", id}})).summary(), "200");
  EXPECT_EQ(old_key.s3("GET", "/bob-bucket/k").summary(), "403 InvalidAccessKeyId");
}

TEST(Rotation, KeysUsersAndObjectsSurviveARestart) {
  TemporaryDirectory directory;
  sigv4::Credentials bob;
  {
    TestServer server(TestServer::OnDisk(directory.path()));
    auto root = server.root();
    ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
    bob = CreatedKey(root.query("iam", "CreateAccessKey", kBob));
    auto client = server.client(bob);
    ASSERT_EQ(client.s3("PUT", "/bob-bucket").summary(), "200");
    ASSERT_EQ(client.s3("PUT", "/bob-bucket/small", {}, "v").summary(), "200");
    ASSERT_EQ(client.s3("PUT", "/bob-bucket/large", {}, std::string(3 << 20, 'x')).summary(), "200");
    ASSERT_EQ(client.query("sts", "GetCallerIdentity").summary(), "200");
  }
  TestServer server(TestServer::OnDisk(directory.path()));
  auto client = server.client(bob);
  EXPECT_EQ(client.s3("GET", "/bob-bucket/small").body, "v");
  EXPECT_EQ(client.s3("GET", "/bob-bucket/large").body, std::string(3 << 20, 'x'));
  EXPECT_EQ(client.query("sts", "GetCallerIdentity").element("Arn"), "arn:aws:iam::123456789012:user/bob");
  EXPECT_EQ(
      server.root().query("iam", "GetAccessKeyLastUsed", {{"AccessKeyId", bob.access_key_id}}).element("ServiceName"),
      "sts");
}

TEST(Rotation, ARenamedUserKeepsItsKeysUnderTheNewArn) {
  TestServer server;
  auto root = server.root();
  ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
  auto client = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  ASSERT_EQ(root.query("iam", "UpdateUser", Bob({{"NewUserName", "robert"}})).summary(), "200");
  EXPECT_EQ(client.query("sts", "GetCallerIdentity").element("Arn"), "arn:aws:iam::123456789012:user/robert");
}

TEST(Authorization, AUserManagesItselfAndNobodyElse) {
  TestServer server;
  auto root = server.root();
  ASSERT_EQ(root.query("iam", "CreateUser", kBob).summary(), "200");
  auto bob = server.client(CreatedKey(root.query("iam", "CreateAccessKey", kBob)));
  EXPECT_EQ(bob.query("iam", "GetUser").element("UserName"), "bob");
  EXPECT_EQ(bob.query("iam", "ListAccessKeys").summary(), "200");
  auto denied = bob.query("iam", "CreateUser", {{"UserName", "eve"}});
  EXPECT_EQ(denied.summary(), "403 AccessDenied");
  EXPECT_EQ(denied.element("Message"),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:CreateUser on resource: "
            "arn:aws:iam::123456789012:user/eve because no identity-based policy allows the iam:CreateUser action");
  EXPECT_EQ(root.query("iam", "GetUser", {{"UserName", "eve"}}).summary(), "404 NoSuchEntity");
}

}  // namespace
}  // namespace keymill::test
