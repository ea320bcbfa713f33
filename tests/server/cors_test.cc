// What browsers ask before and with their requests: CORS.

#include <gtest/gtest.h>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr char kRules[] =
    "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
    "<AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedHeader>X-Amz-*</AllowedHeader>"
    "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds></CORSRule>"
    "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";

using Fields = std::vector<std::pair<std::string, std::string>>;

class Cors : public testing::Test {
 protected:
  Cors() {
    root.s3("PUT", "/bkt");
    root.s3("PUT", "/bare");
    root.s3("PUT", "/bkt/k", {}, "v");
    const auto digest = sigv4::sha256(kRules);
    const std::string checksum = sigv4::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
    EXPECT_EQ(root.s3("PUT", "/bkt", "cors", kRules, {{"x-amz-checksum-sha256", checksum}}).summary(), "200");
  }
  http::ClientResponse send(std::string_view method, std::string_view target, Fields fields) {
    fields.emplace_back("Host", server.host());
    return plain.send(method, target, fields, {});
  }
  http::ClientResponse preflight(std::string_view target, std::string origin, std::string method,
                                 std::string headers = {}) {
    Fields fields{{"Origin", std::move(origin)}, {"Access-Control-Request-Method", std::move(method)}};
    if (!headers.empty()) fields.emplace_back("Access-Control-Request-Headers", std::move(headers));
    return send("OPTIONS", target, std::move(fields));
  }
  static bool Says(const http::ClientResponse& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
  }

  TestServer server;
  tools::AwsClient root = server.root();
  http::Client plain{"127.0.0.1", server.port()};
};

TEST_F(Cors, APreflightNeedsNoSignatureAndNamesWhatTheRuleAllows) {
  const auto answer = preflight("/bkt/k", "https://app.example.com", "PUT", "X-Amz-Date, x-amz-acl");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.empty());
  EXPECT_EQ(answer.header("access-control-allow-origin"), "https://app.example.com");
  EXPECT_EQ(answer.header("access-control-allow-methods"), "GET, PUT");
  EXPECT_EQ(answer.header("access-control-allow-headers"), "x-amz-date, x-amz-acl");
  EXPECT_EQ(answer.header("access-control-expose-headers"), "ETag");
  EXPECT_EQ(answer.header("access-control-max-age"), "300");
  EXPECT_EQ(answer.header("access-control-allow-credentials"), "true");
  EXPECT_EQ(answer.header("vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

TEST_F(Cors, AnOriginThatOnlyTheStarAllowsGetsTheStarWithoutCredentials) {
  const auto answer = preflight("/bkt/k", "https://elsewhere.test", "GET");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.header("access-control-allow-credentials"), "");
}

TEST_F(Cors, APreflightIsRefusedInS3sOrder) {
  const auto blind = send("OPTIONS", "/bkt/k", {});
  EXPECT_EQ(blind.status, 400);
  EXPECT_TRUE(Says(blind, "<Code>BadRequest</Code>")) << blind.body;

  const auto nowhere = preflight("/no-such-bucket/k", "https://app.example.com", "GET");
  EXPECT_EQ(nowhere.status, 403);
  EXPECT_TRUE(Says(nowhere,
                   "<Code>AccessForbidden</Code><Message>CORSResponse: Bucket not found</Message>"
                   "<Method>GET</Method><ResourceType>BUCKET</ResourceType>"))
      << nowhere.body;

  const auto bare = preflight("/bare/k", "https://app.example.com", "GET");
  EXPECT_EQ(bare.status, 403);
  EXPECT_TRUE(Says(bare, "<Message>CORSResponse: CORS is not enabled for this bucket.</Message>")) << bare.body;

  const auto method = preflight("/bkt/k", "https://app.example.com", "DELETE");
  EXPECT_EQ(method.status, 403);
  EXPECT_TRUE(Says(method, "CORSResponse: This CORS request is not allowed.")) << method.body;
  EXPECT_TRUE(Says(method, "<Method>DELETE</Method><ResourceType>OBJECT</ResourceType>")) << method.body;

  EXPECT_EQ(preflight("/bkt", "https://app.example.com", "PUT", "x-other").status, 403);
}

TEST_F(Cors, ActualRequestsCarryTheFieldsWhetherTheySucceedOrNot) {
  const auto refused = send("GET", "/bkt/k", {{"Origin", "https://app.example.com"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.header("access-control-allow-origin"), "https://app.example.com");
  const auto from_nowhere = send("PUT", "/bkt/k", {{"Origin", "https://elsewhere.test"}});
  EXPECT_EQ(from_nowhere.header("access-control-allow-origin"), "");
}

TEST_F(Cors, EveryPageMayCallSts) {
  const auto allowed = preflight("/", "https://app.example.com", "POST", "Content-Type, x-amz-user-agent");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("access-control-allow-origin"), "*");
  EXPECT_EQ(allowed.header("access-control-allow-methods"), "GET, POST");
  EXPECT_EQ(allowed.header("access-control-allow-headers"), "content-type, x-amz-user-agent");
  EXPECT_EQ(preflight("/?Action=GetCallerIdentity", "https://app.example.com", "GET").status, 200);
  const auto answer = plain.send("POST", "/",
                                 {{"Host", server.host()},
                                  {"Origin", "https://app.example.com"},
                                  {"Content-Type", "application/x-www-form-urlencoded"}},
                                 "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "*") << "a page may read why it is refused";
  EXPECT_EQ(answer.header("access-control-expose-headers"), "x-amzn-RequestId, x-amz-sts-extended-request-id");
}

TEST_F(Cors, NoPageMayListBucketsOrReadIam) {
  EXPECT_EQ(preflight("/", "https://app.example.com", "GET").status, 403);
  const auto answer = plain.send("POST", "/",
                                 {{"Host", server.host()},
                                  {"Origin", "https://app.example.com"},
                                  {"Content-Type", "application/x-www-form-urlencoded"}},
                                 "Action=ListUsers&Version=2010-05-08");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "");
}

}  // namespace
}  // namespace keymill::test
