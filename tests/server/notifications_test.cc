#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr const char* kQueue = "arn:aws:sqs:us-east-1:123456789012:queue";

/// A bucket that tells a queue of everything, and what is in that queue.
class BucketNotifications : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(root_.s3("PUT", "/bucket").summary(), "200"); }

  tools::Answer configure(const std::string& inner, const std::vector<sigv4::HeaderLine>& headers = {}) {
    return root_.s3("PUT", "/bucket",
                    "notification=", "<NotificationConfiguration>" + inner + "</NotificationConfiguration>", headers);
  }
  static std::string queue(const std::string& events) {
    return "<QueueConfiguration><Id>id</Id><Queue>" + std::string(kQueue) + "</Queue>" + events +
           "</QueueConfiguration>";
  }
  void watch(const std::string& events) {
    ASSERT_EQ(configure(queue(events), {{"x-amz-skip-destination-validation", "true"}}).summary(), "200");
  }
  tools::Answer read(const std::string& more = {}) {
    return root_.control("GET", "/notifications?queue=" + sigv4::uri_encode(kQueue) + more);
  }
  /// "EVENT KEY" of each message, in their order.
  std::vector<std::string> events() {
    std::vector<std::string> all;
    const auto answer = read("&max=1000").body;
    for (int i = 0;; ++i) {
      const auto body = At(answer, "/messages/" + std::to_string(i) + "/body");
      if (body.empty()) return all;
      all.push_back(At(body, "/Records/0/eventName") + " " + At(body, "/Records/0/s3/object/key"));
    }
  }
  void delete_two(const std::string& one, const std::string& other) {
    const std::string body =
        "<Delete><Object><Key>" + one + "</Key></Object><Object><Key>" + other + "</Key></Object></Delete>";
    const auto md5 = sigv4::md5(body);
    const std::string_view raw(reinterpret_cast<const char*>(md5.data()), md5.size());
    ASSERT_EQ(root_.s3("POST", "/bucket", "delete=", body, {{"Content-MD5", sigv4::base64_encode(raw)}}).summary(),
              "200");
  }

  TestServer server_;
  tools::AwsClient root_ = server_.root();
};

using Events = std::vector<std::string>;

TEST_F(BucketNotifications, TellOfWhatRequestsHaveCommitted) {
  watch(
      "<Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event><Event>s3:ObjectTagging:*</Event>"
      "<Event>s3:ObjectAcl:Put</Event>");
  ASSERT_EQ(root_.s3("PUT", "/bucket/a%20b", {}, "x").summary(), "200");
  ASSERT_EQ(root_.s3("PUT", "/bucket/copy", {}, {}, {{"x-amz-copy-source", "/bucket/a%20b"}}).summary(), "200");
  ASSERT_EQ(root_
                .s3("PUT", "/bucket/copy",
                    "tagging=", "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>")
                .summary(),
            "200");
  ASSERT_EQ(root_.s3("DELETE", "/bucket/copy", "tagging=").summary(), "204");
  ASSERT_EQ(root_.s3("PUT", "/bucket/refused", {}, "x", {{"If-Match", "\"none\""}}).status, 404);
  ASSERT_EQ(root_.s3("GET", "/bucket/copy").summary(), "200");
  delete_two("a b", "copy");
  ASSERT_EQ(root_.s3("DELETE", "/bucket/nothing").summary(), "204");
  EXPECT_EQ(events(), (Events{"ObjectCreated:Put a+b", "ObjectCreated:Copy copy", "ObjectTagging:Put copy",
                              "ObjectTagging:Delete copy", "ObjectRemoved:Delete a+b", "ObjectRemoved:Delete copy"}));
}

TEST_F(BucketNotifications, TellOfCompletedUploadsOnce) {
  watch("<Event>s3:ObjectCreated:*</Event>");
  const auto id = root_.s3("POST", "/bucket/big", "uploads=").element("UploadId");
  const std::string upload = "uploadId=" + sigv4::uri_encode(id);
  ASSERT_EQ(root_.s3("PUT", "/bucket/big", "partNumber=1&" + upload, "part").summary(), "200");
  EXPECT_EQ(events(), Events());
  const auto md5 = sigv4::hex(sigv4::md5("part"));
  ASSERT_EQ(root_
                .s3("POST", "/bucket/big", upload,
                    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + md5 +
                        "</ETag></Part></CompleteMultipartUpload>")
                .summary(),
            "200");
  EXPECT_EQ(events(), Events{"ObjectCreated:CompleteMultipartUpload big"});
}

TEST_F(BucketNotifications, TellMarkersFromDeletionsAndNameVersionsInOrder) {
  ASSERT_EQ(root_
                .s3("PUT", "/bucket",
                    "versioning=", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .summary(),
            "200");
  watch("<Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event>");
  ASSERT_EQ(root_.s3("PUT", "/bucket/k", {}, "x").summary(), "200");
  ASSERT_EQ(root_.s3("DELETE", "/bucket/k").summary(), "204");
  const auto body = [&](int i) { return At(read().body, "/messages/" + std::to_string(i) + "/body"); };
  const std::string version = At(body(0), "/Records/0/s3/object/versionId");
  ASSERT_EQ(version.size(), 32u);
  ASSERT_EQ(root_.s3("DELETE", "/bucket/k", "versionId=" + version).summary(), "204");
  EXPECT_EQ(events(), (Events{"ObjectCreated:Put k", "ObjectRemoved:DeleteMarkerCreated k", "ObjectRemoved:Delete k"}));
  EXPECT_EQ(At(body(2), "/Records/0/s3/object/versionId"), version);
  const char* sequencer = "/Records/0/s3/object/sequencer";
  EXPECT_LT(At(body(0), sequencer), At(body(1), sequencer));
  EXPECT_LT(At(body(1), sequencer), At(body(2), sequencer));
}

TEST_F(BucketNotifications, ObeyFiltersAndEndWithTheirConfiguration) {
  watch(
      "<Event>s3:ObjectCreated:Put</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a/</Value></FilterRule>"
      "<FilterRule><Name>suffix</Name><Value>.txt</Value></FilterRule></S3Key></Filter>");
  for (const char* key : {"a/1.txt", "a/1.jpg", "b/1.txt"}) {
    ASSERT_EQ(root_.s3("PUT", "/bucket/" + std::string(key), {}, "x").summary(), "200");
  }
  EXPECT_EQ(events(), Events{"ObjectCreated:Put a/1.txt"});
  ASSERT_EQ(configure("").summary(), "200");
  ASSERT_EQ(root_.s3("PUT", "/bucket/a/2.txt", {}, "x").summary(), "200");
  EXPECT_EQ(events().size(), 1u);
}

TEST_F(BucketNotifications, TryQueuesAndTopicsOutOnce) {
  const std::string topic =
      "<TopicConfiguration><Topic>arn:aws:sns:us-east-1:123456789012:topic</Topic><Event>s3:ObjectRemoved:Delete</"
      "Event>"
      "</TopicConfiguration>";
  const std::string function =
      "<CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:us-east-1:123456789012:function:f</CloudFunction>"
      "<Event>s3:ObjectAcl:Put</Event></CloudFunctionConfiguration>";
  const auto answer = configure(queue("<Event>s3:ObjectCreated:Put</Event>") +
                                queue("<Event>s3:ObjectCreated:Post</Event>") + topic + function);
  ASSERT_EQ(answer.summary(), "200") << answer.body;
  const auto queues = root_.control("GET", "/notifications/queues").body;
  EXPECT_EQ(At(queues, "/queues/0/queue"), "arn:aws:sns:us-east-1:123456789012:topic");
  EXPECT_EQ(At(queues, "/queues/1/messages"), "1");
  EXPECT_EQ(At(queues, "/queues/2/queue"), "");
  EXPECT_EQ(At(At(read().body, "/messages/0/body"), "/Event"), "s3:TestEvent");
}

TEST_F(BucketNotifications, TellOfLifecycleRulesInTheirOwnName) {
  watch("<Event>s3:LifecycleExpiration:*</Event><Event>s3:ObjectRemoved:*</Event>");
  ASSERT_EQ(root_.s3("PUT", "/bucket/old", {}, "x").summary(), "200");
  const std::string rules =
      "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>"
      "</LifecycleConfiguration>";
  const auto md5 = sigv4::md5(rules);
  const std::string_view raw(reinterpret_cast<const char*>(md5.data()), md5.size());
  ASSERT_EQ(root_.s3("PUT", "/bucket", "lifecycle=", rules, {{"Content-MD5", sigv4::base64_encode(raw)}}).summary(),
            "200");
  ASSERT_EQ(root_.control("POST", "/lifecycle/run", R"({"now": "2099-01-01T00:00:00Z"})").summary(), "200");
  EXPECT_EQ(events(), Events{"LifecycleExpiration:Delete old"});
  EXPECT_EQ(At(At(read().body, "/messages/0/body"), "/Records/0/userIdentity/principalId"), "s3.amazonaws.com");
}

TEST_F(BucketNotifications, AreReadInPartsAndForgotten) {
  watch("<Event>s3:ObjectCreated:*</Event>");
  for (const char* key : {"1", "2", "3"}) ASSERT_EQ(root_.s3("PUT", "/bucket/" + std::string(key)).summary(), "200");
  const auto part = read("&after=1&max=1").body;
  EXPECT_EQ(At(part, "/messages/0/number"), "2");
  EXPECT_EQ(At(part, "/messages/1/number"), "");
  const std::string path = "/notifications?queue=" + sigv4::uri_encode(kQueue);
  EXPECT_EQ(At(root_.control("DELETE", path + "&through=2").body, "/deleted"), "2");
  EXPECT_EQ(events(), Events{"ObjectCreated:Put 3"});
  EXPECT_EQ(At(root_.control("DELETE", path).body, "/deleted"), "1");
  ASSERT_EQ(root_.s3("PUT", "/bucket/4").summary(), "200");
  EXPECT_EQ(At(read().body, "/messages/0/number"), "4") << "numbers count on";
  EXPECT_EQ(read("&max=many").summary(), "400 InvalidRequest");
  EXPECT_EQ(root_.control("GET", "/notifications").summary(), "400 InvalidRequest");
}

TEST_F(BucketNotifications, WakeAReaderThatWaits) {
  watch("<Event>s3:ObjectCreated:*</Event>");
  const auto begin = std::chrono::steady_clock::now();
  std::thread writer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    auto other = server_.root();
    other.s3("PUT", "/bucket/k");
  });
  const auto answer = read("&wait=20");
  writer.join();
  EXPECT_EQ(At(answer.body, "/messages/0/number"), "1") << answer.body;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
  EXPECT_EQ(At(read("&after=1&wait=1").body, "/messages"), "[]") << "nothing came within a second";
}

TEST_F(BucketNotifications, DoNotKeepAServerFromStopping) {
  watch("<Event>s3:ObjectCreated:*</Event>");
  std::thread reader([this] {
    auto other = server_.root();
    other.control("GET", "/notifications?wait=20&queue=" + sigv4::uri_encode(kQueue));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto begin = std::chrono::steady_clock::now();
  server_.app().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  reader.join();
}

TEST_F(BucketNotifications, GoToWebHooksOnThisMachineOnly) {
  const auto put = [&](const std::string& url) {
    return root_.control("PUT", "/notifications/webhooks",
                         R"({"arn": ")" + std::string(kQueue) + R"(", "url": ")" + url + R"("})");
  };
  EXPECT_EQ(put("http://192.0.2.1/").summary(), "400 InvalidRequest");
  EXPECT_EQ(put("ftp://127.0.0.1/").summary(), "400 InvalidRequest");
  // The server itself stands for a hook that refuses everything: the message is tried again, and nobody waits for it.
  ASSERT_EQ(put("http://127.0.0.1:" + server_.port() + "/nobody").summary(), "200");
  watch("<Event>s3:ObjectCreated:*</Event>");
  ASSERT_EQ(root_.s3("PUT", "/bucket/k").summary(), "200");
  std::string hooks;
  for (int i = 0; i < 100 && At(hooks, "/webhooks/0/last_error").empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    hooks = root_.control("GET", "/notifications/webhooks").body;
  }
  EXPECT_TRUE(At(hooks, "/webhooks/0/last_error").starts_with("answered 4")) << hooks;
  EXPECT_EQ(At(hooks, "/webhooks/0/waiting"), "1");
  const std::string path = "/notifications/webhooks?arn=" + sigv4::uri_encode(kQueue);
  EXPECT_EQ(root_.control("DELETE", path).status, 204);
  EXPECT_EQ(root_.control("DELETE", path).summary(), "404 NoSuchWebhook");
}

/// The web hooks as "ARN URL, …".
std::string Hooks(TestServer& server) {
  const auto answer = server.root().control("GET", "/notifications/webhooks");
  std::string all;
  for (int i = 0; !At(answer.body, "/webhooks/" + std::to_string(i)).empty(); ++i) {
    const std::string hook = "/webhooks/" + std::to_string(i);
    all += At(answer.body, hook + "/arn") + " " + At(answer.body, hook + "/url") + ", ";
  }
  return all;
}
std::string PutHook(TestServer& server, const std::string& name, const std::string& url) {
  return server.root()
      .control("PUT", "/notifications/webhooks",
               R"({"arn": "arn:aws:sqs:us-east-1:123456789012:)" + name + R"(", "url": ")" + url + "\"}")
      .summary();
}

TEST(WebHooks, AreThereAgainAfterARestartAndAReset) {
  TemporaryDirectory directory;
  const Config config = TestServer::OnDisk(directory.path());
  const std::string first = "arn:aws:sqs:us-east-1:123456789012:first http://127.0.0.1:1/a, ";
  const std::string second = "arn:aws:sqs:us-east-1:123456789012:second http://localhost:1/b?token=t, ";
  {
    TestServer server(config);
    EXPECT_EQ(PutHook(server, "first", "http://127.0.0.1:1/former"), "200");
    EXPECT_EQ(PutHook(server, "first", "http://127.0.0.1:1/a"), "200");
    EXPECT_EQ(PutHook(server, "second", "http://localhost:1/b?token=t"), "200");
    EXPECT_EQ(Hooks(server), first + second);
  }
  TestServer server(config);
  EXPECT_EQ(Hooks(server), first + second);
  ASSERT_EQ(server.root().control("POST", "/snapshots", R"({"name": "both"})").status, 201);
  ASSERT_EQ(server.root()
                .control("DELETE", "/notifications/webhooks?arn=arn%3Aaws%3Asqs%3Aus-east-1%3A123456789012%3Afirst")
                .status,
            204);
  ASSERT_EQ(server.root().control("POST", "/reset").status, 200);
  EXPECT_EQ(Hooks(server), second);
  ASSERT_EQ(server.root().control("POST", "/snapshots/both/restore").status, 200);
  EXPECT_EQ(Hooks(server), first + second);
}

TEST(WebHooks, LeadToOtherMachinesIfTheServerWasToldSo) {
  Config config = TestServer::InMemory();
  config.webhooks_anywhere = true;
  App app(config);
  app.start();
  tools::AwsClient root(app.endpoints().front(), "us-east-1", {TestServer::kRootId, TestServer::kRootSecret});
  const auto put = [&](const std::string& url) {
    return root.control("PUT", "/notifications/webhooks", R"({"arn": "arn:aws:sqs:::q", "url": ")" + url + "\"}")
        .summary();
  };
  EXPECT_EQ(put("https://hooks.example.com/"), "200");
  EXPECT_EQ(put("ftp://hooks.example.com/"), "400 InvalidRequest");
}

TEST_F(BucketNotifications, AreForTheServersAccount) {
  const auto made = root_.control("POST", "/accounts").body;
  auto tenant = server_.client({At(made, "/access_key/access_key_id"), At(made, "/access_key/secret_access_key")});
  EXPECT_EQ(tenant.control("GET", "/notifications/queues").summary(), "403 AccessDenied");
  EXPECT_EQ(tenant.control("POST", "/logging/flush").summary(), "403 AccessDenied");
}

}  // namespace
}  // namespace keymill::test
