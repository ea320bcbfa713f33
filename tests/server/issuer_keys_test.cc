// The keys of an issuer that publishes them itself: discovery, rotation, and what is not followed.

#include <fstream>

#include <gtest/gtest.h>

#include "server/crypto/x509.h"
#include "server/http/client.h"
#include "server/pipeline/clock.h"
#include "sigv4/digest.h"
#include "tests/federation/issuer.h"
#include "tests/server/issuer_server.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

class PublishedKeys : public testing::Test {
 protected:
  void SetUp() override { server_.set_up(); }

  static std::string name_of(const IssuerServer& issuer) { return issuer.url.substr(issuer.url.find("://") + 3); }
  void trust(const IssuerServer& issuer, const std::string& thumbprint = {}) {
    Parameters parameters{{"Url", issuer.url}, {"ClientIDList.member.1", "app"}};
    if (!thumbprint.empty()) parameters.emplace_back("ThumbprintList.member.1", thumbprint);
    const auto made = server_.root().query("iam", "CreateOpenIDConnectProvider", parameters);
    ASSERT_EQ(made.summary(), "200") << made.body;
    server_.make_role("web",
                      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
                          made.element("OpenIDConnectProviderArn") +
                          R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" +
                          name_of(issuer) + R"(:sub":"ann"}}}]})",
                      Allow("s3:*"));
  }
  static Parameters request(const std::string& url, const TokenKey& key) {
    const auto now = pipeline::Clock::real() / 1000;
    const std::string token =
        key.token(R"({"iss":")" + url + R"(","sub":"ann","aud":"app","exp":)" + std::to_string(now + 600) + "}");
    return {
        {"RoleArn", "arn:aws:iam::123456789012:role/web"}, {"RoleSessionName", "work"}, {"WebIdentityToken", token}};
  }
  tools::Answer assume(const IssuerServer& issuer, const TokenKey& key) {
    return server_.root().query("sts", "AssumeRoleWithWebIdentity", request(issuer.url, key));
  }
  /// What x-keymill-explain says beside the refusal.
  std::string explanation(const IssuerServer& issuer) {
    std::string query = "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
    for (const auto& [name, value] : request(issuer.url, key_)) query += "&" + name + "=" + sigv4::uri_encode(value);
    const auto answer = http::Client("127.0.0.1", server_.port()).send("GET", query, {{"Host", server_.host()}}, {});
    return std::string(answer.header("x-keymill-explain"));
  }

  SessionServer server_;
  TokenKey key_{"ES256"};
};

TEST_F(PublishedKeys, AreFetchedOnceAndKept) {
  IssuerServer issuer;
  issuer.publish(key_.jwks());
  trust(issuer);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(assume(issuer, key_).summary(), "200");
  EXPECT_EQ(issuer.requests, 2) << "the discovery document and the keys";
}

TEST_F(PublishedKeys, AreFetchedAgainForAKeyThatIsNew) {
  IssuerServer issuer;
  issuer.publish(key_.jwks());
  trust(issuer);
  ASSERT_EQ(assume(issuer, key_).summary(), "200");
  const TokenKey rotated("ES256", "k2");
  issuer.publish(rotated.jwks());
  EXPECT_EQ(assume(issuer, rotated).summary(), "400 InvalidIdentityToken") << "they were fetched just now";
  EXPECT_EQ(issuer.requests, 2) << "made-up key ids do not become requests";
  server_.app().clock().set_offset(11'000);
  EXPECT_EQ(assume(issuer, rotated).summary(), "200");
  EXPECT_EQ(issuer.requests, 4);
}

TEST_F(PublishedKeys, TellAnIssuerThatIsNotThere) {
  auto issuer = std::make_unique<IssuerServer>();
  trust(*issuer);
  EXPECT_EQ(assume(*issuer, key_).summary(), "400 InvalidIdentityToken") << "no keys";
  server_.app().clock().set_offset(400'000);
  issuer->keys_status = 302;
  const auto moved = assume(*issuer, key_);
  EXPECT_EQ(moved.summary(), "400 InvalidIdentityToken") << "redirects are not followed";
  EXPECT_EQ(moved.element("Message"),  // issue 299 of configure-aws-credentials
            "Couldn't retrieve verification key from your identity provider,  please reference "
            "AssumeRoleWithWebIdentity documentation for requirements");
  issuer->keys_status = 500;
  EXPECT_EQ(assume(*issuer, key_).summary(), "400 InvalidIdentityToken");
  const std::string url = issuer->url;
  issuer.reset();
  EXPECT_EQ(server_.unsigned_query("AssumeRoleWithWebIdentity", request(url, key_)).summary(),
            "400 IDPCommunicationError");
}

TEST_F(PublishedKeys, MustBeTheIssuersOwn) {
  IssuerServer issuer;
  issuer.publish(key_.jwks());
  issuer.issuer = "https://login.example";
  trust(issuer);
  EXPECT_EQ(assume(issuer, key_).summary(), "400 InvalidIdentityToken");
}

TEST_F(PublishedKeys, AreNotFetchedFromElsewhereByPlainHttp) {
  IssuerServer issuer;
  issuer.jwks_uri = "http://login.example/keys";
  trust(issuer);
  EXPECT_EQ(assume(issuer, key_).summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(explanation(issuer), "http://login.example/keys is not a URL that keys are fetched from");
}

TEST_F(PublishedKeys, MayNotBeTooMany) {
  IssuerServer issuer;
  trust(issuer);
  issuer.publish(std::string(300 << 10, ' ') + key_.jwks());
  EXPECT_EQ(assume(issuer, key_).summary(), "400 IDPCommunicationError");
}

/// SHA-1 of a certificate in PEM, in hex.
std::string Thumbprint(const std::filesystem::path& file) {
  std::ifstream text(file);
  const std::string pem(std::istreambuf_iterator<char>(text), {});
  sigv4::Sha1 digest;
  digest.update(crypto::ReadCertificates(pem)->front().der);
  return sigv4::hex(digest.finish());
}

TEST_F(PublishedKeys, ComeByHttpsFromWhomAThumbprintVouchesFor) {
  TemporaryDirectory directory;
  const auto certificate = directory.path() / "certificate.pem";
  const auto key = directory.path() / "key.pem";
  WriteSelfSigned(certificate, key);
  const auto tls = http::TlsContext::FromFiles(certificate, key);
  IssuerServer issuer(tls.get());
  issuer.publish(key_.jwks());
  trust(issuer, Thumbprint(certificate));
  EXPECT_EQ(assume(issuer, key_).summary(), "200");
  const auto arn = "arn:aws:iam::123456789012:oidc-provider/" + name_of(issuer);
  server_.root().query("iam", "UpdateOpenIDConnectProviderThumbprint",
                       {{"OpenIDConnectProviderArn", arn}, {"ThumbprintList.member.1", std::string(40, '0')}});
  server_.app().clock().set_offset(400'000);
  const auto refused = assume(issuer, key_);
  EXPECT_EQ(refused.summary(), "400 InvalidIdentityToken");
  EXPECT_EQ(refused.element("Message"),
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
}

}  // namespace
}  // namespace keymill::test
