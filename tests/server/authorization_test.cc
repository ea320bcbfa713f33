// Who may do what in S3: bucket policies, ACLs and the public access block, seen from outside.

#include <gtest/gtest.h>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Headers = std::vector<sigv4::HeaderLine>;

constexpr char kOpen[] =
    "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls></PublicAccessBlockConfiguration>";
constexpr char kWriterOwns[] =
    "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>";

std::string Statement(std::string_view effect, std::string_view principal, std::string_view actions,
                      std::string_view resources, std::string_view condition = {}) {
  std::string text = R"({"Effect":")" + std::string(effect) + R"(","Principal":)" + std::string(principal) +
                     R"(,"Action":)" + std::string(actions) + R"(,"Resource":)" + std::string(resources);
  if (!condition.empty()) text += R"(,"Condition":)" + std::string(condition);
  return text + "}";
}
constexpr char kEverybody[] = R"("*")";
constexpr char kBoth[] = R"(["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"])";
constexpr char kObjects[] = R"("arn:aws:s3:::bkt/*")";

/// The error's text, with its quotation marks as they are read, not as XML writes them.
std::string Message(const tools::Answer& answer) {
  std::string text = answer.element("Message");
  constexpr std::string_view kQuote = "&quot;";
  for (std::size_t at; (at = text.find(kQuote)) != std::string::npos;) text.replace(at, kQuote.size(), "\"");
  return text;
}

/// A server with a bucket `bkt` that holds the key `k`, a user bob, and clients that sign as root, as bob and not at
/// all.
class Access : public testing::Test {
 protected:
  Access() {
    root("PUT", "/bkt");
    root("PUT", "/bkt/k", {}, "v");
    root_client.query("iam", "CreateUser", {{"UserName", "bob"}});
    const auto key = CreatedKey(root_client.query("iam", "CreateAccessKey", {{"UserName", "bob"}}));
    bob_client = std::make_unique<tools::AwsClient>(server.endpoint(), "us-east-1", key);
  }

  tools::Answer root(std::string_view method, std::string path, std::string query = {}, std::string body = {},
                     Headers headers = {}) {
    return root_client.s3(method, std::move(path), std::move(query), std::move(body), std::move(headers));
  }
  tools::Answer bob(std::string_view method, std::string path, std::string query = {}, std::string body = {},
                    Headers headers = {}) {
    return bob_client->s3(method, std::move(path), std::move(query), std::move(body), std::move(headers));
  }
  tools::Answer anyone(std::string_view method, std::string target, std::string body = {}, Headers headers = {}) {
    std::vector<std::pair<std::string, std::string>> fields{{"Host", server.host()}};
    for (const auto& line : headers) fields.emplace_back(line.name, line.value);
    auto response = plain.send(method, target, fields, body);
    tools::Answer answer{response.status, {}, std::move(response.body)};
    if (answer.status >= 300) answer.code = answer.element("Code");
    return answer;
  }

  void open_bucket() { ASSERT_EQ(root("PUT", "/bkt", "publicAccessBlock", kOpen).summary(), "200"); }
  tools::Answer put_policy(const std::string& statements) {
    return root("PUT", "/bkt", "policy", R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
  }
  void set_policy(const std::string& statements) { ASSERT_EQ(put_policy(statements).summary(), "204"); }
  /// Gives bob a policy of his own: from then on his policies decide.
  void grant_bob(std::string_view actions, std::string_view resources = R"("*")", std::string_view effect = "Allow") {
    const std::string document = R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) +
                                 R"(","Action":)" + std::string(actions) + R"(,"Resource":)" + std::string(resources) +
                                 "}]}";
    ASSERT_EQ(
        root_client
            .query("iam", "PutUserPolicy", {{"UserName", "bob"}, {"PolicyName", "p"}, {"PolicyDocument", document}})
            .summary(),
        "200");
  }
  static constexpr const char* kBob = R"({"AWS":"arn:aws:iam::123456789012:user/bob"})";

  TestServer server;
  tools::AwsClient root_client = server.root();
  std::unique_ptr<tools::AwsClient> bob_client;
  http::Client plain{"127.0.0.1", server.port()};
};

// --- Nobody in particular --------------------------------------------------------------------------------------------

TEST_F(Access, NothingIsPublicFromTheStart) {
  EXPECT_EQ(anyone("GET", "/").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/bkt").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/bkt/k").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/bkt/k").element("Message"), "Access Denied");
  EXPECT_EQ(anyone("PUT", "/bkt/n", "v").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("PUT", "/new").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/nobody-has-it/k").summary(), "404 NoSuchBucket");
}

TEST_F(Access, APublicPolicyGrantsExactlyItsActions) {
  open_bucket();
  set_policy(Statement("Allow", kEverybody, R"("s3:GetObject")", kObjects));
  EXPECT_EQ(anyone("GET", "/bkt/k").body, "v");
  EXPECT_EQ(anyone("HEAD", "/bkt/k").status, 200);
  EXPECT_EQ(anyone("GET", "/bkt").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("PUT", "/bkt/n", "v").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("DELETE", "/bkt/k").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/bkt/k?acl").summary(), "403 AccessDenied");
  set_policy(Statement("Allow", kEverybody, R"(["s3:ListBucket","s3:PutObject"])", kBoth));
  EXPECT_EQ(anyone("GET", "/bkt/k").summary(), "403 AccessDenied") << "a policy counts from the moment it is stored";
  EXPECT_EQ(anyone("GET", "/bkt").summary(), "200");
  EXPECT_EQ(anyone("PUT", "/bkt/n", "v").summary(), "200");
  ASSERT_EQ(root("DELETE", "/bkt", "policy").summary(), "204");
  EXPECT_EQ(anyone("GET", "/bkt").summary(), "403 AccessDenied");
}

TEST_F(Access, AnonymousRequestsCannotChangeTheAnswersHeaders) {
  open_bucket();
  set_policy(Statement("Allow", kEverybody, R"("s3:GetObject")", kObjects));
  EXPECT_EQ(anyone("GET", "/bkt/k?response-content-type=text/html").summary(), "400 InvalidRequest");
}

// --- Public access block ---------------------------------------------------------------------------------------------

TEST_F(Access, ANewBucketRefusesPublicPolicies) {
  const auto refused = put_policy(Statement("Allow", kEverybody, R"("s3:GetObject")", kObjects));
  EXPECT_EQ(refused.summary(), "403 AccessDenied");
  EXPECT_EQ(Message(refused),
            "User: arn:aws:iam::123456789012:root is not authorized to perform: s3:PutBucketPolicy on resource: "
            "\"arn:aws:s3:::bkt\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block "
            "Public Access.");
  EXPECT_EQ(put_policy(Statement("Allow", kBob, R"("s3:GetObject")", kObjects)).summary(), "204");
  EXPECT_EQ(put_policy(Statement("Deny", kEverybody, R"("s3:PutObject")", kObjects)).summary(), "204");
}

TEST_F(Access, RestrictPublicBucketsKeepsAPublicPolicyInTheAccount) {
  open_bucket();
  set_policy(Statement("Allow", kEverybody, R"("s3:GetObject")", kObjects));
  ASSERT_EQ(anyone("GET", "/bkt/k").summary(), "200");
  ASSERT_EQ(root("PUT", "/bkt", "publicAccessBlock",
                 "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets>"
                 "</PublicAccessBlockConfiguration>")
                .summary(),
            "200");
  EXPECT_EQ(anyone("GET", "/bkt/k").summary(), "403 AccessDenied");
  grant_bob(R"("iam:GetUser")");
  EXPECT_EQ(bob("GET", "/bkt/k").summary(), "200") << "bob is of the owner's account";
}

TEST_F(Access, PolicyStatusTellsPublicFromFenced) {
  open_bucket();
  const auto is_public = [&](const std::string& statements) {
    set_policy(statements);
    return root("GET", "/bkt", "policyStatus").element("IsPublic");
  };
  const auto with = [](std::string_view condition) {
    return Statement("Allow", kEverybody, R"("s3:GetObject")", kObjects, condition);
  };
  EXPECT_EQ(is_public(with("")), "true");
  EXPECT_EQ(is_public(with(R"({"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}})")), "false");
  EXPECT_EQ(is_public(with(R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}})")), "true");
  EXPECT_EQ(is_public(with(R"({"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}})")), "true");
  EXPECT_EQ(is_public(with(R"({"StringLike":{"aws:PrincipalOrgID":"o-*"}})")), "true");
  EXPECT_EQ(is_public(with(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}})")), "false");
  EXPECT_EQ(is_public(with(R"({"StringEquals":{"aws:Referer":"home"}})")), "true");
  EXPECT_EQ(is_public(Statement("Allow", kBob, R"("s3:GetObject")", kObjects)), "false");
  EXPECT_EQ(is_public(Statement("Deny", kEverybody, R"("s3:GetObject")", kObjects)), "false");
}

// --- Users of the owner's account ------------------------------------------------------------------------------------

TEST_F(Access, AnExplicitDenyBindsUsersThatNeverHadAPolicy) {
  ASSERT_EQ(bob("GET", "/bkt/k").summary(), "200");
  set_policy(Statement("Deny", kBob, R"("s3:GetObject")", kObjects));
  const auto denied = bob("GET", "/bkt/k");
  EXPECT_EQ(denied.summary(), "403 AccessDenied");
  EXPECT_EQ(Message(denied),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:GetObject on resource: "
            "\"arn:aws:s3:::bkt/k\" with an explicit deny in a resource-based policy");
  EXPECT_EQ(bob("PUT", "/bkt/k", {}, "w").summary(), "200");
  EXPECT_EQ(root("GET", "/bkt/k").body, "w") << "the statement names bob alone";
}

TEST(DefaultRights, MayBeNone) {
  Config config = TestServer::InMemory();
  config.default_rights = false;
  TestServer server(config);
  auto root = server.root();
  ASSERT_EQ(root.s3("PUT", "/bkt").summary(), "200");
  ASSERT_EQ(root.query("iam", "CreateUser", {{"UserName", "bob"}}).summary(), "200");
  auto bob = server.client(CreatedKey(root.query("iam", "CreateAccessKey", {{"UserName", "bob"}})));
  EXPECT_EQ(Message(bob.s3("PUT", "/bkt/k", {}, "v")),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:PutObject on resource: "
            "\"arn:aws:s3:::bkt/k\" because no identity-based policy allows the s3:PutObject action");
  EXPECT_EQ(Message(bob.query("iam", "ListAccessKeys", {})),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:ListAccessKeys on resource: "
            "user bob because no identity-based policy allows the iam:ListAccessKeys action");
  EXPECT_EQ(bob.query("sts", "GetCallerIdentity", {}).summary(), "200") << "needs no permission";
  const std::string allow = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})";
  root.query("iam", "PutUserPolicy", {{"UserName", "bob"}, {"PolicyName", "p"}, {"PolicyDocument", allow}});
  EXPECT_EQ(bob.s3("PUT", "/bkt/k", {}, "v").summary(), "200");
}

TEST_F(Access, TagsOfAUserThatNeverHadAPolicyCountInConditions) {
  root_client.query("iam", "TagUser",
                    {{"UserName", "bob"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "a"}});
  set_policy(Statement("Deny", kEverybody, R"("s3:GetObject")", kObjects,
                       R"({"StringEquals":{"aws:PrincipalTag/team":"a"}})"));
  EXPECT_EQ(bob("GET", "/bkt/k").summary(), "403 AccessDenied");
  EXPECT_EQ(root("GET", "/bkt/k").summary(), "200");
}

TEST_F(Access, APolicyThatNamesTheUserIsEnoughInItsOwnAccount) {
  grant_bob(R"("iam:GetUser")");
  const auto denied = bob("GET", "/bkt/k");
  EXPECT_EQ(denied.summary(), "403 AccessDenied");
  EXPECT_EQ(Message(denied),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:GetObject on resource: "
            "\"arn:aws:s3:::bkt/k\" because no identity-based policy allows the s3:GetObject action");
  set_policy(Statement("Allow", kBob, R"("s3:GetObject")", kObjects));
  EXPECT_EQ(bob("GET", "/bkt/k").summary(), "200");
  set_policy(Statement("Allow", R"({"AWS":"123456789012"})", R"("s3:GetObject")", kObjects));
  EXPECT_EQ(bob("GET", "/bkt/k").summary(), "403 AccessDenied") << "an account is a delegation, not a grant";
  grant_bob(R"("s3:GetObject")");
  EXPECT_EQ(bob("GET", "/bkt/k").summary(), "200");
  grant_bob(R"("s3:GetObject")", R"("*")", "Deny");
  set_policy(Statement("Allow", kBob, R"("s3:GetObject")", kObjects));
  EXPECT_EQ(Message(bob("GET", "/bkt/k")),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:GetObject on resource: "
            "\"arn:aws:s3:::bkt/k\" with an explicit deny in an identity-based policy");
}

TEST_F(Access, RootCanAlwaysMendABucketsPolicy) {
  set_policy(Statement("Deny", kEverybody, R"("s3:*")", kBoth));
  EXPECT_EQ(root("GET", "/bkt/k").summary(), "403 AccessDenied");
  EXPECT_EQ(root("GET", "/bkt").summary(), "403 AccessDenied");
  EXPECT_EQ(bob("DELETE", "/bkt", "policy").summary(), "403 AccessDenied");
  EXPECT_EQ(root("GET", "/bkt", "policy").summary(), "200");
  EXPECT_EQ(root("DELETE", "/bkt", "policy").summary(), "204");
  EXPECT_EQ(root("GET", "/bkt/k").summary(), "200");
}

TEST_F(Access, NotPrincipalDeniesAllOthers) {
  std::string statement =
      Statement("Deny", R"({"AWS":["123456789012","arn:aws:iam::123456789012:root"]})", R"("s3:GetObject")", kObjects);
  statement.replace(statement.find("Principal"), 9, "NotPrincipal");
  ASSERT_EQ(bob("GET", "/bkt/k").summary(), "200");
  set_policy(statement);
  EXPECT_EQ(root("GET", "/bkt/k").summary(), "200");
}

// --- Access control lists --------------------------------------------------------------------------------------------

TEST_F(Access, PublicAclsCountOnceOwnershipAndTheAccessBlockLetThem) {
  const Headers public_read{{"x-amz-acl", "public-read"}};
  EXPECT_EQ(root("PUT", "/bkt/k", "acl", {}, public_read).summary(), "400 AccessControlListNotSupported");
  ASSERT_EQ(root("PUT", "/bkt", "ownershipControls", kWriterOwns).summary(), "200");
  const auto blocked = root("PUT", "/bkt/k", "acl", {}, public_read);
  EXPECT_EQ(blocked.summary(), "403 AccessDenied");
  EXPECT_NE(Message(blocked).find("prevented by the BlockPublicAcls setting"), std::string::npos) << Message(blocked);
  EXPECT_EQ(root("PUT", "/bkt/n", {}, "v", public_read).summary(), "403 AccessDenied");
  EXPECT_EQ(root("GET", "/bkt/n").summary(), "404 NoSuchKey");

  open_bucket();
  ASSERT_EQ(root("PUT", "/bkt/k", "acl", {}, public_read).summary(), "200");
  EXPECT_EQ(anyone("GET", "/bkt/k").summary(), "200");
  EXPECT_EQ(anyone("PUT", "/bkt/k", "v").summary(), "403 AccessDenied");
  EXPECT_EQ(anyone("GET", "/bkt").summary(), "403 AccessDenied");

  ASSERT_EQ(root("PUT", "/bkt", "publicAccessBlock",
                 "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls>"
                 "</PublicAccessBlockConfiguration>")
                .summary(),
            "200");
  EXPECT_EQ(anyone("GET", "/bkt/k").summary(), "403 AccessDenied");
}

// --- Several permissions in one request ------------------------------------------------------------------------------

TEST_F(Access, DeleteObjectsIsDecidedKeyByKey) {
  root("PUT", "/bkt/kept", {}, "v");
  root("PUT", "/bkt/gone", {}, "v");
  grant_bob(R"("s3:DeleteObject")", R"("arn:aws:s3:::bkt/gone")");
  const std::string keys = "<Delete><Object><Key>gone</Key></Object><Object><Key>kept</Key></Object></Delete>";
  const auto digest = sigv4::sha256(keys);
  const std::string checksum = sigv4::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  const auto answer = bob("POST", "/bkt", "delete", keys, {{"x-amz-checksum-sha256", checksum}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("<Deleted><Key>gone</Key>"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("<Error><Key>kept</Key><Code>AccessDenied</Code>"), std::string::npos) << answer.body;
  EXPECT_EQ(root("GET", "/bkt/gone").summary(), "404 NoSuchKey");
  EXPECT_EQ(root("GET", "/bkt/kept").summary(), "200");
}

TEST_F(Access, ACopyMayReadItsSource) {
  root("PUT", "/bkt/secret", {}, "v");
  grant_bob(R"(["s3:PutObject","s3:GetObject"])", R"(["arn:aws:s3:::bkt/bob/*","arn:aws:s3:::bkt/k"])");
  EXPECT_EQ(bob("PUT", "/bkt/bob/copy", {}, {}, {{"x-amz-copy-source", "/bkt/k"}}).summary(), "200");
  EXPECT_EQ(bob("PUT", "/bkt/bob/stolen", {}, {}, {{"x-amz-copy-source", "/bkt/secret"}}).summary(),
            "403 AccessDenied");
  EXPECT_EQ(root("GET", "/bkt/bob/stolen").summary(), "404 NoSuchKey");
}

TEST_F(Access, AMissingKeyIsOnlyMissingForThoseWhoMayList) {
  grant_bob(R"("s3:GetObject")");
  EXPECT_EQ(bob("GET", "/bkt/missing").summary(), "403 AccessDenied");
  grant_bob(R"(["s3:GetObject","s3:ListBucket"])");
  EXPECT_EQ(bob("GET", "/bkt/missing").summary(), "404 NoSuchKey");
}

}  // namespace
}  // namespace keymill::test
