#include "tests/server/refusal_matrix.h"

#include <iomanip>
#include <iostream>

#include <gtest/gtest.h>

#include "server/aws/xml_reader.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/session_token.h"
#include "sigv4/encoding.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";

void ExpectMessage(const std::string& message, const std::string& expected) {
  if (expected.ends_with('*')) {
    EXPECT_TRUE(message.starts_with(std::string_view(expected).substr(0, expected.size() - 1))) << message;
  } else {
    EXPECT_EQ(message, expected);
  }
}

void ExpectS3Document(const Refusal& row, const Reply& reply) {
  EXPECT_EQ(reply.body.starts_with(kDeclaration), row.declaration) << reply.body.substr(0, 60);
  const auto document = aws::XmlDocument::Parse(reply.body, "Error");
  ASSERT_TRUE(document) << reply.body;
  std::string names, expected = "Code Message ";
  for (const auto& child : document->root().children()) names.append(child.name()).append(" ");
  for (const auto extra : row.extras) expected.append(extra).append(" ");
  EXPECT_EQ(names, expected + "RequestId HostId ");
  EXPECT_EQ(document->root().child("Code")->text(), row.code);
  EXPECT_EQ(document->root().child("RequestId")->text(), reply.header("x-amz-request-id"));
  EXPECT_EQ(document->root().child("HostId")->text(), reply.header("x-amz-id-2"));
  EXPECT_EQ(reply.header("content-type"), "application/xml");
  ExpectMessage(document->root().child("Message")->text(), row.message);
}

void ExpectQueryDocument(const Refusal& row, const Reply& reply) {
  EXPECT_TRUE(reply.body.starts_with("<ErrorResponse xmlns=")) << reply.body.substr(0, 60);
  const auto document = aws::XmlDocument::Parse(reply.body, "ErrorResponse");
  ASSERT_TRUE(document) << reply.body;
  const auto error = *document->root().child("Error");
  EXPECT_EQ(error.child("Type")->text(), "Sender");
  EXPECT_EQ(error.child("Code")->text(), row.code);
  EXPECT_EQ(document->root().child("RequestId")->text(), reply.header("x-amzn-RequestId"));
  EXPECT_EQ(reply.header("content-type"), "text/xml");
  const auto message = error.child("Message");
  EXPECT_EQ(message.has_value(), !row.message.empty()) << "an empty Message is left out";
  if (message) ExpectMessage(message->text(), row.message);
}

class RefusalMatrix : public ::testing::Test {
 protected:
  static Config V4Only() {
    auto config = TestServer::InMemory();
    config.sigv2 = false;
    return config;
  }
  void SetUp() override {
    ASSERT_EQ(server_.root().s3("PUT", "/matrix-bucket").summary(), "200");
    ASSERT_EQ(v4_only_.root().s3("PUT", "/matrix-bucket").summary(), "200");
  }

  void Check(const char* group, std::span<const Refusal> rows, bool query_service = false, bool sessions = false) {
    int number = 0;
    for (const auto& row : rows) {
      SCOPED_TRACE(std::string(group) + ": " + std::string(row.what));
      World world{row.v4_only ? v4_only_ : server_};
      if (sessions) give_sessions(world);
      const auto wire = row.make(world);
      const auto reply = world.send(wire);
      std::cout << std::left << std::setw(10) << group << std::right << std::setw(3) << ++number << "  " << std::left
                << std::setw(52) << row.what << reply.status << " " << row.code << "\n";
      EXPECT_EQ(reply.status, row.status);
      if (wire.method == "HEAD") {
        EXPECT_EQ(reply.body, "") << "HEAD has no body";
      } else if (query_service) {
        ExpectQueryDocument(row, reply);
      } else {
        ExpectS3Document(row, reply);
      }
      EXPECT_EQ(World{server_}.server.root().s3("GET", "/matrix-bucket/k").summary(), "404 NoSuchKey")
          << "nothing of a refused request is visible";
    }
  }

  void give_sessions(World& world) {
    world.session = SessionOf(server_.root().query("sts", "GetSessionToken"));
    world.other_session = SessionOf(server_.root().query("sts", "GetSessionToken"));
    world.expired_session = SessionOf(server_.root().query("sts", "GetSessionToken"));
    auto session = *pipeline::OpenSession(server_.app().vault(), world.expired_session.session_token);
    session.expires = pipeline::Clock::real() - 1000;
    world.expired_session.session_token = pipeline::SealSession(server_.app().vault(), session);
  }

  TestServer server_, v4_only_{V4Only()};
};

TEST_F(RefusalMatrix, Header) {
  Check("header", HeaderRefusals());
}
TEST_F(RefusalMatrix, OrderOfChecks) {
  Check("order", OrderOfRefusals());
}
TEST_F(RefusalMatrix, Presigned) {
  Check("query", PresignedRefusals());
}
TEST_F(RefusalMatrix, Payload) {
  Check("payload", PayloadRefusals());
}
TEST_F(RefusalMatrix, Streaming) {
  Check("streaming", StreamingRefusals());
}
TEST_F(RefusalMatrix, PostForm) {
  Check("form", FormRefusals());
}
TEST_F(RefusalMatrix, SessionTokens) {
  Check("token", TokenRefusals());
}
TEST_F(RefusalMatrix, Sessions) {
  Check("session", SessionRefusals(), false, true);
  Check("session", QuerySessionRefusals(), true, true);
}
TEST_F(RefusalMatrix, QueryServices) {
  Check("iam, sts", QueryServiceRefusals(), true);
}

// The same refusals, asked by HEAD: the status alone.
TEST_F(RefusalMatrix, HeadHasNoBody) {
  for (const auto& row : HeaderRefusals()) {
    const World world{row.v4_only ? v4_only_ : server_};
    const auto wire = row.make(world);
    if (wire.method != "GET" || row.code == "SignatureDoesNotMatch") continue;
    SCOPED_TRACE(row.what);
    const auto reply = world.send(Wire(wire).as("HEAD"));
    EXPECT_EQ(reply.status, row.status);
    EXPECT_EQ(reply.body, "");
  }
}

TEST_F(RefusalMatrix, TheRightRequestsAreAnswered) {
  const World world{server_};
  for (const bool http_chunks : {false, true}) {
    Draft put(world);
    put.request.method = "PUT";
    put.request.payload = "UNSIGNED-PAYLOAD";
    put.body = std::string(5000, 'x');
    auto wire = put.sign();
    wire.http_chunks = http_chunks;
    EXPECT_EQ(world.send(wire).status, 200);
    EXPECT_EQ(world.send(Draft(world).sign()).status, 200);
    EXPECT_EQ(world.send(Draft(world).presign()).status, 200);
    EXPECT_EQ(world.send(Draft(world).sign_v2()).status, 200);
    EXPECT_EQ(world.send(Draft(world).presign_v2()).status, 200);
  }
}

// Version 4 and 4A, with and without trailers, within a Content-Length and within HTTP chunks.
TEST_F(RefusalMatrix, TheRightStreamsAreStored) {
  const World world{server_};
  for (auto wire : RightStreams(world)) {
    for (const auto& [name, value] : wire.headers) {
      if (sigv4::equals_ignoring_case(name, "x-amz-content-sha256"))
        std::cout << "streaming     stored: " << value << "\n";
    }
    for (const bool http_chunks : {false, true}) {
      wire.http_chunks = http_chunks;
      const auto reply = world.send(wire);
      EXPECT_EQ(reply.status, 200) << reply.body;
      EXPECT_EQ(server_.root().s3("GET", "/matrix-bucket/k").body, std::string(20'000, 'a'));
      EXPECT_EQ(server_.root().s3("DELETE", "/matrix-bucket/k").summary(), "204");
    }
  }
}

}  // namespace
}  // namespace keymill::test
