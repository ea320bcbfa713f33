// The signatures that AWS's own documentation publishes with its worked examples.
#include <gtest/gtest.h>

#include "tests/sigv4/fixture.h"

namespace keymill::sigv4::test {
namespace {

const Credentials kDocumented{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
constexpr std::int64_t kDay = 1369353600;  // 20130524T000000Z
constexpr const char* kHost = "examplebucket.s3.amazonaws.com";

Signing documented_signing() {
  return {.region = "us-east-1", .service = "s3", .time = kDay};
}

/// Signs as the example does, compares, and has the result verified.
std::string signature_of(const SignRequest& request, const Signing& signing) {
  const SignedRequest made = sign(request, kDocumented, signing);
  Message message{request.method, request.path, request.query, request.headers};
  for (const HeaderLine& line : made.headers) message.headers.push_back(line);
  Verifier verifier;
  SigningKeyCache cache;
  const Expectation expectation{.options = signing.options, .service = signing.service, .now = signing.time};
  EXPECT_FALSE(verifier.examine(message.view(), expectation)) << name(verifier.failure().reason);
  EXPECT_FALSE(verifier.verify(KeyMaterial(kDocumented.secret_access_key, 1), cache));
  EXPECT_EQ(verifier.canonical_request(), made.canonical_request);
  return made.signature;
}

TEST(DocumentedSignature, GetObject) {
  EXPECT_EQ(
      signature_of({.path = "/test.txt", .headers = {{"Host", kHost}, {"Range", "bytes=0-9"}}}, documented_signing()),
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(DocumentedSignature, PutObject) {
  EXPECT_EQ(signature_of({.method = "PUT",
                          .path = "/test%24file.text",
                          .headers = {{"Host", kHost},
                                      {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                          .payload = hex(sha256("Welcome to Amazon S3."))},
                         documented_signing()),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(DocumentedSignature, GetBucketLifecycle) {
  EXPECT_EQ(signature_of({.query = "lifecycle", .headers = {{"Host", kHost}}}, documented_signing()),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(DocumentedSignature, ListObjects) {
  EXPECT_EQ(signature_of({.query = "max-keys=2&prefix=J", .headers = {{"Host", kHost}}}, documented_signing()),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(DocumentedSignature, PresignedGetObject) {
  const SignedRequest made =
      presign({.path = "/test.txt", .headers = {{"Host", kHost}}}, kDocumented, documented_signing(), 86400);
  EXPECT_EQ(made.signature, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(DocumentedSignature, SeedOfAChunkedUpload) {
  EXPECT_EQ(signature_of({.method = "PUT",
                          .path = "/examplebucket/chunkObject.txt",
                          .headers = {{"Host", "s3.amazonaws.com"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                                      {"Content-Encoding", "aws-chunked"},
                                      {"x-amz-decoded-content-length", "66560"},
                                      {"Content-Length", "66824"}},
                          .payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
                         documented_signing()),
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

TEST(DocumentedSignature, SeedOfAChunkedUploadWithTrailer) {
  EXPECT_EQ(signature_of({.method = "PUT",
                          .path = "/examplebucket/chunkObject.txt",
                          .headers = {{"Host", "s3.amazonaws.com"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                                      {"Content-Encoding", "aws-chunked"},
                                      {"x-amz-decoded-content-length", "66560"},
                                      {"x-amz-trailer", "x-amz-checksum-crc32c"}},
                          .payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"},
                         documented_signing()),
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
}

TEST(DocumentedSignature, IamListUsers) {
  const SignedRequest made = sign({.query = "Action=ListUsers&Version=2010-05-08",
                                   .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                               {"Host", "iam.amazonaws.com"}}},
                                  kAlice, {.region = "us-east-1", .service = "iam", .time = kNow, .options = kService});
  EXPECT_EQ(made.signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(DocumentedSignature, Version2GetObject) {
  const SignedRequest made =
      sign_v2({.path = "/photos/puppy.jpg",
               .headers = {{"Host", "johnsmith.s3.amazonaws.com"}, {"Date", "Tue, 27 Mar 2007 19:36:42 +0000"}}},
              kDocumented, "johnsmith");
  EXPECT_EQ(made.signature, "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
}

}  // namespace
}  // namespace keymill::sigv4::test
