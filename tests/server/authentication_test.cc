#include <ctime>
#include <map>

#include <gtest/gtest.h>

#include "server/aws/time.h"
#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using sigv4::HeaderLine;

// One signed S3 request that a test can bend before or after it is signed.
class Bent {
 public:
  explicit Bent(const TestServer& server) : server_(server) {
    request.headers = {{"Host", server.host()}};
    request.method = "GET";
    request.path = "/";
    signing.region = "us-east-1";
    signing.service = "s3";
    signing.time = std::time(nullptr);
  }
  http::ClientResponse send() {
    auto added = sigv4::sign(request, credentials, signing).headers;
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto& line : request.headers) headers.emplace_back(line.name, line.value);
    for (const auto& line : added) headers.emplace_back(line.name, line.value);
    for (const auto& line : after_signing) headers.emplace_back(line.name, line.value);
    for (auto& [name, value] : headers) {
      if (auto changed = replaced.find(name); changed != replaced.end()) value = changed->second;
    }
    http::Client client("127.0.0.1", server_.port());
    return client.send(request.method, request.query.empty() ? request.path : request.path + "?" + request.query,
                       headers, body);
  }
  static std::string element(const http::ClientResponse& response, std::string_view name) {
    return tools::Answer{response.status, {}, response.body}.element(name);
  }

  sigv4::SignRequest request;
  sigv4::Credentials credentials{TestServer::kRootId, TestServer::kRootSecret};
  sigv4::Signing signing;
  std::string body;
  std::vector<HeaderLine> after_signing;
  std::map<std::string, std::string> replaced;

 private:
  const TestServer& server_;
};

TEST(S3Authentication, AnswersASignedRequest) {
  TestServer server;
  Bent bent(server);
  auto response = bent.send();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Server"), "AmazonS3");
  EXPECT_EQ(response.header("x-amz-request-id").size(), 16u);
}

TEST(S3Authentication, EchoesWhatItHashedWhenTheSignatureDiffers) {
  TestServer server;
  Bent bent(server);
  bent.credentials.secret_access_key = "anotherSecret";
  auto response = bent.send();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Bent::element(response, "Code"), "SignatureDoesNotMatch");
  EXPECT_EQ(Bent::element(response, "AWSAccessKeyId"), TestServer::kRootId);
  auto signed_request = sigv4::sign(bent.request, bent.credentials, bent.signing);
  EXPECT_EQ(Bent::element(response, "StringToSign"), signed_request.string_to_sign);
  EXPECT_EQ(Bent::element(response, "CanonicalRequest"), signed_request.canonical_request);
  EXPECT_EQ(Bent::element(response, "SignatureProvided"), signed_request.signature);
  EXPECT_EQ(Bent::element(response, "StringToSignBytes").substr(0, 8), "41 57 53");
  auto order = {"<Code>",
                "<Message>",
                "<AWSAccessKeyId>",
                "<StringToSign>",
                "<SignatureProvided>",
                "<StringToSignBytes>",
                "<CanonicalRequest>",
                "<CanonicalRequestBytes>",
                "<RequestId>",
                "<HostId>"};
  std::size_t at = 0;
  for (const char* element : order) {
    auto next = response.body.find(element);
    ASSERT_NE(next, std::string::npos) << element;
    EXPECT_GT(next, at) << element;
    at = next;
  }
  EXPECT_EQ(response.body.find("anotherSecret"), std::string::npos);
}

TEST(S3Authentication, RefusesAnUnknownKey) {
  TestServer server;
  Bent bent(server);
  bent.credentials.access_key_id = "AKIAUNKNOWNUNKNOWN22";
  auto response = bent.send();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Bent::element(response, "Code"), "InvalidAccessKeyId");
  EXPECT_EQ(Bent::element(response, "AWSAccessKeyId"), "AKIAUNKNOWNUNKNOWN22");
}

TEST(S3Authentication, RefusesAClockMoreThanFifteenMinutesOff) {
  TestServer server;
  for (int offset : {-901, 902}) {
    Bent bent(server);
    bent.signing.time += offset;
    auto response = bent.send();
    EXPECT_EQ(response.status, 403) << offset;
    EXPECT_EQ(Bent::element(response, "Code"), "RequestTimeTooSkewed");
    EXPECT_EQ(Bent::element(response, "MaxAllowedSkewMilliseconds"), "900000");
    EXPECT_EQ(Bent::element(response, "RequestTime"), aws::IsoBasic(bent.signing.time * 1000));
  }
  Bent close_enough(server);
  close_enough.signing.time -= 880;
  EXPECT_EQ(close_enough.send().status, 200);
}

TEST(S3Authentication, NamesTheRightRegionAndService) {
  TestServer server;
  Bent region(server);
  region.signing.region = "eu-west-1";
  auto response = region.send();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Bent::element(response, "Code"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(Bent::element(response, "Region"), "us-east-1");
  EXPECT_EQ(Bent::element(response, "Message"),
            "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'");
  Bent service(server);
  service.signing.service = "ec2";
  response = service.send();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Bent::element(response, "Message"),
            "The authorization header is malformed; incorrect service &quot;ec2&quot;. This endpoint belongs to "
            "&quot;s3&quot;.");
}

TEST(S3Authentication, WantsEveryAmzHeaderSigned) {
  TestServer server;
  Bent bent(server);
  bent.after_signing = {{"x-amz-meta-b", "1"}, {"x-amz-acl", "private"}};
  auto response = bent.send();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Bent::element(response, "Code"), "AccessDenied");
  EXPECT_EQ(Bent::element(response, "HeadersNotSigned"), "x-amz-acl, x-amz-meta-b");
}

TEST(S3Authentication, HoldsTheBodyToItsHash) {
  TestServer server;
  ASSERT_EQ(server.root().s3("PUT", "/hash-bucket").summary(), "200");
  Bent bent(server);
  bent.request.method = "PUT";
  bent.request.path = "/hash-bucket/k";
  bent.request.payload = sigv4::hex(sigv4::sha256("promised"));
  bent.body = "something";
  auto response = bent.send();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Bent::element(response, "Code"), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(Bent::element(response, "ClientComputedContentSHA256"), bent.request.payload);
  EXPECT_EQ(Bent::element(response, "S3ComputedContentSHA256"), sigv4::hex(sigv4::sha256("something")));
  EXPECT_EQ(server.root().s3("GET", "/hash-bucket/k").summary(), "404 NoSuchKey");
}

TEST(S3Authentication, NobodyHasNoRights) {
  TestServer server;
  http::Client client("127.0.0.1", server.port());
  auto response = client.send("GET", "/", {{"Host", server.host()}}, {});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Bent::element(response, "Code"), "AccessDenied");
  EXPECT_EQ(Bent::element(response, "Message"), "Access Denied");
}

TEST(QueryAuthentication, UsesItsOwnEnvelopeAndCodes) {
  TestServer server;
  auto stranger = server.client({"AKIAUNKNOWNUNKNOWN22", "x"});
  auto refused = stranger.query("iam", "ListUsers");
  EXPECT_EQ(refused.summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(refused.body.substr(0, 14), "<ErrorResponse");
  EXPECT_EQ(refused.element("Message"), "The security token included in the request is invalid.");
  auto forged = server.client({TestServer::kRootId, "x"}).query("sts", "GetCallerIdentity");
  EXPECT_EQ(forged.summary(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(forged.body.find("CanonicalRequest"), std::string::npos);
}

TEST(QueryAuthentication, RefusesUnsignedCallsAndUnknownActions) {
  TestServer server;
  http::Client client("127.0.0.1", server.port());
  std::vector<std::pair<std::string, std::string>> headers{{"Host", server.host()},
                                                           {"Content-Type", "application/x-www-form-urlencoded"}};
  auto response = client.send("POST", "/", headers, "Action=ListUsers&Version=2010-05-08");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(Bent::element(response, "Code"), "MissingAuthenticationToken");
  response = client.send("POST", "/", headers, "Action=Frobnicate&Version=2010-05-08");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Bent::element(response, "Code"), "InvalidAction");
  EXPECT_EQ(Bent::element(response, "Message"), "Could not find operation Frobnicate for version 2010-05-08");
}

// One endpoint serves three services, told apart by the scope; a scope for a fourth is still a call by its form.
TEST(QueryAuthentication, NamesTheServiceToACallScopedToAnother) {
  TestServer server;
  for (const char* path : {"/", "/some/path"}) {
    Bent bent(server);
    bent.request.method = "POST";
    bent.request.path = path;
    bent.request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    bent.body = "Action=GetCallerIdentity&Version=2011-06-15";
    bent.signing.service = "ec2";
    bent.signing.options = sigv4::kService;
    bent.request.payload = sigv4::hex(sigv4::sha256(bent.body));
    auto response = bent.send();
    EXPECT_EQ(response.status, 403) << path;
    EXPECT_EQ(Bent::element(response, "Code"), "SignatureDoesNotMatch") << path;
    EXPECT_EQ(Bent::element(response, "Message"), "Credential should be scoped to correct service: 'sts'. ") << path;
  }
}

}  // namespace
}  // namespace keymill::test
