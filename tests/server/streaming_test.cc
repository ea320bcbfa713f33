#include <ctime>

#include <gtest/gtest.h>

#include "sigv4/aws_chunked.h"
#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr std::string_view kSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

// An aws-chunked upload to /stream-bucket/k that a test can spoil before it is sent.
struct Upload {
  std::string_view kind = kSigned;
  std::string data;
  std::size_t chunk = 64 << 10;
  std::vector<sigv4::HeaderLine> trailers{};
  std::string (*spoil)(std::string) = nullptr;
  std::string path = "/stream-bucket/k";

  tools::Answer send(const TestServer& server) const {
    sigv4::Credentials credentials{TestServer::kRootId, TestServer::kRootSecret};
    sigv4::Signing signing{"us-east-1", "s3", std::time(nullptr)};
    sigv4::SignRequest request{"PUT",
                               path,
                               {},
                               {{"Host", server.host()},
                                {"x-amz-decoded-content-length", std::to_string(data.size())},
                                {"Content-Encoding", "aws-chunked"}},
                               std::string(kind)};
    for (const auto& trailer : trailers) request.headers.push_back({"x-amz-trailer", trailer.name});
    auto made = sigv4::sign(request, credentials, signing);
    sigv4::ChunkedEncoder encoder(*sigv4::parse_payload_hash(kind), credentials, signing, made);
    std::string body;
    for (std::size_t at = 0; at < data.size(); at += chunk)
      body += encoder.chunk(std::string_view(data).substr(at, chunk));
    body += encoder.last(trailers);
    if (spoil) body = spoil(std::move(body));
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto* lines : {&request.headers, &made.headers}) {
      for (const auto& line : *lines) headers.emplace_back(line.name, line.value);
    }
    http::Client client("127.0.0.1", server.port());
    auto response = client.send("PUT", path, headers, body);
    tools::Answer answer{response.status, {}, response.body};
    if (answer.status >= 300) answer.code = answer.element("Code");
    return answer;
  }
};

class Streaming : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(root_.s3("PUT", "/stream-bucket").summary(), "200"); }
  std::string stored() { return root_.s3("GET", "/stream-bucket/k").body; }
  std::string summary() { return root_.s3("GET", "/stream-bucket/k").summary(); }

  TestServer server_;
  tools::AwsClient root_ = server_.root();
  std::string data_ = std::string(200'000, 'a') + "end";
};

TEST_F(Streaming, StoresSignedChunks) {
  EXPECT_EQ((Upload{.data = data_}.send(server_).summary()), "200");
  EXPECT_EQ(stored(), data_);
}

TEST_F(Streaming, StoresLargeSignedBodies) {
  std::string large(5 << 20, 'z');
  EXPECT_EQ((Upload{.data = large}.send(server_).summary()), "200");
  EXPECT_EQ(stored(), large);
}

TEST_F(Streaming, StoresAnEmptyBody) {
  EXPECT_EQ((Upload{.data = ""}.send(server_).summary()), "200");
  EXPECT_EQ(stored(), "");
}

TEST_F(Streaming, ChecksTheTrailersChecksum) {
  Upload upload{.kind = kUnsignedTrailer, .data = "hello", .trailers = {{"x-amz-checksum-crc32", "NhCmhg=="}}};
  EXPECT_EQ(upload.send(server_).summary(), "200");
  EXPECT_EQ(stored(), "hello");
  upload.data = "jello";
  EXPECT_EQ(upload.send(server_).summary(), "400 BadDigest");
  EXPECT_EQ(stored(), "hello") << "nothing of the refused upload is visible";
  upload.kind = kSignedTrailer;
  upload.data = "hello";
  EXPECT_EQ(upload.send(server_).summary(), "200");
}

TEST_F(Streaming, RefusesATamperedChunkAndShowsNothingOfIt) {
  Upload upload{.data = data_};
  upload.spoil = [](std::string body) {
    body[body.size() / 2] ^= 1;
    return body;
  };
  auto answer = upload.send(server_);
  EXPECT_EQ(answer.summary(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(answer.element("StringToSign").substr(0, 24), "AWS4-HMAC-SHA256-PAYLOAD");
  EXPECT_EQ(summary(), "404 NoSuchKey");
}

TEST_F(Streaming, RefusesATamperedLastChunk) {
  Upload upload{.data = data_};
  upload.spoil = [](std::string body) {
    auto at = body.rfind("chunk-signature=") + 16;
    body[at] = body[at] == '0' ? '1' : '0';
    return body;
  };
  EXPECT_EQ(upload.send(server_).summary(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(summary(), "404 NoSuchKey");
}

TEST_F(Streaming, RefusesShortChunksBeforeTheLast) {
  auto answer = Upload{.data = data_, .chunk = 5000}.send(server_);
  EXPECT_EQ(answer.summary(), "403 InvalidChunkSizeError");
  EXPECT_EQ(answer.element("Chunk"), "2");
  EXPECT_EQ(answer.element("BadChunkSize"), "5000");
}

TEST_F(Streaming, RefusesBodiesCutShort) {
  Upload upload{.data = data_};
  upload.spoil = [](std::string body) { return body.substr(0, body.size() - 3); };
  EXPECT_EQ(upload.send(server_).code, "IncompleteBody");
  EXPECT_EQ(summary(), "404 NoSuchKey");
}

TEST_F(Streaming, RefusesStreamingForOtherOperations) {
  Upload upload{.data = "", .path = "/another-stream-bucket"};
  auto answer = upload.send(server_);
  EXPECT_EQ(answer.summary(), "400 InvalidRequest");
  EXPECT_EQ(answer.element("Message"), "The value of x-amz-content-sha256 header is invalid.");
}

}  // namespace
}  // namespace keymill::test
