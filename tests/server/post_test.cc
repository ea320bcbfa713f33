#include <gtest/gtest.h>

#include "tests/server/post_form.h"
#include "tests/server/sessions.h"

// What a form upload does; what it must not do stands in refusal_form.cc.

namespace keymill::test {
namespace {

using By = PostedForm::By;

class PostObject : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(root_.s3("PUT", "/matrix-bucket").summary(), "200"); }
  std::string stored(const std::string& key) { return root_.s3("GET", "/matrix-bucket/" + key).body; }

  TestServer server_;
  World world_{server_};
  tools::AwsClient root_ = server_.root();
  PostedForm form_{world_};
};

TEST_F(PostObject, StoresTheFileUnderTheKey) {
  const auto reply = world_.send(form_.wire());
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.header("ETag"), "\"9a0364b9e99bb480dd25e1f0284c8555\"");
  EXPECT_EQ(reply.header("Location"), "http://" + server_.host() + "/matrix-bucket/k");
  EXPECT_NE(reply.header("x-amz-checksum-crc64nvme"), "");
  EXPECT_EQ(reply.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(reply.header("x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(stored("k"), "content");
}

TEST_F(PostObject, TakesVersion2Signatures) {
  form_.by = By::kV2;
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
  EXPECT_EQ(stored("k"), "content");
}

TEST_F(PostObject, TakesABodyInHttpChunks) {
  form_.file = std::string(300'000, '\r') + "end";
  auto wire = form_.wire();
  wire.http_chunks = true;
  EXPECT_EQ(world_.send(wire).status, 204);
  EXPECT_EQ(stored("k"), form_.file);
}

TEST_F(PostObject, TakesAQuotedBoundary) {
  form_.boundary = "a b";
  EXPECT_EQ(world_.send(form_.wire().set("Content-Type", "multipart/form-data; boundary=\"a b\"")).status, 204);
}

TEST_F(PostObject, PutsTheFilesBaseNameIntoTheKey) {
  form_.key = "a/${filename}/b";
  form_.file_part = "name=\"file\"; filename=\"C:\\dir\\f.txt\"";
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
  EXPECT_EQ(stored("a/f.txt/b"), "content");
  form_.key = "${filename}";
  form_.file_part = "name=\"file\"";
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
  EXPECT_EQ(stored("%24%7Bfilename%7D"), "content") << "kept literally when the part has no name";
}

TEST_F(PostObject, HasNoClockButThePolicys) {
  form_.signing.time -= 20 * 60;
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
}

TEST_F(PostObject, MatchesFieldNamesInEitherCase) {
  form_.fields = {{"CONTENT-type", "text/x"}, {"X-AMZ-Meta-A", "1"}};
  form_.conditions = {R"({"content-Type":"text/x"})", R"({"x-amz-meta-a":"1"})"};
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
  Draft head(world_);
  head.request.method = "HEAD";
  const auto reply = world_.send(head.sign());
  EXPECT_EQ(reply.header("Content-Type"), "text/x");
  EXPECT_EQ(reply.header("x-amz-meta-a"), "1");
}

TEST_F(PostObject, AppliesNoneOfTheRequestsOwnHeadersToTheObject) {
  const auto wire =
      form_.wire().with("x-amz-meta-a", "1").with("Content-Language", "de").with("x-amz-checksum-crc32", "AAAAAA==");
  EXPECT_EQ(world_.send(wire).status, 204);
  const auto reply = world_.send(Draft(world_).sign());
  EXPECT_EQ(reply.header("x-amz-meta-a"), "");
  EXPECT_EQ(reply.header("Content-Language"), "");
  EXPECT_EQ(reply.header("Content-Type"), "binary/octet-stream") << "not that of the form";
}

TEST_F(PostObject, DoesNotObeyIfNoneMatch) {
  EXPECT_EQ(world_.send(form_.wire().with("If-None-Match", "*")).status, 204);
  form_.file = "again";
  EXPECT_EQ(world_.send(form_.wire().with("If-None-Match", "*")).status, 204);
  EXPECT_EQ(stored("k"), "again");
}

TEST_F(PostObject, KeepsVersionsWhereTheBucketDoes) {
  ASSERT_EQ(root_
                .s3("PUT", "/matrix-bucket",
                    "versioning=", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .summary(),
            "200");
  const auto first = world_.send(form_.wire()), second = world_.send(form_.wire());
  EXPECT_EQ(first.header("x-amz-version-id").size(), 32u);
  EXPECT_NE(first.header("x-amz-version-id"), second.header("x-amz-version-id"));
}

TEST_F(PostObject, TellsTheSizeOfAFileThatIsTooLarge) {
  form_.conditions = {R"(["content-length-range",1,1000])"};
  form_.file = std::string(250'000, 'x');
  const auto reply = world_.send(form_.wire());
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("<ProposedSize>250000</ProposedSize><MaxSizeAllowed>1000</MaxSizeAllowed>"),
            std::string::npos)
      << reply.body;
}

TEST_F(PostObject, IgnoresTagsUnderAnotherRoot) {
  form_.fields = {{"tagging", "<Tags><TagSet/></Tags>"}};
  form_.conditions = {R"(["starts-with","$tagging",""])"};
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
}

TEST_F(PostObject, TakesTheSignatureOfASession) {
  form_.credentials = SessionOf(root_.query("sts", "GetSessionToken"));
  form_.conditions = {R"(["starts-with","$x-amz-security-token",""])"};
  EXPECT_EQ(world_.send(form_.wire()).status, 204);
  EXPECT_EQ(stored("k"), "content");
}

TEST_F(PostObject, ExplainsASignatureThatDiffers) {
  auto config = TestServer::InMemory();
  config.explain_header = true;
  TestServer server(config);
  const World world{server};
  PostedForm form(world);
  form.credentials.secret_access_key.insert(0, " ");
  const auto reply = world.send(form.wire());
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.header("x-keymill-explain").substr(0, 18), "secret-white-space");
}

}  // namespace
}  // namespace keymill::test
