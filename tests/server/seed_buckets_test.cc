#include <fstream>

#include <gtest/gtest.h>

#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Headers = std::vector<sigv4::HeaderLine>;

std::string Counts(const tools::Answer& answer) {
  if (answer.status != 200) return answer.summary() + ": " + At(answer.body, "/error/message");
  return At(answer.body, "/created") + " " + At(answer.body, "/changed") + " " + At(answer.body, "/unchanged");
}

std::string Complaint(TestServer& server, std::string_view seed) {
  const auto answer = server.root().control("PUT", "/seed", seed);
  return answer.status == 400 ? At(answer.body, "/error/message") : answer.summary();
}

/// A seed with one bucket.
std::string Bucket(const std::string& members) {
  return R"({"accounts": [{"buckets": [{"name": "bucket", )" + members + "}]}]}";
}
std::string Policy(const std::string& principal, const std::string& action, const std::string& resource) {
  return R"("policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": )" + principal +
         R"(, "Action": ")" + action + R"(", "Resource": ")" + resource + R"("}})";
}

TEST(SeedBucketPolicy, IsCheckedAsPutBucketPolicyChecksIt) {
  TestServer server;
  const std::string own = R"({"AWS": "arn:aws:iam::123456789012:root"})";
  const std::string at = "line 1, column 57: $.accounts[0].buckets[0].policy: MalformedPolicy: ";
  EXPECT_EQ(Complaint(server, Bucket(Policy(own, "s3:ListBucket", "arn:aws:s3:::bucket/*"))),
            at + "Action does not apply to any resource(s) in statement");
  EXPECT_EQ(Complaint(server, Bucket(Policy(own, "s3:GetObject", "arn:aws:s3:::another/*"))),
            at + "Policy has invalid resource");
  EXPECT_EQ(Complaint(server, Bucket(Policy(R"({"AWS": "arn:aws:iam::123456789012:user/nobody"})", "s3:GetObject",
                                            "arn:aws:s3:::bucket/*"))),
            at + "Invalid principal in policy");
  EXPECT_EQ(server.root().s3("HEAD", "/bucket").status, 404) << "nothing is half applied";
}

TEST(SeedBucketPolicy, MeansTheUserWhoHasTheNameWhenTheSeedIsApplied) {
  TestServer server;
  auto root = server.root();
  const std::string policy =
      Policy(R"({"AWS": "arn:aws:iam::210987654321:user/reader"})", "s3:GetObject", "arn:aws:s3:::bucket/*");
  const std::string seed =
      R"({"accounts": [{"buckets": [{"name": "bucket", "objects": [{"key": "k", "content": "c"}], )" + policy + R"(}]},
    {"account_id": "210987654321", "root_access_keys": [
       {"access_key_id": "AKIASEEDEDPARTNERKEY", "secret_access_key": "partner"}],
     "users": [{"name": "reader", "inline_policies": {"all": {"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}, "access_keys": [
        {"access_key_id": "AKIASEEDEDREADERSKEY", "secret_access_key": "reader"}]}]}]})";
  ASSERT_EQ(Counts(root.control("PUT", "/seed", seed)), "6 0 1") << "a policy may name users of later accounts";
  auto reader = server.client({"AKIASEEDEDREADERSKEY", "reader"});
  EXPECT_EQ(reader.s3("GET", "/bucket/k").body, "c");

  auto partner = server.client({"AKIASEEDEDPARTNERKEY", "partner"});
  const std::vector<std::pair<std::string, std::string>> user{{"UserName", "reader"}};
  ASSERT_EQ(partner.query("iam", "DeleteAccessKey", {user[0], {"AccessKeyId", "AKIASEEDEDREADERSKEY"}}).status, 200);
  ASSERT_EQ(partner.query("iam", "DeleteUserPolicy", {user[0], {"PolicyName", "all"}}).status, 200);
  ASSERT_EQ(partner.query("iam", "DeleteUser", user).status, 200);
  EXPECT_NE(root.s3("GET", "/bucket", "policy").body.find("AIDA"), std::string::npos) << "tied to the unique id";
  ASSERT_EQ(Counts(root.control("PUT", "/seed", seed)), "2 1 4") << "bound anew";
  EXPECT_EQ(reader.s3("GET", "/bucket/k").body, "c");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", seed)), "0 0 7");
}

TEST(SeedObject, HasWhatHeadersWouldGiveIt) {
  TestServer server;
  auto root = server.root();
  const auto seed = Bucket(R"("object_lock": true, "object_ownership": "ObjectWriter",
    "configurations": {"publicAccessBlock": null}, "objects": [
    {"key": "k", "content": "text", "storage_class": "STANDARD_IA", "checksum_algorithm": "SHA256",
     "acl": "public-read", "website_redirect": "/other", "legal_hold": true,
     "encryption": {"algorithm": "aws:kms", "kms_key_id": "alias/mine", "bucket_key": true},
     "retention": {"mode": "GOVERNANCE", "retain_until": "2099-01-01T00:00:00Z"}}])");
  ASSERT_EQ(Counts(root.control("PUT", "/seed", seed)), "2 0 1");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", seed)), "0 0 3");
  EXPECT_EQ(server.client({"AKIANOBODYNOBODYNOBO", "x"}).s3("GET", "/bucket/k").status, 403);
  const auto attributes =
      root.s3("GET", "/bucket/k", "attributes", {}, {{"x-amz-object-attributes", "Checksum,StorageClass"}});
  EXPECT_EQ(attributes.element("StorageClass"), "STANDARD_IA");
  EXPECT_EQ(attributes.element("ChecksumSHA256"), "mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=");
  EXPECT_EQ(root.s3("GET", "/bucket/k", "legal-hold").element("Status"), "ON");
  EXPECT_EQ(root.s3("GET", "/bucket/k", "retention").element("Mode"), "GOVERNANCE");
  EXPECT_NE(root.s3("GET", "/bucket/k", "acl").body.find("AllUsers"), std::string::npos);
  const auto version = root.s3("GET", "/bucket", "versions").element("VersionId");
  EXPECT_EQ(root.s3("DELETE", "/bucket/k", "versionId=" + version).summary(), "403 AccessDenied");
}

TEST(SeedObject, IsRefusedWhereTheServiceWouldRefuseIt) {
  TestServer server;
  const auto object = [](const std::string& members, const std::string& bucket = {}) {
    return Bucket(bucket + R"("objects": [{"key": "k", )" + members + "}]");
  };
  const std::string at = "line 1, column 59: $.accounts[0].buckets[0].objects[0]: ";
  EXPECT_EQ(Complaint(server, object(R"("storage_class": "WARM")")).substr(0, at.size() + 19),
            at + "InvalidStorageClass");
  EXPECT_EQ(Complaint(server, object(R"("legal_hold": true)")),
            at + "InvalidRequest: Bucket is missing Object Lock Configuration");
  EXPECT_NE(
      Complaint(server, object(R"("encryption": {"algorithm": "rot13"})")).find("InvalidEncryptionAlgorithmError"),
      std::string::npos);
  EXPECT_NE(Complaint(server, object(R"("acl": "public-read")")).find("AccessControlListNotSupported"),
            std::string::npos);
  EXPECT_NE(Complaint(server, object(R"("acl": "public-read")", R"("object_ownership": "ObjectWriter", )"))
                .find("public access block forbids public ACLs"),
            std::string::npos);
  EXPECT_NE(Complaint(server, object(R"("checksum_algorithm": "SUM")")).find("one of S3's checksum algorithms"),
            std::string::npos);
  EXPECT_NE(Complaint(server, object(R"("versions": [{"content": "1"}, {"delete_marker": true}])"))
                .find("the bucket keeps no versions"),
            std::string::npos);
  EXPECT_NE(
      Complaint(server, object(R"("content": "1", "versions": [{}])")).find("objects[0].content: is not known here"),
      std::string::npos);
  EXPECT_NE(Complaint(server, object(R"("versions": [])")).find("at least one version"), std::string::npos);
}

TEST(SeedVersions, ComeInOrderAndOnlyOnce) {
  TestServer server;
  auto root = server.root();
  const auto seed = Bucket(R"("versioning": "Enabled", "objects": [{"key": "k", "versions": [
    {"version_id": "null", "content": "first"}, {"content": "second"}, {"delete_marker": true}]}])");
  ASSERT_EQ(Counts(root.control("PUT", "/seed", seed)), "2 0 1");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", seed)), "0 0 3");
  EXPECT_EQ(root.s3("GET", "/bucket/k").status, 404);
  EXPECT_EQ(root.s3("GET", "/bucket/k", "versionId=null").body, "first");
  const auto more = Bucket(R"("objects": [{"key": "k", "versions": [
    {"content": "second"}, {"delete_marker": true}, {"content": "third"}]}])");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", more)), "0 1 2");
  EXPECT_EQ(root.s3("GET", "/bucket/k").body, "third");
  EXPECT_EQ(Counts(root.control("PUT", "/seed", more)), "0 0 3");
}

TEST(SeedVersions, OfAnExportAreTheSameInANewServer) {
  TestServer first;
  auto root = first.root();
  ASSERT_EQ(root.s3("PUT", "/bucket", {}, {},
                    {{"x-amz-object-ownership", "ObjectWriter"}, {"x-amz-bucket-object-lock-enabled", "true"}})
                .status,
            200);
  ASSERT_EQ(root.s3("PUT", "/bucket/k", {}, std::string(100000, 'a'), {{"x-amz-storage-class", "GLACIER_IR"}}).status,
            200);
  ASSERT_EQ(root.s3("PUT", "/bucket/k", {}, "b", {{"x-amz-object-lock-legal-hold", "ON"}}).status, 200);
  ASSERT_EQ(root.s3("DELETE", "/bucket/k").status, 204);
  const std::string lock =
      "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
      "<Mode>GOVERNANCE</Mode><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
  ASSERT_EQ(root.control("PUT", "/seed", Bucket("\"configurations\": {\"object-lock\": \"" + lock + "\"}")).status,
            200);
  ASSERT_EQ(root.s3("PUT", "/bucket/k", {}, "c", {{"x-amz-server-side-encryption", "aws:kms"}}).status, 200);
  const auto exported = root.control("GET", "/export?objects=true");
  ASSERT_EQ(At(exported.body, "/accounts/0/buckets/0/objects/0/versions/2/delete_marker"), "true") << exported.body;

  TestServer second;
  ASSERT_EQ(second.root().control("PUT", "/seed", exported.body).summary(), "200");
  EXPECT_EQ(second.root().control("GET", "/export?objects=true").body, exported.body);
  const auto id = At(exported.body, "/accounts/0/buckets/0/objects/0/versions/0/version_id");
  EXPECT_EQ(second.root().s3("GET", "/bucket/k", "versionId=" + id).body, std::string(100000, 'a'));
  const auto again = second.root().control("PUT", "/seed", exported.body);
  EXPECT_EQ(At(again.body, "/created") + At(again.body, "/changed"), "00") << again.body;
}

}  // namespace
}  // namespace keymill::test
