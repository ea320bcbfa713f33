#include <gtest/gtest.h>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr const char* kFuture = "2099-01-01T00:00:00Z";

/// A bucket with rules, and runs on demand that look ahead.
class LifecycleRun : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(root_.s3("PUT", "/bucket").summary(), "200"); }

  tools::Answer configure(const std::string& query, const std::string& document) {
    const auto md5 = sigv4::md5(document);
    const std::string_view raw(reinterpret_cast<const char*>(md5.data()), md5.size());
    return root_.s3("PUT", "/bucket", query, document, {{"Content-MD5", sigv4::base64_encode(raw)}});
  }
  void keep_versions() {
    ASSERT_EQ(configure("versioning=", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                  .summary(),
              "200");
  }
  void govern(const std::string& rule) {
    const auto answer = configure("lifecycle=", "<LifecycleConfiguration><Rule><Status>Enabled</Status>" + rule +
                                                    "</Rule></LifecycleConfiguration>");
    ASSERT_EQ(answer.summary(), "200") << answer.body;
  }
  void put(const std::string& key, const std::string& body = "x") {
    ASSERT_EQ(root_.s3("PUT", "/bucket/" + key, {}, body).summary(), "200");
  }
  /// The JSON text of what the run did.
  std::string run(const std::string& time = kFuture) {
    const auto answer = root_.control("POST", "/lifecycle/run", R"({"now": ")" + time + R"("})");
    EXPECT_EQ(answer.summary(), "200") << answer.body;
    return answer.body;
  }
  std::size_t count(const std::string& element) {
    const std::string body = root_.s3("GET", "/bucket", "versions=").body;
    const std::string tag = "<" + element + ">";
    std::size_t found = 0;
    for (auto at = body.find(tag); at != std::string::npos; at = body.find(tag, at + 1)) ++found;
    return found;
  }

  TestServer server_;
  tools::AwsClient root_ = server_.root();
};

TEST_F(LifecycleRun, ExpiresWhatTheFilterTakesWhenItIsDue) {
  put("logs/large", std::string(100, 'x'));
  put("logs/small");
  put("other", std::string(100, 'x'));
  govern(
      "<Filter><And><Prefix>logs/</Prefix><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan></And></Filter>"
      "<Expiration><Days>3</Days></Expiration>");
  EXPECT_EQ(At(root_.control("POST", "/lifecycle/run").body, "/expired"), "0") << "three days have not passed";
  const auto result = run();
  EXPECT_EQ(At(result, "/buckets"), "1");
  EXPECT_EQ(At(result, "/expired"), "1");
  EXPECT_EQ(root_.s3("GET", "/bucket/logs/large").summary(), "404 NoSuchKey");
  EXPECT_EQ(root_.s3("GET", "/bucket/logs/small").summary(), "200");
  EXPECT_EQ(root_.s3("GET", "/bucket/other").summary(), "200");
}

TEST_F(LifecycleRun, HidesCurrentVersionsBehindDeleteMarkers) {
  keep_versions();
  put("a");
  govern("<Filter/><Expiration><Days>1</Days></Expiration>");
  EXPECT_EQ(At(run(), "/expired"), "1");
  EXPECT_EQ(root_.s3("GET", "/bucket/a").summary(), "404 NoSuchKey");
  EXPECT_EQ(count("Version"), 1u);
  EXPECT_EQ(count("DeleteMarker"), 1u);
  EXPECT_EQ(At(run(), "/expired"), "0") << "a delete marker does not expire again";
  EXPECT_EQ(count("DeleteMarker"), 1u) << "a version is behind it";
}

TEST_F(LifecycleRun, RemovesNoncurrentVersionsButTheNewest) {
  keep_versions();
  for (int i = 0; i < 6; ++i) put("a");
  govern(
      "<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
      "<NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>");
  EXPECT_EQ(At(run(), "/noncurrent_versions_removed"), "3");
  EXPECT_EQ(count("Version"), 3u) << "the current one and two others";
  EXPECT_EQ(root_.s3("GET", "/bucket/a").summary(), "200");
}

TEST_F(LifecycleRun, GoesThroughMoreVersionsThanOneCommitTakes) {
  keep_versions();
  for (int i = 0; i < 520; ++i) put("a");
  put("b");
  govern("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>");
  EXPECT_EQ(At(run(), "/noncurrent_versions_removed"), "519");
  EXPECT_EQ(count("Version"), 2u);
}

TEST_F(LifecycleRun, RemovesADeleteMarkerTogetherWithTheLastVersionBehindIt) {
  keep_versions();
  put("a");
  put("ab");
  ASSERT_EQ(root_.s3("DELETE", "/bucket/a").summary(), "204");
  govern(
      "<Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
      "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>");
  const auto early = root_.control("POST", "/lifecycle/run").body;
  EXPECT_EQ(At(early, "/delete_markers_removed"), "0") << "a version is behind it";
  const auto result = run();
  EXPECT_EQ(At(result, "/noncurrent_versions_removed"), "1");
  EXPECT_EQ(At(result, "/delete_markers_removed"), "1");
  EXPECT_EQ(count("DeleteMarker"), 0u);
  EXPECT_EQ(count("Version"), 1u) << "ab stays";
}

TEST_F(LifecycleRun, AbortsOldUploads) {
  const auto begun = root_.s3("POST", "/bucket/big", "uploads=");
  ASSERT_EQ(begun.summary(), "200");
  govern(
      "<Filter/><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
      "</AbortIncompleteMultipartUpload>");
  EXPECT_EQ(At(root_.control("POST", "/lifecycle/run").body, "/uploads_aborted"), "0");
  EXPECT_EQ(At(run(), "/uploads_aborted"), "1");
  EXPECT_EQ(root_.s3("GET", "/bucket/big", "uploadId=" + sigv4::uri_encode(begun.element("UploadId"))).summary(),
            "404 NoSuchUpload");
}

TEST_F(LifecycleRun, LeavesVersionsUnderObjectLockHoweverFarItLooksAhead) {
  keep_versions();
  ASSERT_EQ(configure("object-lock=",
                      "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
                      "<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>")
                .summary(),
            "200");
  put("a");
  put("a");
  govern("<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>");
  EXPECT_EQ(At(run(), "/noncurrent_versions_removed"), "0");
  EXPECT_EQ(count("Version"), 2u);
}

TEST_F(LifecycleRun, MovesLargeObjectsToTheClassThatIsDue) {
  put("logs/large", std::string(128 << 10, 'x'));
  put("logs/small");
  put("other", std::string(128 << 10, 'x'));
  govern(
      "<Filter><Prefix>logs/</Prefix></Filter>"
      "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
      "<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>");
  EXPECT_EQ(At(root_.control("POST", "/lifecycle/run").body, "/transitioned"), "0");
  EXPECT_EQ(At(run(), "/transitioned"), "1");
  EXPECT_EQ(root_.s3("GET", "/bucket/logs/large").summary(), "403 InvalidObjectState");
  EXPECT_EQ(root_.s3("HEAD", "/bucket/logs/large").status, 200);
  EXPECT_EQ(root_.s3("GET", "/bucket/logs/small").summary(), "200");
  EXPECT_EQ(root_.s3("GET", "/bucket/other").summary(), "200");
  EXPECT_EQ(At(run(), "/transitioned"), "0") << "it is there already";
}

TEST_F(LifecycleRun, MovesNoncurrentVersionsBeyondThoseThatAreToStay) {
  keep_versions();
  for (int i = 0; i < 4; ++i) put("a", std::string(20, 'x'));
  govern(
      "<Filter><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan></Filter>"
      "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><StorageClass>DEEP_ARCHIVE</StorageClass>"
      "<NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionTransition>");
  EXPECT_EQ(At(run(), "/transitioned"), "2");
  const std::string body = root_.s3("GET", "/bucket", "versions=").body;
  EXPECT_LT(body.rfind("<StorageClass>STANDARD<"), body.find("<StorageClass>DEEP_ARCHIVE<")) << "the oldest went";
}

TEST_F(LifecycleRun, MovesAVersionBeforeItHidesIt) {
  keep_versions();
  put("a", std::string(20, 'x'));
  govern(
      "<Filter><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan></Filter><Expiration><Days>2</Days></Expiration>"
      "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>");
  const auto result = run();
  EXPECT_EQ(At(result, "/transitioned"), "1");
  EXPECT_EQ(At(result, "/expired"), "1");
  EXPECT_NE(root_.s3("GET", "/bucket", "versions=").body.find("<StorageClass>GLACIER<"), std::string::npos);
}

TEST_F(LifecycleRun, SmallObjectsMayGoToArchivesIfTheBucketSaysSo) {
  put("a");
  const std::string document =
      "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/>"
      "<Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition></Rule></LifecycleConfiguration>";
  const auto md5 = sigv4::md5(document);
  const std::string_view raw(reinterpret_cast<const char*>(md5.data()), md5.size());
  ASSERT_EQ(root_
                .s3("PUT", "/bucket", "lifecycle=", document,
                    {{"Content-MD5", sigv4::base64_encode(raw)},
                     {"x-amz-transition-default-minimum-object-size", "varies_by_storage_class"}})
                .summary(),
            "200");
  EXPECT_EQ(At(run(), "/transitioned"), "1");
}

TEST_F(LifecycleRun, IsForTheServersAccountAndRefusesOtherTimes) {
  EXPECT_EQ(root_.control("POST", "/lifecycle/run", R"({"now": "tomorrow"})").summary(), "400 InvalidRequest");
  const auto made = root_.control("POST", "/accounts").body;
  auto tenant = server_.client({At(made, "/access_key/access_key_id"), At(made, "/access_key/secret_access_key")});
  EXPECT_EQ(tenant.control("POST", "/lifecycle/run").summary(), "403 AccessDenied");
}

}  // namespace
}  // namespace keymill::test
