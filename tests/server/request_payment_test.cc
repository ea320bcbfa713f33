// Requester Pays buckets: who has to say that they pay.

#include <gtest/gtest.h>

#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr char kRequester[] = "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
constexpr char kOwner[] = "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>";
constexpr char kEverybodyMayAll[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*",)"
    R"("Resource":["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"]}]})";

/// The bucket `bkt`, open to everybody, whose requester pays; and a client of another account.
class RequestPayment : public testing::Test {
 protected:
  RequestPayment() {
    owner.s3("PUT", "/bkt");
    owner.s3("PUT", "/bkt/k", {}, "value");
    EXPECT_EQ(owner.s3("DELETE", "/bkt", "publicAccessBlock").summary(), "204");
    EXPECT_EQ(owner.s3("PUT", "/bkt", "policy", kEverybodyMayAll).summary(), "204");
    EXPECT_EQ(owner.s3("PUT", "/bkt", "requestPayment", kRequester).summary(), "200");
    const auto made = owner.control("POST", "/accounts", R"({"account_id": "210987654321"})");
    const sigv4::Credentials key{At(made.body, "/access_key/access_key_id"),
                                 At(made.body, "/access_key/secret_access_key")};
    other = std::make_unique<tools::AwsClient>(server.endpoint(), "us-east-1", key);
  }
  std::string as_other(std::string_view method, std::string path, std::string query = {}, std::string body = {},
                       std::vector<sigv4::HeaderLine> headers = {}) {
    return other->s3(method, std::move(path), std::move(query), std::move(body), std::move(headers)).summary();
  }
  http::ClientResponse as_anyone(std::string_view target, std::string payer) {
    std::vector<std::pair<std::string, std::string>> fields{{"Host", server.host()}};
    if (!payer.empty()) fields.emplace_back("x-amz-request-payer", std::move(payer));
    return plain.send("GET", target, fields, {});
  }

  const sigv4::HeaderLine agreed{"x-amz-request-payer", "requester"};
  TestServer server;
  tools::AwsClient owner = server.root();
  std::unique_ptr<tools::AwsClient> other;
  http::Client plain{"127.0.0.1", server.port()};
};

TEST_F(RequestPayment, AnotherAccountHasToSayThatItPays) {
  EXPECT_EQ(as_other("GET", "/bkt/k"), "403 AccessDenied");
  EXPECT_EQ(as_other("HEAD", "/bkt/k"), "403");
  EXPECT_EQ(as_other("GET", "/bkt"), "403 AccessDenied");
  EXPECT_EQ(as_other("PUT", "/bkt/new", {}, "x"), "403 AccessDenied");
  EXPECT_EQ(as_other("DELETE", "/bkt/k"), "403 AccessDenied");
  EXPECT_EQ(as_other("GET", "/bkt/k", {}, {}, {{"x-amz-request-payer", "owner"}}), "403 AccessDenied");
  EXPECT_EQ(as_other("GET", "/bkt/k", {}, {}, {agreed}), "200");
  EXPECT_EQ(as_other("GET", "/bkt/k", "x-amz-request-payer=requester"), "200");
  EXPECT_EQ(as_other("GET", "/bkt", {}, {}, {agreed}), "200");
  EXPECT_EQ(as_other("PUT", "/bkt/new", {}, "x", {agreed}), "200");
}

TEST_F(RequestPayment, ABatchOfDeletionsIsRefusedAsAWhole) {
  EXPECT_EQ(as_other("POST", "/bkt", "delete", "<Delete><Object><Key>k</Key></Object></Delete>"), "403 AccessDenied");
  EXPECT_EQ(owner.s3("GET", "/bkt/k").summary(), "200");
}

TEST_F(RequestPayment, ACopyPaysForItsSource) {
  EXPECT_EQ(as_other("PUT", "/mine"), "200");
  const sigv4::HeaderLine source{"x-amz-copy-source", "/bkt/k"};
  EXPECT_EQ(as_other("PUT", "/mine/k", {}, {}, {source}), "403 AccessDenied");
  EXPECT_EQ(as_other("PUT", "/mine/k", {}, {}, {source, agreed}), "200");
}

TEST_F(RequestPayment, NobodyInParticularCannotPay) {
  EXPECT_EQ(as_anyone("/bkt/k", "").status, 403);
  EXPECT_EQ(as_anyone("/bkt/k", "requester").status, 403);
}

TEST_F(RequestPayment, TheOwnerIsNotAsked) {
  const auto answer = owner.s3("GET", "/bkt/k");
  EXPECT_EQ(answer.summary(), "200");
  EXPECT_EQ(owner.s3("GET", "/bkt", "requestPayment").element("Payer"), "Requester");
}

TEST_F(RequestPayment, WebsitesOfSuchBucketsAreClosed) {
  ASSERT_EQ(owner
                .s3("PUT", "/bkt", "website",
                    "<WebsiteConfiguration><IndexDocument><Suffix>k</Suffix></IndexDocument></WebsiteConfiguration>")
                .summary(),
            "200");
  const std::vector<std::pair<std::string, std::string>> host{{"Host", "bkt.s3-website.localhost"}};
  EXPECT_EQ(plain.send("GET", "/", host, {}).status, 403);
  ASSERT_EQ(owner.s3("PUT", "/bkt", "requestPayment", kOwner).summary(), "200");
  EXPECT_EQ(plain.send("GET", "/", host, {}).body, "value");
  EXPECT_EQ(as_other("GET", "/bkt/k"), "200");
}

TEST_F(RequestPayment, OnlyTwoPayersExist) {
  EXPECT_EQ(owner
                .s3("PUT", "/bkt", "requestPayment",
                    "<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>")
                .summary(),
            "400 MalformedXML");
}

}  // namespace
}  // namespace keymill::test
