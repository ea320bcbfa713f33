// Temporary credentials against every service: what is refused, in which order, with which words (aws-facts A8).

#include <ctime>

#include <gtest/gtest.h>

#include "server/pipeline/clock.h"
#include "server/pipeline/session_token.h"
#include "server/sts/authorization_messages.h"
#include "sigv4/encoding.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

using sigv4::HeaderLine;

constexpr store::Millis kHour = 3'600'000;

class Sessions : public testing::Test {
 protected:
  void SetUp() override { server_.set_up(); }

  /// GETs /box/k with these credentials at the server's time, with the token lines that the test wants.
  http::ClientResponse get(const sigv4::Credentials& credentials, std::vector<HeaderLine> extra = {},
                           std::vector<HeaderLine> unsigned_extra = {}) {
    sigv4::SignRequest request{"GET", "/box/k", {}, {{"Host", server_.host()}}, std::string(sigv4::kEmptySha256)};
    request.headers.insert(request.headers.end(), extra.begin(), extra.end());
    return send(request, sigv4::sign(request, credentials, signing()).headers, unsigned_extra);
  }
  http::ClientResponse send(const sigv4::SignRequest& request, const std::vector<HeaderLine>& added,
                            const std::vector<HeaderLine>& more = {}, const std::string& body = {}) {
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto* lines : {&request.headers, &added, &more}) {
      for (const auto& line : *lines) headers.emplace_back(line.name, line.value);
    }
    http::Client client("127.0.0.1", server_.port());
    return client.send(request.method, request.query.empty() ? request.path : request.path + "?" + request.query,
                       headers, body);
  }
  sigv4::Signing signing() const {
    return {.region = "us-east-1", .service = "s3", .time = std::time(nullptr) + offset_ / 1000};
  }
  void move_clock(store::Millis offset) {
    offset_ = offset;
    server_.app().clock().set_offset(offset);
  }
  static std::string code(const http::ClientResponse& response) {
    auto name = tools::Answer{response.status, {}, response.body}.element("Code");
    return std::to_string(response.status) + (name.empty() ? "" : " " + name);
  }
  static std::string element(const http::ClientResponse& response, std::string_view name) {
    return tools::Answer{response.status, {}, response.body}.element(name);
  }
  sigv4::Credentials session() { return SessionOf(server_.assume(server_.ann(), "reader")); }

  SessionServer server_;
  store::Millis offset_ = 0;
};

TEST_F(Sessions, WorkInS3IamAndSts) {
  auto client = server_.in_role("reader");
  EXPECT_EQ(client.s3("GET", "/box/k").body, "v");
  EXPECT_EQ(client.s3("PUT", "/box/large", {}, std::string(1 << 20, 'x')).summary(), "200");
  auto identity = client.query("sts", "GetCallerIdentity");
  EXPECT_EQ(identity.element("Arn"), "arn:aws:sts::123456789012:assumed-role/reader/work");
  EXPECT_EQ(identity.element("UserId").substr(0, 4), "AROA");
  EXPECT_TRUE(identity.element("UserId").ends_with(":work"));
  auto denied = client.query("iam", "ListUsers");
  EXPECT_EQ(denied.summary(), "403 AccessDenied");
  EXPECT_NE(denied.body.find("User: arn:aws:sts::123456789012:assumed-role/reader/work is not authorized to perform: "
                             "iam:ListUsers"),
            std::string::npos);
}

TEST_F(Sessions, S3RefusesALiveKeyWithoutItsToken) {
  auto credentials = session();
  credentials.session_token.clear();
  EXPECT_EQ(code(get(credentials)), "403 InvalidAccessKeyId");
  EXPECT_EQ(code(get(credentials, {{"x-amz-security-token", ""}})), "403 InvalidAccessKeyId");
  credentials.secret_access_key = "wrong";
  EXPECT_EQ(code(get(credentials)), "403 InvalidAccessKeyId");
}

TEST_F(Sessions, S3RefusesAnotherSessionsToken) {
  auto credentials = session();
  credentials.session_token = session().session_token;
  EXPECT_EQ(code(get(credentials)), "403 InvalidAccessKeyId");
}

TEST_F(Sessions, S3EchoesATokenThatIsNone) {
  auto credentials = session();
  credentials.session_token = "garbage";
  auto refused = get(credentials);
  EXPECT_EQ(code(refused), "400 InvalidToken");
  EXPECT_EQ(element(refused, "Message"), "The provided token is malformed or otherwise invalid.");
  EXPECT_EQ(element(refused, "Token-0"), "garbage");
}

TEST_F(Sessions, S3ComparesTheSignatureLast) {
  auto credentials = session();
  credentials.secret_access_key = "wrong";
  EXPECT_EQ(code(get(credentials)), "403 SignatureDoesNotMatch");
}

TEST_F(Sessions, S3SaysExpiredWhateverElseIsWrong) {
  auto credentials = session();
  move_clock(kHour + 1000);
  auto refused = get(credentials);
  EXPECT_EQ(code(refused), "400 ExpiredToken");
  EXPECT_EQ(element(refused, "Message"), "The provided token has expired.");
  EXPECT_EQ(element(refused, "Token-0"), credentials.session_token);
  credentials.secret_access_key = "wrong";
  EXPECT_EQ(code(get(credentials)), "400 ExpiredToken");
  move_clock(0);
  server_.delete_role("reader");
  move_clock(kHour + 1000);
  EXPECT_EQ(code(get(credentials)), "400 ExpiredToken");
}

TEST_F(Sessions, DieWithTheirRoleEvenIfItIsMadeAgain) {
  auto credentials = session();
  ASSERT_EQ(code(get(credentials)), "200");
  server_.delete_role("reader");
  EXPECT_EQ(code(get(credentials)), "403 InvalidAccessKeyId");
  EXPECT_EQ(server_.client(credentials).query("sts", "GetCallerIdentity").summary(), "403 InvalidClientTokenId");
  server_.make_role("reader", Trust("arn:aws:iam::123456789012:user/ann"), Allow("s3:*"));
  EXPECT_EQ(code(get(credentials)), "403 InvalidAccessKeyId");
  EXPECT_EQ(code(get(session())), "200");
}

TEST_F(Sessions, S3ChecksTheSignatureOfALongTermKeyBeforeItsStrayToken) {
  auto credentials = server_.ann_key;
  credentials.session_token = session().session_token;
  EXPECT_EQ(code(get(credentials)), "400 InvalidToken");
  credentials.secret_access_key = "wrong";
  EXPECT_EQ(code(get(credentials)), "403 SignatureDoesNotMatch");
}

TEST_F(Sessions, S3WantsTheTokenHeaderSigned) {
  auto credentials = session();
  const std::string token = std::exchange(credentials.session_token, "");
  auto refused = get(credentials, {}, {{"x-amz-security-token", token}});
  EXPECT_EQ(code(refused), "403 AccessDenied");
  EXPECT_EQ(element(refused, "HeadersNotSigned"), "x-amz-security-token");
}

TEST_F(Sessions, S3TakesTheSameTokenTwiceButNotTwoTokens) {
  auto credentials = session();
  const std::string token = std::exchange(credentials.session_token, "");
  EXPECT_EQ(code(get(credentials, {{"x-amz-security-token", token}, {"x-amz-security-token", token}})), "200");
  EXPECT_EQ(code(get(credentials, {{"x-amz-security-token", token}, {"x-amz-security-token", "other"}})),
            "403 InvalidAccessKeyId");
}

TEST_F(Sessions, S3ReportsTheScopeBeforeTheToken) {
  auto credentials = session();
  credentials.session_token = "garbage";
  sigv4::SignRequest request{"GET", "/box/k", {}, {{"Host", server_.host()}}, std::string(sigv4::kEmptySha256)};
  auto elsewhere = signing();
  elsewhere.region = "eu-west-1";
  EXPECT_EQ(code(send(request, sigv4::sign(request, credentials, elsewhere).headers)),
            "400 AuthorizationHeaderMalformed");
}

TEST_F(Sessions, PresignTheirUrlsAndASignedHeaderWinsOverTheQuery) {
  auto credentials = session();
  sigv4::SignRequest request{"GET", "/box/k", {}, {{"Host", server_.host()}}, {}};
  auto presigned = request;
  presigned.query = sigv4::presign(request, credentials, signing(), 600).query;
  EXPECT_EQ(code(send(presigned, {})), "200");

  auto both = request;
  const std::string token = credentials.session_token;
  both.headers.push_back({"x-amz-security-token", token});
  credentials.session_token = "garbage";
  auto header_right = both;
  header_right.query = sigv4::presign(both, credentials, signing(), 600).query;
  EXPECT_EQ(code(send(header_right, {})), "200");
  both.headers.back().value = "garbage";
  credentials.session_token = token;
  both.query = sigv4::presign(both, credentials, signing(), 600).query;
  EXPECT_EQ(code(send(both, {})), "400 InvalidToken");
}

TEST_F(Sessions, AreFoundBeforeAStreamedBodyIsLookedAt) {
  auto credentials = session();
  move_clock(kHour + 1000);
  sigv4::SignRequest request{"PUT", "/box/streamed", {}, {{"Host", server_.host()}}, {}};
  request.headers.push_back({"x-amz-decoded-content-length", "5"});
  request.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const std::string body = "5;chunk-signature=" + std::string(64, '0') +
                           "\r\nhello\r\n0;chunk-signature=" + std::string(64, '0') + "\r\n\r\n";
  EXPECT_EQ(code(send(request, sigv4::sign(request, credentials, signing()).headers, {}, body)), "400 ExpiredToken");
  move_clock(0);
  EXPECT_EQ(code(send(request, sigv4::sign(request, credentials, signing()).headers, {}, body)),
            "403 SignatureDoesNotMatch");
}

TEST_F(Sessions, TheQueryServicesSayInvalidClientTokenIdForEveryBadToken) {
  const auto credentials = session();
  auto answer = [&](const sigv4::Credentials& bent) { return server_.client(bent).query("sts", "GetCallerIdentity"); };
  auto bent = credentials;
  bent.session_token.clear();
  EXPECT_EQ(answer(bent).summary(), "403 InvalidClientTokenId");
  bent.session_token = "garbage";
  EXPECT_EQ(answer(bent).summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(answer(bent).element("Message"), "The security token included in the request is invalid");
  bent.session_token = session().session_token;
  EXPECT_EQ(answer(bent).summary(), "403 InvalidClientTokenId");
  EXPECT_EQ(answer(bent).element("Message"), "The security token included in the request is invalid.");
  bent = server_.ann_key;
  bent.session_token = credentials.session_token;
  bent.secret_access_key = "wrong";
  EXPECT_EQ(answer(bent).summary(), "403 InvalidClientTokenId") << "decided before the signature";
}

TEST_F(Sessions, TheQueryServicesSayExpiredWithoutAPeriod) {
  auto credentials = session();
  // Signed with the real time, so the clock may move by less than the skew: the session is as short as can be.
  const auto token = pipeline::OpenSession(server_.app().vault(), credentials.session_token);
  ASSERT_TRUE(token);
  auto expired = *token;
  expired.expires = pipeline::Clock::real() - 1000;
  credentials.session_token = pipeline::SealSession(server_.app().vault(), expired);
  for (const char* secret : {credentials.secret_access_key.c_str(), "wrong"}) {
    auto refused = server_.client({credentials.access_key_id, secret, credentials.session_token})
                       .query("sts", "GetCallerIdentity");
    EXPECT_EQ(refused.summary(), "403 ExpiredToken");
    EXPECT_EQ(refused.element("Message"), "The security token included in the request is expired");
  }
}

TEST_F(Sessions, AreExplainedWithoutTheirTokens) {
  auto credentials = SessionOf(server_.ann().query("sts", "GetSessionToken"));
  credentials.secret_access_key = server_.ann_key.secret_access_key;  // a mistake that the explanation finds
  auto refused = get(credentials);
  ASSERT_EQ(code(refused), "403 SignatureDoesNotMatch");
  auto explanation = server_.root().control("GET", "/explain/" + std::string(refused.header("x-amz-request-id")));
  EXPECT_EQ(explanation.status, 200);
  EXPECT_EQ(explanation.body.find(credentials.session_token), std::string::npos);
  EXPECT_NE(explanation.body.find("(session token)"), std::string::npos);
}

TEST(SessionRestart, TokensOutliveTheProcess) {
  TemporaryDirectory directory;
  sigv4::Credentials credentials;
  {
    SessionServer server(TestServer::OnDisk(directory.path()));
    server.set_up();
    credentials = SessionOf(server.assume(server.ann(), "reader"));
    ASSERT_EQ(server.client(credentials).s3("GET", "/box/k").summary(), "200");
  }
  SessionServer server(TestServer::OnDisk(directory.path()));
  EXPECT_EQ(server.client(credentials).s3("GET", "/box/k").body, "v");
}

TEST(SessionRestart, ServersInMemoryDoNotKnowEachOthersTokens) {
  SessionServer one;
  one.set_up();
  SessionServer other;
  other.set_up();
  const auto credentials = SessionOf(one.assume(one.ann(), "reader"));
  EXPECT_EQ(other.client(credentials).s3("GET", "/box/k").summary(), "400 InvalidToken");
}

TEST_F(Sessions, MayReadAuthorizationMessagesIfTheirPoliciesAllowIt) {
  const std::string json = R"({"allowed":false,"explicitDeny":false,"context":{"action":"ec2:RunInstances"}})";
  const std::string message = sts::EncodeAuthorizationMessage(server_.app().vault(), json);
  EXPECT_EQ(message.find_first_of("+/="), std::string::npos);
  server_.make_role("decoder", Trust("arn:aws:iam::123456789012:user/ann"), Allow("sts:DecodeAuthorizationMessage"));
  auto decode = [&](const std::string& role, const std::string& text) {
    return server_.in_role(role).query("sts", "DecodeAuthorizationMessage", {{"EncodedMessage", text}});
  };
  const auto decoded = decode("decoder", message);
  EXPECT_EQ(decoded.summary(), "200");
  EXPECT_NE(decoded.body.find("ec2:RunInstances"), std::string::npos);
  EXPECT_EQ(decode("reader", message).summary(), "403 AccessDenied");
  for (const std::string& bent : {message + "AAAA", message.substr(4), message + "\n", std::string("abc")}) {
    EXPECT_EQ(decode("decoder", bent).summary(), "400 InvalidAuthorizationMessageException") << bent;
  }
}

}  // namespace
}  // namespace keymill::test
