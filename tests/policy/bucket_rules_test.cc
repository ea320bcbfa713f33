#include "server/policy/bucket_rules.h"

#include <gtest/gtest.h>

namespace keymill::policy {
namespace {

/// S3's complaint about a statement on the bucket `bkt`; empty = it is fine.
std::string Complaint(const std::string& elements) {
  const auto parsed = Document::ParseForBucket(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)" + elements + "}]}", "bkt");
  const auto* invalid = std::get_if<Invalid>(&parsed);
  return invalid != nullptr ? invalid->message : "";
}

std::string Statement(const std::string& actions, const std::string& resources, const std::string& key = {}) {
  std::string text = R"("Action":)" + actions + R"(,"Resource":)" + resources;
  if (!key.empty()) text += R"(,"Condition":{"StringEquals":{")" + key + R"(":"x"}})";
  return text;
}
const char kBucket[] = R"("arn:aws:s3:::bkt")", kObjects[] = R"("arn:aws:s3:::bkt/*")";
const char kBoth[] = R"(["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"])";
const char kNotApply[] = "Action does not apply to any resource(s) in statement";
const char kNoCondition[] = "Conditions do not apply to combination of actions and resources in statement";

TEST(BucketRules, ResourcesLieInTheBucket) {
  const auto of = [](const std::string& resource) { return Complaint(Statement(R"("s3:*")", resource)); };
  for (const char* good : {kBucket, kObjects, kBoth, R"("arn:aws:s3:::bkt/a/*")", R"("arn:aws:s3:::bk?")",
                           R"("arn:aws:s3:::b*")", R"("arn:aws:s3:::bkt/${aws:username}/*")", R"("arn:aws:s3:::bkt*")",
                           R"("arn:aws:s3:::${aws:PrincipalAccount}/*")"}) {
    EXPECT_EQ(of(good), "") << good;
  }
  for (const char* bad : {R"("*")", R"("arn:aws:s3:::other")", R"("arn:aws:s3:::other/*")", R"("arn:aws:s3:::bktx/*")",
                          R"("arn:aws:sqs:::bkt")", R"("arn:aws:s3:us-east-1::bkt")", R"("bkt/*")",
                          R"(["arn:aws:s3:::bkt","arn:aws:s3:::other"])"}) {
    EXPECT_EQ(of(bad), "Policy has invalid resource") << bad;
  }
}

TEST(BucketRules, ActionsAreThoseOfBucketsAndObjects) {
  for (const char* good : {R"("s3:GetObject")", R"("S3:getOBJECT")", R"("s3:Get*")", R"("*")", R"("s3:*")"}) {
    EXPECT_EQ(Complaint(Statement(good, kBoth)), "") << good;
  }
  for (const char* bad : {R"("s3:Fly")", R"("s3:Fly*")", R"("iam:GetUser")", R"(["s3:GetObject","s3:Fly"])"}) {
    EXPECT_EQ(Complaint(Statement(bad, kBoth)), "Policy has invalid action") << bad;
  }
}

TEST(BucketRules, EachActionHasAResourceThatItIsAbout) {
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kBucket)), kNotApply);
  EXPECT_EQ(Complaint(Statement(R"("s3:ListBucket")", kObjects)), kNotApply);
  EXPECT_EQ(Complaint(Statement(R"(["s3:GetObject","s3:ListBucket"])", kObjects)), kNotApply);
  EXPECT_EQ(Complaint(Statement(R"("s3:ListAllMyBuckets")", kBoth)), kNotApply);
  EXPECT_EQ(Complaint(Statement(R"(["s3:GetObject","s3:ListBucket"])", kBoth)), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kBoth)), "") << "a resource may be idle";
  EXPECT_EQ(Complaint(Statement(R"("s3:Get*")", kBucket)), "") << "some of them are about buckets";
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", R"("arn:aws:s3:::bkt*")")), "");
  EXPECT_EQ(Complaint(R"("NotAction":"s3:GetObject","Resource":)" + std::string(kBucket)), "");
}

TEST(BucketRules, ConditionKeysExistAndGoWithTheActions) {
  EXPECT_EQ(Complaint(Statement(R"("s3:ListBucket")", kBucket, "s3:prefix")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:prefix")), kNoCondition);
  EXPECT_EQ(Complaint(Statement(R"(["s3:ListBucket","s3:GetObject"])", kBoth, "s3:prefix")), kNoCondition);
  EXPECT_EQ(Complaint(Statement(R"("s3:*")", kBoth, "S3:Prefix")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:PutObject")", kObjects, "s3:x-amz-acl")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:PutObject")", kObjects, "s3:x-amz-server-side-encryption")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:x-amz-acl")), kNoCondition);
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:TlsVersion")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "aws:SourceVpc")), "");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:colour")), "Policy has an invalid condition key");
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:prefixes")), "Policy has an invalid condition key");
}

TEST(BucketRules, TagsOfAnObjectAreNotKnownWhenItIsDeleted) {
  EXPECT_EQ(Complaint(Statement(R"("s3:GetObject")", kObjects, "s3:ExistingObjectTag/a")), "");
  for (const char* action : {R"("s3:DeleteObject")", R"("s3:DeleteObjectVersion")", R"("s3:DeleteObject*")"}) {
    EXPECT_EQ(Complaint(Statement(action, kObjects, "s3:ExistingObjectTag/a")), kNoCondition) << action;
  }
  EXPECT_EQ(Complaint(Statement(R"("s3:DeleteObjectTagging")", kObjects, "s3:ExistingObjectTag/a")), "");
}

TEST(BucketRules, APolicyThatIsStoredAlreadyIsJudgedByItsFormOnly) {
  const auto parsed = Document::Parse(
      R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:Fly","Resource":"*"}})", Kind::kResource);
  EXPECT_TRUE(std::holds_alternative<Document>(parsed));
}

}  // namespace
}  // namespace keymill::policy
