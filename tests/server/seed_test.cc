#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "server/pipeline/clock.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

const std::filesystem::path kExample = std::filesystem::path(KEYMILL_TEST_DATA) / "seed/example.json";

/// A key of user bob, whom `Bob` describes.
const sigv4::Credentials kBob{"AKIASEEDEDKEYOFBOB01", "bobs-seeded-secret"};
std::string Bob(std::string_view more = {}) {
  return R"({"accounts": [{"users": [{"name": "bob", "access_keys": [
    {"access_key_id": "AKIASEEDEDKEYOFBOB01", "secret_access_key": "bobs-seeded-secret"}])" +
         std::string(more) + "}]}]}";
}

std::string Counts(const tools::Answer& answer) {
  if (answer.status != 200) return answer.summary() + ": " + At(answer.body, "/error/message");
  return "created " + At(answer.body, "/created") + " changed " + At(answer.body, "/changed") + " unchanged " +
         At(answer.body, "/unchanged");
}

/// The start of what is wrong: "line 3, column 5: $.accounts…".
std::string Complaint(TestServer& server, std::string_view seed) {
  const auto answer = server.root().control("PUT", "/seed", seed);
  return answer.status == 400 ? At(answer.body, "/error/message") : answer.summary();
}

TEST(Seed, MakesUsersWithTheKeysThatItNames) {
  TestServer server;
  EXPECT_EQ(Counts(server.root().control("PUT", "/seed", Bob())), "created 2 changed 0 unchanged 1");
  const auto caller = server.client(kBob).query("sts", "GetCallerIdentity");
  EXPECT_EQ(caller.summary(), "200");
  EXPECT_EQ(caller.element("Arn"), "arn:aws:iam::123456789012:user/bob");
}

TEST(Seed, ChangesNothingTheSecondTime) {
  TestServer server;
  auto root = server.root();
  const auto seed = R"({"accounts": [{"alias": "twice", "groups": [{"name": "g"}],
    "policies": [{"name": "p", "tags": {"k": "v"}, "document": {"Version": "2012-10-17", "Statement": []}}],
    "users": [{"name": "u", "groups": ["g"], "access_keys": [
      {"access_key_id": "AKIASEEDEDKEYOFUUUUU", "secret_access_key": "s", "status": "Inactive"}]}],
    "buckets": [{"name": "twice-seeded", "versioning": "Enabled", "tags": {"a": "b"},
      "configurations": {"publicAccessBlock": null,
        "lifecycle": "<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>"},
      "objects": [{"key": "k", "content": "text", "metadata": {"b": "1", "a": "2"}, "tags": {"t": "1"}},
                  {"key": "empty"}]}]}]})";
  std::string text = seed;
  const std::string empty_policy = R"("Statement": [])";
  text.replace(text.find(empty_policy), empty_policy.size(),
               R"("Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", text)), "created 7 changed 1 unchanged 0");
  const auto user = root.query("iam", "GetUser", {{"UserName", "u"}});
  const auto versions = root.s3("GET", "/twice-seeded", "versions").body;
  server.app().clock().set_offset(600 * 1000);
  EXPECT_EQ(Counts(root.control("PUT", "/seed", text)), "created 0 changed 0 unchanged 8");
  const auto same_user = root.query("iam", "GetUser", {{"UserName", "u"}});
  EXPECT_EQ(same_user.element("UserId"), user.element("UserId"));
  EXPECT_EQ(same_user.element("CreateDate"), user.element("CreateDate"));
  EXPECT_EQ(root.s3("GET", "/twice-seeded", "versions").body, versions);
}

TEST(Seed, UpdatesWhatItNamesAndDeletesNothing) {
  TestServer server;
  auto root = server.root();
  ASSERT_EQ(root.control("PUT", "/seed", Bob(R"(, "tags": {"a": "1", "b": "1"})")).status, 200);
  const std::string changed = R"({"accounts": [{"users": [
    {"name": "bob", "path": "/ops/", "tags": {"b": "2"}, "access_keys": [
      {"access_key_id": "AKIASEEDEDKEYOFBOB01", "secret_access_key": "another-secret"},
      {"access_key_id": "AKIASEEDEDKEYOFBOB02", "secret_access_key": "second-secret"}]}]}]})";
  EXPECT_EQ(Counts(root.control("PUT", "/seed", changed)), "created 1 changed 2 unchanged 1");
  const auto old_secret = server.client(kBob).query("sts", "GetCallerIdentity");
  EXPECT_EQ(old_secret.summary(), "403 SignatureDoesNotMatch");
  const auto caller = server.client({"AKIASEEDEDKEYOFBOB01", "another-secret"}).query("sts", "GetCallerIdentity");
  EXPECT_EQ(caller.element("Arn"), "arn:aws:iam::123456789012:user/ops/bob");
  EXPECT_EQ(server.client({"AKIASEEDEDKEYOFBOB02", "second-secret"}).query("sts", "GetCallerIdentity").status, 200);
  const auto user = root.query("iam", "ListUserTags", {{"UserName", "bob"}}).body;
  EXPECT_NE(user.find("<Key>a</Key>\n        <Value>1</Value>"), std::string::npos) << user;
  EXPECT_NE(user.find("<Key>b</Key>\n        <Value>2</Value>"), std::string::npos) << user;
  EXPECT_EQ(Counts(root.control("PUT", "/seed", R"({"accounts": [{}]})")), "created 0 changed 0 unchanged 1");
  EXPECT_EQ(root.query("iam", "GetUser", {{"UserName", "bob"}}).status, 200);
}

TEST(Seed, IsAppliedWholeOrNotAtAll) {
  TestServer server;
  auto root = server.root();
  const std::string seed = R"({"accounts": [{
    "users": [{"name": "bob"}],
    "buckets": [{"name": "seeded-bucket", "objects": [{"key": "large", "content": ")" +
                           std::string(100000, 'x') + R"("}]},
                {"name": "No_Bucket_Name"}]}]})";
  EXPECT_EQ(Complaint(server, seed),
            "line 4, column 17: $.accounts[0].buckets[1]: InvalidBucketName: The specified bucket is not valid.");
  EXPECT_EQ(root.query("iam", "GetUser", {{"UserName", "bob"}}).summary(), "404 NoSuchEntity");
  EXPECT_EQ(root.s3("HEAD", "/seeded-bucket").status, 404);
}

TEST(Seed, WhatIsWrongIsNamedWithItsLine) {
  TestServer server;
  EXPECT_EQ(Complaint(server, "{\n  \"accounts\": [\n}"), "line 3: not valid JSON: syntax error");
  EXPECT_EQ(Complaint(server, "{\n \"account\": []}"), "line 2, column 13: $.account: is not known here");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [{\n  \"name\": \"u\",\n  \"acces_keys\": []}]}]}"),
            "line 3, column 17: $.accounts[0].users[0].acces_keys: is not known here");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [],\n  \"users\": []}]}"),
            "line 2, column 3: $.accounts[0].users: is there twice");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [{\"name\": \"ü\", \"path\": 7}]}]}"),
            "line 1, column 48: $.accounts[0].users[0].path: must be a string");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [{\"name\": \"u\", \"tags\": {\"cost center\": 7}}]}]}"),
            "line 1, column 64: $.accounts[0].users[0].tags[\"cost center\"]: must be a string");
  EXPECT_EQ(Complaint(server,
                      "{\"accounts\": [{\"users\": [{\"name\": \"u\", \"access_keys\": [\n"
                      "{\"access_key_id\": \"short\", \"secret_access_key\": \"s\"}]}]}]}"),
            "line 2, column 19: $.accounts[0].users[0].access_keys[0].access_key_id: must be 16 to 128 letters, digits "
            "or '_'");
  EXPECT_EQ(Complaint(server,
                      "{\"accounts\": [{\"policies\": [{\"name\": \"p\",\n\"document\": {\"Version\": "
                      "\"2012-10-17\"}}]}]}"),
            "line 2, column 13: $.accounts[0].policies[0].document: MalformedPolicyDocument: Syntax errors in policy.");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [{\"name\": \"u\",\n\"groups\": [\"none\"]}]}]}"),
            "line 2, column 12: $.accounts[0].users[0].groups[0]: NoSuchEntity: The group with name none cannot be "
            "found.");
  EXPECT_EQ(Complaint(server, "{\"accounts\": [{\"users\": [{\"name\": \"u\"},\n{\"name\": \"U\"}]}]}"),
            "line 2, column 1: $.accounts[0].users[1]: the file has this user twice");
  EXPECT_EQ(Complaint(server,
                      "{\"accounts\": [{\"buckets\": [{\"name\": \"bucket\", \"configurations\": {\n\"cors\": "
                      "\"<CORS\"}}]}]}"),
            "line 2, column 9: $.accounts[0].buckets[0].configurations.cors: MalformedXML: must be XML with the root "
            "CORSConfiguration");
}

TEST(Seed, AKeyOfSomebodyElseIsRefused) {
  TestServer server;
  ASSERT_EQ(server.root().control("PUT", "/seed", Bob()).status, 200);
  std::string eve = Bob();
  eve.replace(eve.find("bob"), 3, "eve");
  EXPECT_EQ(
      Complaint(server, eve),
      "line 2, column 23: $.accounts[0].users[0].access_keys[0].access_key_id: AccessKeyAlreadyExists: the access "
      "key belongs to somebody else");
  EXPECT_EQ(server.root().query("iam", "GetUser", {{"UserName", "eve"}}).status, 404);
}

TEST(Seed, AUserHasTwoKeysAtMost) {
  TestServer server;
  const auto three = R"({"accounts": [{"users": [{"name": "u", "access_keys": [
    {"access_key_id": "AKIASEEDEDKEYOFUUU01", "secret_access_key": "s"},
    {"access_key_id": "AKIASEEDEDKEYOFUUU02", "secret_access_key": "s"},
    {"access_key_id": "AKIASEEDEDKEYOFUUU03", "secret_access_key": "s"}]}]}]})";
  EXPECT_EQ(
      Complaint(server, three),
      "line 4, column 23: $.accounts[0].users[0].access_keys[2].access_key_id: LimitExceeded: Cannot exceed quota "
      "for AccessKeysPerUser: 2");
}

TEST(Seed, RolesMayTrustEachOtherButNobodyWhoIsNotThere) {
  TestServer server;
  const auto trusting = [](const std::string& name, const std::string& whom) {
    return R"({"name": ")" + name +
           R"(", "trust_policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
      "Principal": {"AWS": "arn:aws:iam::123456789012:role/)" +
           whom + "\"}}}}";
  };
  const auto mutual = R"({"accounts": [{"roles": [)" + trusting("a", "b") + "," + trusting("b", "a") + "]}]}";
  EXPECT_EQ(Counts(server.root().control("PUT", "/seed", mutual)), "created 2 changed 0 unchanged 1");
  const auto nobody = R"({"accounts": [{"roles": [)" + trusting("c", "nobody") + "]}]}";
  EXPECT_NE(Complaint(server, nobody).find("roles[0].trust_policy: MalformedPolicyDocument: Invalid principal"),
            std::string::npos);
}

TEST(Seed, APolicyThatChangesGetsANewVersionHoweverOften) {
  TestServer server;
  auto root = server.root();
  for (int i = 0; i < 8; ++i) {
    const auto seed = R"({"accounts": [{"policies": [{"name": "p", "document": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/)" +
                      std::to_string(i) + R"("}}}]}]})";
    ASSERT_EQ(Counts(root.control("PUT", "/seed", seed)),
              i == 0 ? "created 1 changed 0 unchanged 1" : "created 0 changed 1 unchanged 1");
  }
  const auto policy = root.query("iam", "GetPolicy", {{"PolicyArn", "arn:aws:iam::123456789012:policy/p"}});
  EXPECT_EQ(policy.element("DefaultVersionId"), "v8");
}

TEST(Seed, PublicPoliciesNeedThePublicAccessBlockGone) {
  TestServer server;
  const std::string policy = R"("policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
    "Action": "s3:GetObject", "Resource": "arn:aws:s3:::public-bucket/*"}})";
  const std::string bucket =
      R"({"accounts": [{"buckets": [{"name": "public-bucket", "objects": [{"key": "k", "content": "c"}], )";
  EXPECT_NE(Complaint(server, bucket + policy + "}]}]}").find("public access block"), std::string::npos);
  const auto open = bucket + R"("configurations": {"publicAccessBlock": null}, )" + policy + "}]}]}";
  ASSERT_EQ(Counts(server.root().control("PUT", "/seed", open)), "created 2 changed 0 unchanged 1");
  http::Client anonymous("127.0.0.1", server.port());
  const auto answer = anonymous.send("GET", "/public-bucket/k", {{"Host", server.host()}}, {});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "c");
}

TEST(Seed, BelongsToTheServersAccountAndItsFilesToThoseWhoStartIt) {
  TestServer server;
  auto root = server.root();
  const auto made = root.control("POST", "/accounts");
  auto tenant =
      server.client({At(made.body, "/access_key/access_key_id"), At(made.body, "/access_key/secret_access_key")});
  EXPECT_EQ(tenant.control("PUT", "/seed", Bob()).summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("GET", "/export").summary(), "403 AccessDenied");
  const auto file = R"({"accounts": [{"buckets": [{"name": "bucket", "objects": [
    {"key": "k", "content": {"file": "/etc/passwd"}}]}]}]})";
  EXPECT_NE(Complaint(server, file).find("objects[0].content.file: a request cannot name files"), std::string::npos);
}

TEST(Seed, SecretsAreExportedOnlyToThoseWhoMayHaveThem) {
  TestServer server;
  auto root = server.root();
  const auto policy = R"(, "inline_policies": {"p": {"Version": "2012-10-17", "Statement":
    {"Effect": "Allow", "Action": "keymill:GetExport", "Resource": "*"}}})";
  ASSERT_EQ(root.control("PUT", "/seed", Bob(policy)).status, 200);
  auto bob = server.client(kBob);
  const auto plain = bob.control("GET", "/export");
  EXPECT_EQ(plain.summary(), "200");
  EXPECT_EQ(plain.body.find("secret"), std::string::npos);
  EXPECT_EQ(bob.control("GET", "/export/secrets").summary(), "403 AccessDenied");
  EXPECT_NE(root.control("GET", "/export/secrets").body.find("bobs-seeded-secret"), std::string::npos);
}

TEST(Seed, AnExportAppliedToANewServerIsExportedTheSame) {
  Config config = TestServer::InMemory();
  config.seeds = {kExample};
  TestServer first(config);
  auto root = first.root();
  // What only the API can make: a governed user without policies, configurations, an ACL, octets that are no text.
  const std::vector<std::pair<std::string, std::string>> once{{"UserName", "once"}, {"GroupName", "readers"}};
  ASSERT_EQ(root.query("iam", "CreateUser", {once[0]}).status, 200);
  ASSERT_EQ(root.query("iam", "AddUserToGroup", once).status, 200);
  ASSERT_EQ(root.query("iam", "RemoveUserFromGroup", once).status, 200);
  ASSERT_EQ(root.s3("PUT", "/owned", {}, {},
                    {{"x-amz-object-ownership", "BucketOwnerPreferred"}, {"x-amz-bucket-object-lock-enabled", "true"}})
                .status,
            200);
  ASSERT_EQ(root.s3("PUT", "/owned/bytes", {}, std::string("\xff\0\x80", 3)).status, 200);
  ASSERT_EQ(root.s3("PUT", "/owned/large", {}, std::string(300000, 'l')).status, 200);
  ASSERT_EQ(root.s3("DELETE", "/owned", "publicAccessBlock").status, 204);
  const auto exported = root.control("GET", "/export/secrets?objects=true");
  ASSERT_EQ(exported.summary(), "200");

  TemporaryDirectory directory;
  std::ofstream(directory.path() / "seed.json") << exported.body;
  config.seeds = {directory.path() / "seed.json"};
  TestServer second(config);
  EXPECT_EQ(second.root().control("GET", "/export/secrets?objects=true").body, exported.body);
  EXPECT_EQ(second.root().s3("GET", "/owned/large").body, std::string(300000, 'l'));
  const auto again = second.root().control("PUT", "/seed", exported.body);
  EXPECT_EQ(At(again.body, "/created") + At(again.body, "/changed"), "00") << again.body;
}

TEST(Seed, OfTheStartIsThereBeforeTheFirstRequestAndAfterARestart) {
  TemporaryDirectory directory;
  Config config = TestServer::OnDisk(directory.path());
  config.seeds = {kExample};
  std::string user_id;
  for (int start = 0; start < 2; ++start) {
    TestServer server(config);
    auto app = server.client({"AKIAEXAMPLEAPP000001", "app-secret-for-tests"});
    EXPECT_EQ(app.s3("GET", "/reports/2026/january.csv").body, "day,total\n1,10\n2,12\n");
    EXPECT_EQ(app.s3("GET", "/reports/hello.txt").body, "hello\n");
    EXPECT_EQ(server.client({"AKIAEXAMPLEAPP000002", "old-secret-for-tests"}).s3("GET", "/reports/hello.txt").summary(),
              "403 InvalidAccessKeyId");
    EXPECT_EQ(server.client({"AKIAEXAMPLEPARTNER01", "partner-secret-for-tests"})
                  .query("sts", "GetCallerIdentity")
                  .element("Account"),
              "210987654321");
    const auto found = server.root().query("iam", "GetUser", {{"UserName", "app"}}).element("UserId");
    EXPECT_TRUE(user_id.empty() || user_id == found);
    user_id = found;
  }
}

TEST(Seed, ThatIsWrongKeepsTheServerFromStarting) {
  TemporaryDirectory directory;
  const auto file = directory.path() / "wrong.json";
  std::ofstream(file) << "{\n\"accounts\": 7}";
  Config config = TestServer::InMemory();
  config.seeds = {file};
  try {
    App app(config);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), file.string() + ": line 2, column 13: $.accounts: must be an array");
  }
}

TEST(Seed, MayBringTheRootUsersOwnKey) {
  TemporaryDirectory directory;
  const auto file = directory.path() / "root.json";
  std::ofstream(file) << R"({"accounts": [{"root_access_keys": [
    {"access_key_id": "AKIASEEDEDROOTKEY001", "secret_access_key": "seeded-root"}]}]})";
  Config config = TestServer::OnDisk(directory.path() / "data");
  config.root_access_key_id = config.root_secret_access_key = "";
  config.seeds = {file};
  TestServer server(config);
  std::stringstream credentials;
  credentials << std::ifstream(server.app().credentials_file()).rdbuf();
  EXPECT_NE(credentials.str().find("AKIASEEDEDROOTKEY001"), std::string::npos) << "no other key was made";
  EXPECT_EQ(At(server.client({"AKIASEEDEDROOTKEY001", "seeded-root"}).control("GET", "/accounts").body,
               "/accounts/0/root_access_keys/1"),
            "");
}

TEST(Seed, CanBeAppliedAgainAfterAReset) {
  TestServer server;
  auto root = server.root();
  ASSERT_EQ(root.control("PUT", "/seed", Bob()).status, 200);
  ASSERT_EQ(root.control("POST", "/reset").status, 200);
  EXPECT_EQ(server.client(kBob).query("sts", "GetCallerIdentity").status, 403);
  EXPECT_EQ(Counts(root.control("PUT", "/seed", Bob())), "created 2 changed 0 unchanged 1");
  EXPECT_EQ(server.client(kBob).query("sts", "GetCallerIdentity").status, 200);
}

TEST(Seed, MayHaveSixteenMebibytes) {
  TestServer server;
  auto root = server.root();
  const auto of_size = [](std::size_t size) {
    return R"({"accounts": [{"buckets": [{"name": "bucket", "objects": [{"key": "k", "content": ")" +
           std::string(size, 'x') + "\"}]}]}]}";
  };
  EXPECT_EQ(root.control("PUT", "/seed", of_size(15 << 20)).summary(), "200");
  EXPECT_EQ(root.s3("HEAD", "/bucket/k").status, 200);
  EXPECT_EQ(root.control("PUT", "/seed", of_size(16 << 20)).summary(), "413 RequestEntityTooLarge");
  ASSERT_EQ(root.s3("PUT", "/bucket/k2", {}, std::string(2 << 20, 'y')).status, 200);
  EXPECT_EQ(root.control("GET", "/export?objects=true").summary(), "409 ExportTooLarge");
  EXPECT_EQ(root.control("GET", "/export").summary(), "200");
  EXPECT_EQ(Complaint(server, std::string(40, '[')), "line 1: not valid JSON: too deep");
}

}  // namespace
}  // namespace keymill::test
