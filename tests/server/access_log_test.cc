#include <gtest/gtest.h>

#include "server/pipeline/access_entry.h"
#include "server/s3/log_delivery.h"
#include "sigv4/encoding.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

TEST(AccessLogTarget, HidesSignaturesAndTokensHoweverTheyAreWritten) {
  EXPECT_EQ(pipeline::RedactedTarget("/b/k", ""), "/b/k");
  EXPECT_EQ(pipeline::RedactedTarget("/b/k", "versionId=1&X-Amz-Signature=secret&X-Amz-Date=d"),
            "/b/k?versionId=1&X-Amz-Signature=REDACTED&X-Amz-Date=d");
  EXPECT_EQ(pipeline::RedactedTarget("/", "x-amz-security-token=t&Signature=s&acl"),
            "/?x-amz-security-token=REDACTED&Signature=REDACTED&acl");
  EXPECT_EQ(pipeline::RedactedTarget("/", "X%2DAmz%2DSignature=s"), "/?X%2DAmz%2DSignature=REDACTED");
  EXPECT_EQ(pipeline::RedactedTarget("/b/k", "x-amz-server-side-encryption-customer-key=k&partNumber=1"),
            "/b/k?x-amz-server-side-encryption-customer-key=REDACTED&partNumber=1");
}

TEST(AccessLogKey, IsSimpleOrPartitionedByDate) {
  pipeline::LogBatch batch;
  batch.source.name = "source";
  batch.source.account = "123456789012";
  batch.source.region = "eu-west-1";
  s3::LogTarget target;
  target.prefix = "logs/";
  batch.day = 1735603200000;  // 2024-12-31
  constexpr store::Millis kNow = 1735718405000;
  EXPECT_EQ(s3::LogObjectKey(batch, target, kNow, "0123456789ABCDEF"), "logs/2025-01-01-08-00-05-0123456789ABCDEF");
  target.partitioned = true;
  EXPECT_EQ(s3::LogObjectKey(batch, target, kNow, "F"),
            "logs/123456789012/eu-west-1/source/2025/01/01/2025-01-01-08-00-05-F");
  target.by_event_time = true;
  EXPECT_EQ(s3::LogObjectKey(batch, target, kNow, "F"),
            "logs/123456789012/eu-west-1/source/2024/12/31/2024-12-31-00-00-00-F");
}

TEST(AccessLogEntry, HasEachFieldInItsPlace) {
  auto state = std::make_shared<pipeline::BucketState>();
  state->owner_id = "OWNER";
  state->record.name = "bucket";
  pipeline::AccessEntry entry;
  entry.bucket = state;
  entry.time = 1549411238000;
  entry.remote_ip = "192.0.2.3";
  entry.request_id = "REQUEST";
  entry.operation = "REST.GET.OBJECT";
  entry.key = "a b/\"c";
  entry.request_uri = "GET /bucket/k HTTP/1.1";
  entry.status = 200;
  entry.bytes_sent = 113;
  entry.total = 7;
  entry.user_agent = "agent \"x\"\n";
  entry.host_id = "HOST";
  entry.signature_version = "SigV4";
  entry.authentication = "AuthHeader";
  entry.host = "localhost";
  EXPECT_EQ(pipeline::FormatEntry(entry),
            "OWNER bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - REQUEST REST.GET.OBJECT a%20b/%22c "
            "\"GET /bucket/k HTTP/1.1\" 200 - 113 - 7 0 \"-\" \"agent %22x%22 \" - HOST SigV4 - AuthHeader localhost "
            "- - -\n");
}

/// A bucket whose log goes into another one.
class AccessLog : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(root_.s3("PUT", "/bucket").summary(), "200");
    ASSERT_EQ(root_.s3("PUT", "/logs").summary(), "200");
  }
  tools::Answer enable(const std::string& target, const std::string& more = {}) {
    return root_.s3("PUT", "/bucket", "logging=",
                    "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" + target +
                        "</TargetBucket><TargetPrefix>p/</TargetPrefix>" + more +
                        "</LoggingEnabled></BucketLoggingStatus>");
  }
  /// All lines that have gathered.
  std::string flush() {
    EXPECT_EQ(root_.control("POST", "/logging/flush").summary(), "200");
    const std::string key = root_.s3("GET", "/logs", "list-type=2").element("Key");
    if (key.empty()) return {};
    const std::string lines = root_.s3("GET", "/logs/" + key).body;
    root_.s3("DELETE", "/logs/" + key);
    return lines;
  }
  static bool has(const std::string& lines, const std::string& part) { return lines.find(part) != std::string::npos; }

  TestServer server_;
  tools::AwsClient root_ = server_.root();
};

TEST_F(AccessLog, TellsOfRequestsAndRefusals) {
  ASSERT_EQ(enable("logs").summary(), "200");
  ASSERT_EQ(root_.s3("PUT", "/bucket/key", {}, "12345").summary(), "200");
  ASSERT_EQ(root_.s3("GET", "/bucket/key", {}, {}, {{"Range", "bytes=1-2"}}).status, 206);
  ASSERT_EQ(root_.s3("GET", "/bucket/none").summary(), "404 NoSuchKey");
  ASSERT_EQ(root_.presigned_get("/bucket/key", 60).status, 200);
  auto stranger = server_.client({TestServer::kRootId, "not the secret"});
  ASSERT_EQ(stranger.s3("GET", "/bucket/key").summary(), "403 SignatureDoesNotMatch");
  const auto lines = flush();
  EXPECT_TRUE(has(lines, " REST.PUT.OBJECT key \"PUT /bucket/key HTTP/1.1\" 200 - - 5 ")) << lines;
  EXPECT_TRUE(has(lines, " REST.GET.OBJECT key \"GET /bucket/key HTTP/1.1\" 206 - 2 5 ")) << lines;
  EXPECT_TRUE(has(lines, " REST.GET.OBJECT none \"GET /bucket/none HTTP/1.1\" 404 NoSuchKey ")) << lines;
  EXPECT_TRUE(has(lines, " REST.GET.OBJECT key \"GET /bucket/key HTTP/1.1\" 403 SignatureDoesNotMatch ")) << lines;
  EXPECT_TRUE(has(lines, "X-Amz-Signature=REDACTED")) << lines;
  EXPECT_TRUE(has(lines, " SigV4 - QueryString 127.0.0.1:" + server_.port())) << lines;
  EXPECT_FALSE(has(lines, "/logging/flush"));
}

TEST_F(AccessLog, IsDeliveredOnceAndNotOfItself) {
  ASSERT_EQ(enable("bucket").summary(), "200");
  ASSERT_EQ(root_.s3("GET", "/bucket/none").summary(), "404 NoSuchKey");
  EXPECT_EQ(At(root_.control("POST", "/logging/flush").body, "/objects"), "1");
  EXPECT_EQ(At(root_.control("POST", "/logging/flush").body, "/objects"), "0") << "a delivery is no request";
}

TEST_F(AccessLog, IsWrittenWhenTheServerStops) {
  TemporaryDirectory directory;
  const Config config = TestServer::OnDisk(directory.path());
  {
    TestServer first(config);
    auto root = first.root();
    ASSERT_EQ(root.s3("PUT", "/bucket").summary(), "200");
    ASSERT_EQ(root.s3("PUT", "/bucket", "logging=",
                      "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetPrefix>p/"
                      "</TargetPrefix></LoggingEnabled></BucketLoggingStatus>")
                  .summary(),
              "200");
    ASSERT_EQ(root.s3("GET", "/bucket/none").summary(), "404 NoSuchKey");
  }
  TestServer second(config);
  EXPECT_TRUE(second.root().s3("GET", "/bucket", "list-type=2").element("Key").starts_with("p/"));
}

TEST_F(AccessLog, WantsATargetOfTheSameOwner) {
  EXPECT_EQ(enable("nowhere").summary(), "400 InvalidTargetBucketForLogging");
  const auto made = root_.control("POST", "/accounts").body;
  auto tenant = server_.client({At(made, "/access_key/access_key_id"), At(made, "/access_key/secret_access_key")});
  ASSERT_EQ(tenant.s3("PUT", "/theirs").summary(), "200");
  EXPECT_EQ(enable("theirs").summary(), "400 InvalidTargetBucketForLogging");
  EXPECT_EQ(enable("logs", "<TargetObjectKeyFormat/>").summary(), "400 MalformedXML");
  EXPECT_EQ(enable("logs",
                   "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Never</PartitionDateSource>"
                   "</PartitionedPrefix></TargetObjectKeyFormat>")
                .summary(),
            "400 MalformedXML");
}

}  // namespace
}  // namespace keymill::test
