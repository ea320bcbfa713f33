// Accounts as issuers of web identity tokens, where a test needs to move the clock or to delete an account.

#include <gtest/gtest.h>

#include "server/federation/jwt.h"
#include "server/pipeline/clock.h"
#include "sigv4/encoding.h"
#include "tests/server/json.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

constexpr char kOther[] = "210987654321";

class TokenIssuer : public testing::Test {
 protected:
  void SetUp() override { server_.set_up(); }

  tools::AwsClient make_other() {
    const auto made =
        server_.root().control("POST", "/accounts",
                               R"({"account_id":")" + std::string(kOther) +
                                   R"(","access_key_id":"AKIAOTHERACCOUNTAAAA","secret_access_key":"other"})");
    EXPECT_EQ(made.status, 201) << made.body;
    return server_.client({"AKIAOTHERACCOUNTAAAA", "other"});
  }
  static std::string enable(tools::AwsClient&& client) {
    const auto enabled = client.query("iam", "EnableOutboundWebIdentityFederation");
    EXPECT_EQ(enabled.summary(), "200") << enabled.body;
    return enabled.element("IssuerIdentifier");
  }
  static std::string id_of(const std::string& issuer) {
    const std::size_t start = std::string("https://").size();
    return issuer.substr(start, issuer.find('.') - start);
  }
  static tools::Answer get_token(tools::AwsClient&& client, const std::string& seconds = "300") {
    return client.query("sts", "GetWebIdentityToken",
                        {{"Audience.member.1", "app"}, {"SigningAlgorithm", "ES384"}, {"DurationSeconds", seconds}});
  }
  /// Without a signature.
  http::ClientResponse fetch(const std::string& path, const std::string& host) const {
    return http::Client("127.0.0.1", server_.port()).send("GET", path, {{"Host", host}}, {});
  }
  std::string keys_of(const std::string& issuer) const {
    return fetch("/_keymill/v1/issuers/" + id_of(issuer) + "/.well-known/jwks.json", server_.host()).body;
  }

  SessionServer server_;
};

TEST_F(TokenIssuer, SignsByTheServersClock) {
  const std::string issuer = enable(server_.root());
  server_.app().clock().set_offset(-3'600'000);
  auto late = server_.root();
  late.set_clock_ahead(-3600);
  const std::string token = get_token(std::move(late)).element("WebIdentityToken");
  server_.app().clock().set_offset(0);
  const auto jwt = federation::Jwt::Parse(token);
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->verify(keys_of(issuer)), federation::Jwt::Signature::kValid);
  const auto now = pipeline::Clock::real() / 1000;
  EXPECT_NEAR(static_cast<double>(*jwt->claims().issued), static_cast<double>(now - 3600), 5);
  EXPECT_EQ(*jwt->claims().expires, *jwt->claims().issued + 300);
}

TEST_F(TokenIssuer, ExpiredTokensAreRefusedByOtherAccounts) {
  auto other = make_other();
  const std::string issuer = enable(server_.root());
  const std::string host = issuer.substr(std::string("https://").size());
  ASSERT_EQ(
      other.query("iam", "CreateOpenIDConnectProvider", {{"Url", issuer}, {"ClientIDList.member.1", "app"}}).summary(),
      "200");
  const std::string trust = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":)"
                            R"("arn:aws:iam::)" +
                            std::string(kOther) + ":oidc-provider/" + host +
                            R"("},"Action":"sts:AssumeRoleWithWebIdentity"}]})";
  ASSERT_EQ(other.query("iam", "CreateRole", {{"RoleName", "web"}, {"AssumeRolePolicyDocument", trust}}).summary(),
            "200");
  const std::string token = get_token(server_.root(), "60").element("WebIdentityToken");
  const auto assume = [&] {
    return server_.root().query("sts", "AssumeRoleWithWebIdentity",
                                {{"RoleArn", "arn:aws:iam::" + std::string(kOther) + ":role/web"},
                                 {"RoleSessionName", "work"},
                                 {"WebIdentityToken", token}});
  };
  EXPECT_EQ(assume().summary(), "200") << assume().body;
  server_.app().clock().set_offset(61'000);
  EXPECT_EQ(assume().summary(), "400 ExpiredTokenException");
}

TEST_F(TokenIssuer, GoesWithItsAccount) {
  const std::string issuer = enable(make_other());
  EXPECT_NE(keys_of(issuer).find("\"kid\""), std::string::npos);
  ASSERT_EQ(server_.root().control("DELETE", "/accounts/" + std::string(kOther) + "?force=true").summary(), "204");
  EXPECT_EQ(fetch("/_keymill/v1/issuers/" + id_of(issuer) + "/.well-known/jwks.json", server_.host()).status, 404);
  auto again = make_other();
  EXPECT_EQ(again.query("iam", "GetOutboundWebIdentityFederationInfo").summary(), "404 FeatureDisabled");
  EXPECT_NE(enable(std::move(again)), issuer);
}

TEST_F(TokenIssuer, PublishesAtItsHostToo) {
  const std::string issuer = enable(server_.root());
  const std::string host = issuer.substr(std::string("https://").size());
  const auto found = fetch("/.well-known/openid-configuration", host + ":443");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(At(found.body, "/issuer"), issuer);
  EXPECT_EQ(At(found.body, "/jwks_uri"), issuer + "/.well-known/jwks.json");
  EXPECT_EQ(fetch("/.well-known/jwks.json", host).body, keys_of(issuer));
  EXPECT_EQ(fetch("/accounts", host).status, 404);
  EXPECT_EQ(fetch("/../accounts", host).status, 404);
  EXPECT_EQ(fetch("/_keymill/v1/accounts", host).status, 404) << "the host is no way to the rest of the control API";
}

}  // namespace
}  // namespace keymill::test
