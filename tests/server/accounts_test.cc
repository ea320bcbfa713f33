#include <gtest/gtest.h>

#include "tests/server/json.h"
#include "tests/server/sessions.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr const char* kTenant = "210987654321";

/// A second account, and its root user's client.
tools::AwsClient Tenant(const TestServer& server, std::string_view id = kTenant) {
  auto root = server.root();
  const auto made = root.control("POST", "/accounts", R"({"account_id": ")" + std::string(id) + R"("})");
  EXPECT_EQ(made.summary(), "201") << made.body;
  return server.client({At(made.body, "/access_key/access_key_id"), At(made.body, "/access_key/secret_access_key")});
}

TEST(Accounts, ANewAccountHasItsOwnRootUser) {
  TestServer server;
  auto tenant = Tenant(server);
  const auto caller = tenant.query("sts", "GetCallerIdentity");
  EXPECT_EQ(caller.element("Account"), kTenant);
  EXPECT_EQ(caller.element("Arn"), "arn:aws:iam::210987654321:root");
  EXPECT_EQ(server.root().query("sts", "GetCallerIdentity").element("Account"), "123456789012");
}

TEST(Accounts, WhatIsNotGivenIsMadeUp) {
  TestServer server;
  auto root = server.root();
  const auto made = root.control("POST", "/accounts");
  ASSERT_EQ(made.summary(), "201");
  const auto id = At(made.body, "/account/account_id");
  EXPECT_EQ(id.size(), 12u);
  EXPECT_EQ(root.query("sts", "GetAccessKeyInfo", {{"AccessKeyId", At(made.body, "/access_key/access_key_id")}})
                .element("Account"),
            id);
  EXPECT_NE(At(root.control("POST", "/accounts").body, "/account/account_id"), id);
}

TEST(Accounts, KeysMayBeChosen) {
  TestServer server;
  auto root = server.root();
  const auto chosen = R"({"account_id": "210987654321", "access_key_id": "AKIDCHOSENBYTHETEST",
                          "secret_access_key": "chosen-secret"})";
  ASSERT_EQ(root.control("POST", "/accounts", chosen).summary(), "201");
  auto tenant = server.client({"AKIDCHOSENBYTHETEST", "chosen-secret"});
  EXPECT_EQ(tenant.query("sts", "GetCallerIdentity").element("Account"), kTenant);
  EXPECT_EQ(root.query("sts", "GetAccessKeyInfo", {{"AccessKeyId", "AKIDCHOSENBYTHETEST"}}).element("Account"),
            kTenant);
  const auto again = R"({"access_key_id": "AKIDCHOSENBYTHETEST", "secret_access_key": "other"})";
  EXPECT_EQ(root.control("POST", "/accounts", again).summary(), "409 AccessKeyAlreadyExists");
  EXPECT_EQ(At(root.control("GET", "/accounts").body, "/accounts/2"), "") << "the refused account was not left behind";
}

TEST(Accounts, UsersWithOneNameInTwoAccountsAreTwoUsers) {
  TestServer server;
  auto root = server.root();
  auto tenant = Tenant(server);
  const std::vector<std::pair<std::string, std::string>> bob{{"UserName", "bob"}};
  ASSERT_EQ(root.query("iam", "CreateUser", bob).summary(), "200");
  ASSERT_EQ(tenant.query("iam", "CreateUser", bob).summary(), "200");
  EXPECT_EQ(tenant.query("iam", "GetUser", bob).element("Arn"), "arn:aws:iam::210987654321:user/bob");
  const auto key = CreatedKey(tenant.query("iam", "CreateAccessKey", bob));
  EXPECT_EQ(server.client(key).query("sts", "GetCallerIdentity").element("Account"), kTenant);
  EXPECT_EQ(root.query("iam", "UpdateAccessKey",
                       {{"UserName", "bob"}, {"AccessKeyId", key.access_key_id}, {"Status", "Inactive"}})
                .summary(),
            "404 NoSuchEntity")
      << "a key belongs to a user of another account";
}

TEST(Accounts, BucketNamesAreSharedAndListingsAreNot) {
  TestServer server;
  auto root = server.root();
  auto tenant = Tenant(server);
  ASSERT_EQ(root.s3("PUT", "/first-bucket").summary(), "200");
  EXPECT_EQ(tenant.s3("PUT", "/first-bucket").summary(), "409 BucketAlreadyExists");
  ASSERT_EQ(tenant.s3("PUT", "/second-bucket").summary(), "200");
  const auto listing = tenant.s3("GET", "/").body;
  EXPECT_NE(listing.find("second-bucket"), std::string::npos);
  EXPECT_EQ(listing.find("first-bucket"), std::string::npos);
}

TEST(Accounts, OnlyTheServersAccountManagesAccounts) {
  TestServer server;
  auto tenant = Tenant(server);
  EXPECT_EQ(tenant.control("GET", "/accounts").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("POST", "/accounts").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("DELETE", "/accounts/123456789012?force=true").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("POST", "/accounts/123456789012/keys").summary(), "403 AccessDenied");
}

TEST(Accounts, AnAccountIsDeletedWhenItIsEmptyOrByForce) {
  TestServer server;
  auto root = server.root();
  auto tenant = Tenant(server);
  ASSERT_EQ(tenant.query("iam", "CreateUser", {{"UserName", "bob"}}).summary(), "200");
  auto bob = server.client(CreatedKey(tenant.query("iam", "CreateAccessKey", {{"UserName", "bob"}})));
  ASSERT_EQ(tenant.query("iam", "CreateGroup", {{"GroupName", "staff"}}).summary(), "200");
  ASSERT_EQ(tenant.query("iam", "AddUserToGroup", {{"UserName", "bob"}, {"GroupName", "staff"}}).summary(), "200");
  ASSERT_EQ(tenant.s3("PUT", "/their-bucket").summary(), "200");
  ASSERT_EQ(tenant.s3("PUT", "/their-bucket/k", {}, "v").summary(), "200");
  ASSERT_EQ(tenant.s3("POST", "/their-bucket/unfinished", "uploads").summary(), "200");
  ASSERT_EQ(root.s3("PUT", "/our-bucket").summary(), "200");

  const std::string path = "/accounts/" + std::string(kTenant);
  EXPECT_EQ(root.control("DELETE", path).summary(), "409 AccountNotEmpty");
  EXPECT_EQ(tenant.s3("GET", "/their-bucket/k").body, "v");
  EXPECT_EQ(root.control("DELETE", path + "?force=true").summary(), "204");
  EXPECT_EQ(tenant.s3("GET", "/their-bucket/k").summary(), "403 InvalidAccessKeyId");
  EXPECT_EQ(bob.query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(root.control("GET", path).summary(), "404 NoSuchAccount");
  EXPECT_EQ(root.s3("HEAD", "/our-bucket").summary(), "200");
  EXPECT_EQ(root.s3("PUT", "/their-bucket").summary(), "200") << "the name is free again";
  EXPECT_EQ(root.control("DELETE", "/accounts/123456789012?force=true").summary(), "409 ServersOwnAccount");

  auto next = Tenant(server);
  EXPECT_EQ(next.query("iam", "GetUser", {{"UserName", "bob"}}).summary(), "404 NoSuchEntity");
  EXPECT_EQ(root.control("DELETE", path).summary(), "204") << "a root key does not count";
}

TEST(Accounts, SessionsOfADeletedAccountAreNotThoseOfTheNextOneWithItsId) {
  TestServer server;
  auto root = server.root();
  auto tenant = Tenant(server);
  const auto session = SessionOf(tenant.query("sts", "GetSessionToken"));
  const auto federated = SessionOf(tenant.query("sts", "GetFederationToken", {{"Name", "guest"}}));
  root.query("iam", "CreateUser", {{"UserName", "admin"}});
  root.query("iam", "PutUserPolicy",
             {{"UserName", "admin"}, {"PolicyName", "p"}, {"PolicyDocument", Allow("sts:AssumeRoot")}});
  auto admin = server.client(CreatedKey(root.query("iam", "CreateAccessKey", {{"UserName", "admin"}})));
  const auto task =
      SessionOf(admin.query("sts", "AssumeRoot",
                            {{"TargetPrincipal", kTenant},
                             {"TaskPolicyArn.arn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}));
  for (const auto& credentials : {session, federated, task}) {
    EXPECT_EQ(server.client(credentials).query("sts", "GetCallerIdentity").summary(), "200");
  }
  ASSERT_EQ(root.control("DELETE", "/accounts/" + std::string(kTenant) + "?force=true").summary(), "204");
  auto next = Tenant(server);
  for (const auto& credentials : {session, federated, task}) {
    EXPECT_EQ(server.client(credentials).query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
    EXPECT_EQ(server.client(credentials).s3("GET", "/").summary(), "403 InvalidAccessKeyId");
  }
  auto fresh = server.client(SessionOf(next.query("sts", "GetSessionToken")));
  EXPECT_EQ(fresh.query("sts", "GetCallerIdentity").element("Account"), kTenant);
}

TEST(Accounts, ARootUserHasTwoKeysAtMost) {
  TestServer server;
  auto root = server.root();
  auto first = Tenant(server);
  const std::string path = "/accounts/" + std::string(kTenant) + "/keys";
  const auto made = root.control("POST", path);
  ASSERT_EQ(made.summary(), "201");
  auto second =
      server.client({At(made.body, "/access_key/access_key_id"), At(made.body, "/access_key/secret_access_key")});
  EXPECT_EQ(second.query("sts", "GetCallerIdentity").element("Account"), kTenant);
  EXPECT_EQ(root.control("POST", path).summary(), "409 LimitExceeded");
  EXPECT_EQ(root.control("POST", "/accounts/999999999999/keys").summary(), "404 NoSuchAccount");
}

TEST(Accounts, BadBodiesAreRefusedWithTheirPlace) {
  TestServer server;
  auto root = server.root();
  auto refused = root.control("POST", "/accounts", R"({"account_id": "12"})");
  EXPECT_EQ(refused.summary(), "400 InvalidRequest");
  EXPECT_EQ(At(refused.body, "/error/path"), "$.account_id");
  EXPECT_EQ(root.control("POST", "/accounts", R"({"acount_id": "210987654321"})").summary(), "400 InvalidRequest");
  refused = root.control("POST", "/accounts", "{\n  \"name\": \"a\"\n  \"b\": 1}");
  EXPECT_EQ(refused.summary(), "400 InvalidJson");
  EXPECT_EQ(At(refused.body, "/error/line"), "3");
  Tenant(server);
  EXPECT_EQ(root.control("POST", "/accounts", R"({"account_id": "210987654321"})").summary(),
            "409 AccountAlreadyExists");
}

TEST(Accounts, SurviveARestart) {
  TemporaryDirectory directory;
  sigv4::Credentials key;
  {
    TestServer server(TestServer::OnDisk(directory.path()));
    key = Tenant(server).credentials();
  }
  TestServer server(TestServer::OnDisk(directory.path()));
  EXPECT_EQ(server.client(key).query("sts", "GetCallerIdentity").element("Account"), kTenant);
  EXPECT_EQ(At(server.root().control("GET", "/accounts/210987654321").body, "/account/account_id"), kTenant);
}

}  // namespace
}  // namespace keymill::test
