// AssumeRoleWithWebIdentity: an unsigned call with a token, whose issuer's keys were registered.

#include <gtest/gtest.h>

#include "server/pipeline/clock.h"
#include "sigv4/encoding.h"
#include "tests/federation/issuer.h"
#include "tests/server/json.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

constexpr char kIssuer[] = "https://login.example/tenant";
constexpr char kProvider[] = "arn:aws:iam::123456789012:oidc-provider/login.example/tenant";

std::string FederatedTrust(const std::string& condition = {}, const std::string& actions = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
         std::string(kProvider) + R"("},"Action":["sts:AssumeRoleWithWebIdentity")" + actions + "]" +
         (condition.empty() ? "" : ",\"Condition\":" + condition) + "}]}";
}

class WebIdentity : public testing::Test {
 protected:
  void SetUp() override {
    server_.set_up();
    ASSERT_EQ(server_.root()
                  .query("iam", "CreateOpenIDConnectProvider", {{"Url", kIssuer}, {"ClientIDList.member.1", "app"}})
                  .summary(),
              "200");
    ASSERT_EQ(register_keys(key_.jwks()).summary(), "200");
    server_.make_role("web", FederatedTrust(), Allow("s3:*"));
  }
  tools::Answer register_keys(const std::string& jwks) {
    return server_.root().control("PUT", "/oidc/jwks",
                                  R"({"provider":")" + std::string(kProvider) + R"(","jwks":)" + jwks + "}");
  }
  static std::string claims(const std::string& more = {}, int lifetime = 600) {
    const auto now = pipeline::Clock::real() / 1000;
    return R"({"iss":")" + std::string(kIssuer) + R"(","sub":"ann@example","aud":"app","iat":)" + std::to_string(now) +
           R"(,"exp":)" + std::to_string(now + lifetime) + more + "}";
  }
  std::string token(const std::string& more = {}, int lifetime = 600) const {
    return key_.token(claims(more, lifetime));
  }
  /// Unsigned, as SDKs send it.
  tools::Answer assume(const std::string& web_token, Parameters more = {}, const std::string& role = "web") const {
    Parameters all{{"RoleArn", "arn:aws:iam::123456789012:role/" + role},
                   {"RoleSessionName", "work"},
                   {"WebIdentityToken", web_token}};
    all.insert(all.end(), more.begin(), more.end());
    return server_.unsigned_query("AssumeRoleWithWebIdentity", std::move(all));
  }
  tools::Answer list(const tools::Answer& assumed) const {
    return server_.client(SessionOf(assumed)).s3("GET", "/box");
  }

  SessionServer server_;
  TokenKey key_{"ES256"};
};

TEST_F(WebIdentity, MakesASessionThatWorksEverywhere) {
  const auto assumed = assume(token());
  ASSERT_EQ(assumed.summary(), "200") << assumed.body;
  EXPECT_EQ(assumed.element("SubjectFromWebIdentityToken"), "ann@example");
  EXPECT_EQ(assumed.element("Audience"), "app");
  EXPECT_EQ(assumed.element("Provider"), kProvider);
  std::size_t last = 0;
  for (const char* name : {"<Audience>", "<AssumedRoleUser>", "<Provider>", "<Credentials>", "<SubjectFromWeb"}) {
    EXPECT_GT(assumed.body.find(name), last) << name << " stands where AWS has it";
    last = assumed.body.find(name);
  }
  EXPECT_EQ(assumed.element("Arn"), "arn:aws:sts::123456789012:assumed-role/web/work");
  EXPECT_EQ(list(assumed).summary(), "200");
  const auto caller = server_.client(SessionOf(assumed)).query("sts", "GetCallerIdentity");
  EXPECT_EQ(caller.element("Arn"), "arn:aws:sts::123456789012:assumed-role/web/work");
  server_.delete_role("web");
  EXPECT_EQ(list(assumed).summary(), "403 InvalidAccessKeyId");
}

TEST_F(WebIdentity, TheRoleMustBeARole) {  // issue 343 of yet-another-cloudwatch-exporter: a policy's ARN
  for (const char* arn : {"arn:aws:iam::123456789012:policy/web", "arn:aws:iam::123456789012:role/",
                          "arn:aws-cn:iam::123456789012:role/web", "not an ARN, but long"}) {
    const auto refused = server_.unsigned_query(
        "AssumeRoleWithWebIdentity", {{"RoleArn", arn}, {"RoleSessionName", "work"}, {"WebIdentityToken", token()}});
    EXPECT_EQ(refused.summary(), "400 ValidationError") << arn;
    EXPECT_EQ(refused.element("Message"), "Request ARN is invalid") << arn;
  }
}

TEST_F(WebIdentity, RefusesTokensThatAreNotTheProviders) {
  EXPECT_EQ(assume("Atza|IQEBLjAsAhRFiXuWpU").summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(assume("abcd").summary(), "400 InvalidIdentityToken");
  const auto forged = assume(TokenKey("ES256").token(claims()));
  EXPECT_EQ(forged.summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(forged.element("Message"), "Token signature is invalid");
  EXPECT_EQ(assume(TokenKey("ES256", "k2").token(claims())).element("Message"),
            "Couldn't retrieve verification key from your identity provider,  please reference "
            "AssumeRoleWithWebIdentity documentation for requirements");
  const std::string unsigned_token = Base64Url(R"({"alg":"none"})") + "." + Base64Url(claims()) + ".";
  EXPECT_EQ(assume(unsigned_token).element("Message"), "Unsupported signing algorithm: none");
}

TEST_F(WebIdentity, RefusesTokensForOthers) {
  const auto now = pipeline::Clock::real() / 1000;
  const std::string exp = R"(,"exp":)" + std::to_string(now + 60) + "}";
  const auto answer = [&](const std::string& start) {
    return assume(key_.token("{" + start + exp)).element("Message");
  };
  EXPECT_EQ(answer(R"("iss":"https://login.example/other","sub":"a","aud":"app")"),
            "No OpenIDConnect provider found in your account for https://login.example/other");
  EXPECT_EQ(answer(R"("iss":"http://login.example/tenant","sub":"a","aud":"app")"),
            "No OpenIDConnect provider found in your account for http://login.example/tenant");
  EXPECT_EQ(answer(R"("iss":"https://login.example/tenant","sub":"a","aud":"other")"), "Incorrect token audience");
  EXPECT_EQ(answer(R"("iss":"https://login.example/tenant","sub":"a","aud":["other","app"])"), "");
  EXPECT_EQ(answer(R"("iss":"https://login.example/tenant","sub":"a","aud":"other","azp":"app")"), "");
  EXPECT_EQ(answer(R"("iss":"https://login.example/tenant","sub":"a")"), "Missing a required claim: aud");
  EXPECT_EQ(answer(R"("iss":"https://login.example/tenant","aud":"app")"), "Missing a required claim: sub");
  EXPECT_EQ(answer(R"("sub":"a","aud":"app")"), "Missing a required claim: iss");
  EXPECT_EQ(assume(key_.token(R"({"iss":"https://login.example/tenant","sub":"a","aud":"app"})")).element("Message"),
            "Missing a required claim: exp");
}

TEST_F(WebIdentity, GoesByTheServersClock) {
  const std::string good = token();
  EXPECT_EQ(assume(token("", 0)).summary(), "400 ExpiredTokenException");
  EXPECT_EQ(assume(token(R"(,"nbf":)" + std::to_string(pipeline::Clock::real() / 1000 + 300))).summary(),
            "403 IDPRejectedClaim");
  server_.app().clock().set_offset(601'000);
  const auto late = assume(good);
  EXPECT_EQ(late.summary(), "400 ExpiredTokenException");
  EXPECT_EQ(late.element("Message").find("Token expired: current date/time "), 0u) << late.body;
  server_.app().clock().set_offset(-300'000);
  EXPECT_EQ(assume(good).summary(), "403 IDPRejectedClaim") << "issued in the future";
  server_.app().clock().set_offset(0);
  EXPECT_EQ(assume(good).summary(), "200");
}

TEST_F(WebIdentity, TheTrustPolicyDecidesBySubjectAndAudience) {
  const auto conditions = [](const std::string& key, const std::string& value) {
    return R"({"StringEquals":{"login.example/tenant:)" + key + "\":\"" + value + "\"}}";
  };
  server_.make_role("mine", FederatedTrust(conditions("sub", "ann@example")), Allow("s3:*"));
  server_.make_role("yours", FederatedTrust(conditions("sub", "eve@example")), Allow("s3:*"));
  server_.make_role("client", FederatedTrust(conditions("AUD", "app")), Allow("s3:*"));
  server_.make_role("methods", FederatedTrust(R"({"ForAnyValue:StringEquals":{"login.example/tenant:amr":"otp"}})"),
                    Allow("s3:*"));
  server_.make_role("federated",
                    FederatedTrust(R"({"ArnEquals":{"aws:FederatedProvider":")" + std::string(kProvider) +
                                   R"("},"StringEquals":{"sts:RoleSessionName":"work"}})"),
                    Allow("s3:*"));
  EXPECT_EQ(assume(token(), {}, "mine").summary(), "200");
  EXPECT_EQ(assume(token(), {}, "client").summary(), "200");
  EXPECT_EQ(assume(token(), {}, "federated").summary(), "200");
  EXPECT_EQ(assume(token(R"(,"amr":["pwd","otp"])"), {}, "methods").summary(), "200");
  for (const char* role : {"yours", "methods", "reader", "nobody"}) {
    const auto refused = assume(token(), {}, role);
    EXPECT_EQ(refused.summary(), "403 AccessDenied") << role;
    EXPECT_EQ(refused.element("Message"), "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
}

TEST_F(WebIdentity, ASessionKeepsItsClaims) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":)"
      R"({"StringEquals":{"login.example/tenant:sub":"ann@example","aws:FederatedProvider":")" +
      std::string(kProvider) + R"("}}}]})";
  server_.make_role("own", FederatedTrust(), policy);
  EXPECT_EQ(list(assume(token(), {}, "own")).summary(), "200");
  const auto now = pipeline::Clock::real() / 1000;
  const auto other = key_.token(R"({"iss":"https://login.example/tenant","sub":"eve","aud":"app","exp":)" +
                                std::to_string(now + 60) + "}");
  EXPECT_EQ(list(assume(other, {}, "own")).summary(), "403 AccessDenied");
}

TEST_F(WebIdentity, SessionTagsNeedTagSession) {
  const std::string tags = R"(,"https://aws.amazon.com/tags":{"principal_tags":{"Team":["red"]}})";
  EXPECT_EQ(assume(token(tags)).element("Message"), "Not authorized to perform sts:TagSession");
  server_.make_role("tagged",
                    FederatedTrust(R"({"StringEquals":{"aws:RequestTag/team":"red"}})", R"(,"sts:TagSession")"),
                    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*",)"
                    R"("Condition":{"StringEquals":{"aws:PrincipalTag/Team":"red"}}}]})");
  const auto tagged = assume(token(tags), {}, "tagged");
  EXPECT_EQ(tagged.summary(), "200") << tagged.body;
  EXPECT_NE(tagged.element("PackedPolicySize"), "");
  EXPECT_EQ(list(tagged).summary(), "200");
  EXPECT_EQ(assume(token(), {}, "tagged").summary(), "403 AccessDenied");
  const auto bad = R"(,"https://aws.amazon.com/tags":{"principal_tags":{"Te<am":["red"]}})";
  EXPECT_EQ(assume(token(bad), {}, "tagged").summary(), "403 IDPRejectedClaim");
}

TEST_F(WebIdentity, NobodyCanAddWhatTheTokenDoesNotSay) {
  const std::string condition =
      R"({"StringEquals":{"sts:SourceIdentity":"ann","sts:ExternalId":"x","aws:RequestTag/Team":"red"}})";
  server_.make_role("wary", FederatedTrust(condition), Allow("s3:*"));
  EXPECT_EQ(assume(token(),
                   {{"SourceIdentity", "ann"},
                    {"ExternalId", "x"},
                    {"Tags.member.1.Key", "Team"},
                    {"Tags.member.1.Value", "red"}},
                   "wary")
                .summary(),
            "403 AccessDenied")
      << "anybody can add parameters to a request without a signature";
}

TEST_F(WebIdentity, SourceIdentityNeedsItsOwnPermission) {
  const std::string source = R"(,"https://aws.amazon.com/source_identity":"ann")";
  EXPECT_EQ(assume(token(source)).element("Message"), "Not authorized to perform sts:SetSourceIdentity");
  server_.make_role("source", FederatedTrust({}, R"(,"sts:SetSourceIdentity")"), Allow("s3:*"));
  EXPECT_EQ(assume(token(source), {}, "source").element("SourceIdentity"), "ann");
}

TEST_F(WebIdentity, SessionPoliciesAndDurationsLimitIt) {
  const auto limited = assume(token(), {{"Policy", Allow("s3:PutObject")}});
  EXPECT_EQ(limited.summary(), "200");
  EXPECT_EQ(list(limited).summary(), "403 AccessDenied");
  EXPECT_EQ(assume(token(), {{"DurationSeconds", "900"}}).summary(), "200");
  EXPECT_EQ(assume(token(), {{"DurationSeconds", "3601"}}).element("Message"),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(assume(token(), {{"DurationSeconds", "899"}}).summary(), "400 ValidationError");
  EXPECT_EQ(assume(token(), {{"ProviderId", "graph.facebook.com"}}).summary(), "400 InvalidIdentityToken");
  const auto session = assume(token());
  EXPECT_EQ(server_.client(SessionOf(session)).query("sts", "GetSessionToken").summary(), "403 AccessDenied");
}

TEST_F(WebIdentity, OnlyTheProvidersAccountRegistersItsKeys) {
  const auto made = server_.root().control("POST", "/accounts", R"({"account_id":"210987654321"})");
  const sigv4::Credentials other{At(made.body, "/access_key/access_key_id"),
                                 At(made.body, "/access_key/secret_access_key")};
  const std::string body = R"({"provider":")" + std::string(kProvider) + R"(","jwks":)" + key_.jwks() + "}";
  EXPECT_EQ(server_.client(other).control("PUT", "/oidc/jwks", body).status, 404);
  EXPECT_EQ(server_.ann().control("PUT", "/oidc/jwks", body).status, 403);
  EXPECT_EQ(register_keys(R"({"keys":[]})").status, 400);
  EXPECT_EQ(register_keys("[]").status, 400);
  EXPECT_EQ(server_.root().control("PUT", "/oidc/jwks", R"({"provider":"x"})").status, 400);
  EXPECT_EQ(assume(token()).summary(), "200") << "nothing was lost";
}

TEST_F(WebIdentity, AHugeListOfPoliciesIsRefusedAtOnce) {  // by anybody: nothing is signed
  Parameters many;
  for (int i = 0; i < 100'000; ++i) many.emplace_back("PolicyArns.member." + std::to_string(i + 1) + ".arn", "x");
  const auto refused = assume(token(), std::move(many));
  EXPECT_EQ(refused.summary(), "400 ValidationError");
  EXPECT_LT(refused.body.size(), 1u << 20);
}

TEST_F(WebIdentity, HugeAndBrokenTokensLoseNothing) {
  EXPECT_EQ(assume(std::string(20001, 'a')).summary(), "400 ValidationError");
  EXPECT_EQ(assume(std::string(20000, '.')).summary(), "400 InvalidIdentityToken");
  const std::string good = token();
  EXPECT_EQ(assume(good + "\n").summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(assume(good + ".").summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(assume(token(R"(,"amr":")" + std::string(2000, 'm') + "\"")).summary(), "403 IDPRejectedClaim");
  EXPECT_EQ(assume(good).summary(), "200");
}

TEST_F(WebIdentity, DiesWithItsProvider) {
  const auto before = assume(token());
  server_.root().query("iam", "DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", kProvider}});
  EXPECT_EQ(assume(token()).summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(list(before).summary(), "200") << "sessions that were made live on";
}

TEST(WebIdentityOnDisk, KeysAndSessionsSurviveARestart) {
  TemporaryDirectory directory;
  const TokenKey key("RS256");
  sigv4::Credentials session;
  const auto now = pipeline::Clock::real() / 1000;
  const std::string token = key.token(R"({"iss":"https://login.example/tenant","sub":"ann","aud":"app","exp":)" +
                                      std::to_string(now + 600) + "}");
  const Parameters request{
      {"RoleArn", "arn:aws:iam::123456789012:role/web"}, {"RoleSessionName", "work"}, {"WebIdentityToken", token}};
  {
    SessionServer server(TestServer::OnDisk(directory.path()));
    server.set_up();
    server.root().query("iam", "CreateOpenIDConnectProvider", {{"Url", kIssuer}, {"ClientIDList.member.1", "app"}});
    server.root().control("PUT", "/oidc/jwks",
                          R"({"provider":")" + std::string(kProvider) + R"(","jwks":)" + key.jwks() + "}");
    server.make_role("web", FederatedTrust(), Allow("s3:*"));
    session = SessionOf(server.root().query("sts", "AssumeRoleWithWebIdentity", request));
  }
  SessionServer server(TestServer::OnDisk(directory.path()));
  EXPECT_EQ(server.client(session).s3("GET", "/box").summary(), "200");
  EXPECT_EQ(server.root().query("sts", "AssumeRoleWithWebIdentity", request).summary(), "200");
}

}  // namespace
}  // namespace keymill::test
