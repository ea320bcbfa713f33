#include "server/policy/document.h"

#include <gtest/gtest.h>

namespace keymill::policy {
namespace {

std::string Refusal(std::string_view json, Kind kind) {
  auto parsed = Document::Parse(json, kind);
  auto* invalid = std::get_if<Invalid>(&parsed);
  return invalid != nullptr ? invalid->message : "accepted";
}

/// An identity policy of one statement with these members.
std::string Identity(std::string_view members) {
  return Refusal(R"({"Version":"2012-10-17","Statement":[{)" + std::string(members) + "}]}", Kind::kIdentity);
}
std::string Trust(std::string_view members) {
  return Refusal(R"({"Version":"2012-10-17","Statement":{)" + std::string(members) + "}}", Kind::kTrust);
}
std::string Bucket(std::string_view members) {
  return Refusal(R"({"Version":"2012-10-17","Statement":[{)" + std::string(members) + "}]}", Kind::kResource);
}

TEST(IdentityPolicy, IsAcceptedInItsUsualForms) {
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"*")"), "accepted");
  EXPECT_EQ(
      Identity(R"("Sid":"a1","Effect":"Deny","NotAction":["iam:*","sts:Get?aller*"],"NotResource":"arn:aws:s3:::b")"),
      "accepted");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true},)"
                     R"("NumericLessThan":{"s3:max-keys":[10,20.5]}})"),
            "accepted");
  EXPECT_EQ(
      Refusal(R"({"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},"Id":"x"})", Kind::kIdentity),
      "accepted");
}

TEST(IdentityPolicy, ThatIsNotAPolicyHasSyntaxErrors) {
  for (auto text : {"", "[]", "{", "null", "{}", R"({"Version":"2012-10-17","Statement":[]})",
                    R"({"Version":"2012-10-17","Statement":["x"]})", R"({"statement":[]})"}) {
    EXPECT_EQ(Refusal(text, Kind::kIdentity), "Syntax errors in policy.") << text;
  }
  EXPECT_EQ(Identity(R"("Effect":"allow","Action":"s3:*","Resource":"*")"), "Syntax errors in policy.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*")"),
            "Syntax errors in policy.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":[1],"Resource":"*")"), "Syntax errors in policy.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Equals":{"aws:x":"1"}})"),
            "Syntax errors in policy.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Extra":1)"), "Syntax errors in policy.");
}

TEST(IdentityPolicy, IsToldWhatItLacks) {
  EXPECT_EQ(Identity(R"("Effect":"Allow","Resource":"*")"), "Policy statement must contain actions.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":[],"Resource":"*")"), "Policy statement must contain actions.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*")"), "Policy statement must contain resources.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*")"),
            "Policy document should not specify a principal.");
  EXPECT_EQ(Refusal(R"({"Version":"2010-01-01","Statement":[]})", Kind::kIdentity),
            "Policy document must be version 2012-10-17 or greater.");
}

TEST(IdentityPolicy, IsToldWhatIsWrongWithActionsAndResources) {
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"GetObject","Resource":"*")"),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:Get:Object","Resource":"*")"),
            "Actions/Condition can contain only one colon.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s 3:GetObject","Resource":"*")"), "Vendor s 3 is not valid");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"bucket")"),
            "Resource bucket must be in ARN format or \"*\".");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"arn:azure:s3:::b")"),
            "Partition \"azure\" is not valid for resource \"arn:azure:s3:::b\".");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam:us-east-1::user/x")"),
            "IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"s3:*","Resource":"arn:aws:*:::b")"),
            "Resource vendor must be fully qualified and cannot contain regexes.");
  EXPECT_EQ(Identity(R"("Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::123456789012:usr/x")"),
            "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, "
            "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
            "access-report/.");
}

TEST(IdentityPolicy, HasStatementIdsThatDiffer) {
  EXPECT_EQ(Refusal(R"({"Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},)"
                    R"({"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]})",
                    Kind::kIdentity),
            "Statement IDs (SID) in a single policy must be unique.");
}

TEST(TrustPolicy, NamesWhoMayAssumeTheRole) {
  EXPECT_EQ(Trust(R"("Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole")"), "accepted");
  EXPECT_EQ(
      Trust(
          R"("Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","AWS":["*"]},"Action":["sts:AssumeRole","sts:TagSession"])"),
      "accepted");
  EXPECT_EQ(
      Trust(
          R"("Effect":"Allow","Principal":{"Federated":"arn:aws:iam::1:oidc-provider/x"},"Action":"sts:AssumeRoleWithWebIdentity")"),
      "accepted");
}

TEST(TrustPolicy, IsToldWhatIsWrong) {
  EXPECT_EQ(Refusal("nonsense", Kind::kTrust), "This policy contains invalid Json");
  EXPECT_EQ(Trust(R"("Effect":"Allow","Action":"sts:AssumeRole")"), "Missing required field Principal");
  EXPECT_EQ(Trust(R"("Effect":"Allow","Principal":"*")"), "Missing required field Action");
  EXPECT_EQ(Trust(R"("Principal":"*","Action":"sts:AssumeRole")"), "Missing required field Effect");
  EXPECT_EQ(Trust(R"("Effect":"Maybe","Principal":"*","Action":"sts:AssumeRole")"), "Invalid effect: Maybe");
  EXPECT_EQ(Trust(R"("Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*")"),
            "Has prohibited field Resource");
  EXPECT_EQ(Trust(R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject")"),
            "AssumeRole policy may only specify STS AssumeRole actions.");
  EXPECT_EQ(Trust(R"("Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"sts:AssumeRole")"),
            "AssumeRole policy must not contain NotPrincipal field.");
  EXPECT_EQ(
      Trust(R"("Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:group/x"},"Action":"sts:AssumeRole")"),
      "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:group/x\"");
  EXPECT_EQ(Trust(R"("Effect":"Allow","Principal":{"Service":"ec2.example.com"},"Action":"sts:AssumeRole")"),
            "Invalid principal in policy: \"SERVICE\":\"ec2.example.com\"");
  EXPECT_EQ(Refusal(R"({"Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},)"
                    R"({"Sid":"a","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})",
                    Kind::kTrust),
            "The Statement Ids in the policy are not unique");
  EXPECT_EQ(Trust(R"("Sid":"Let them in","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole")"),
            "The following Statement Ids are invalid: Let them in");
}

TEST(BucketPolicy, IsToldWhatIsWrong) {
  EXPECT_EQ(Refusal("nonsense", Kind::kResource), "Policies must be valid JSON and the first byte must be '{'");
  EXPECT_EQ(Refusal(R"({"Version":"2012-10-17"})", Kind::kResource), "Missing required field Statement");
  EXPECT_EQ(Bucket(R"("Effect":"Allow","Principal":"*","Action":"iam:*","Resource":"arn:aws:s3:::b")"),
            "Policy has invalid action");
  EXPECT_EQ(Bucket(R"("Effect":"Allow","Principal":{"AWS":"nobody"},"Action":"s3:*","Resource":"arn:aws:s3:::b")"),
            "Invalid principal in policy");
  EXPECT_EQ(Bucket(R"("Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"b")"),
            "Policy has invalid resource");
  EXPECT_EQ(Bucket(R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*"])"),
            "accepted");
}

TEST(BucketPolicy, IsPublicUnlessEverybodyIsFencedIn) {
  auto is_public = [](std::string_view members) {
    auto parsed = Document::Parse(R"({"Statement":[{)" + std::string(members) + "}]}", Kind::kResource);
    return std::get<Document>(parsed).allows_everybody();
  };
  const std::string rest = R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*")";
  EXPECT_TRUE(is_public(R"("Effect":"Allow","Principal":"*",)" + rest));
  EXPECT_TRUE(is_public(R"("Effect":"Allow","Principal":{"AWS":"*"},)" + rest));
  EXPECT_FALSE(is_public(R"("Effect":"Deny","Principal":"*",)" + rest));
  EXPECT_FALSE(is_public(R"("Effect":"Allow","Principal":{"AWS":"123456789012"},)" + rest));
  EXPECT_FALSE(
      is_public(R"("Effect":"Allow","Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}},)" + rest));
}

TEST(Policy, KnowsTheContextKeysThatItUses) {
  auto parsed = Document::Parse(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",)"
                                R"("Resource":"arn:aws:s3:::b/${aws:username}/*",)"
                                R"("Condition":{"StringLike":{"s3:prefix":"${aws:PrincipalTag/Team}/*"}}}]})",
                                Kind::kIdentity);
  EXPECT_EQ(std::get<Document>(parsed).context_keys(),
            (std::vector<std::string>{"aws:principaltag/team", "aws:username", "s3:prefix"}));
}

TEST(Policy, DoesNotNestWithoutLimit) {
  std::string deep(100000, '[');
  EXPECT_EQ(Refusal(deep, Kind::kIdentity), "Syntax errors in policy.");
}

}  // namespace
}  // namespace keymill::policy
