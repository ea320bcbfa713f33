#include "server/policy/legacy_rules.h"

#include <string>

#include <gtest/gtest.h>

namespace keymill::policy {
namespace {

std::string Policy(const std::string& resource, const std::string& effect = "Allow") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + effect + R"(","Action":"s3:*","Resource":)" +
         resource + "}]}";
}

TEST(LegacyParsing, WantsTheVersionBeforeASingleStatement) {
  const std::string version = R"("Version":"2012-10-17")";
  const std::string statement = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})";
  EXPECT_FALSE(FailsLegacyParsing("{" + version + R"(,"Statement":)" + statement + "}"));
  EXPECT_TRUE(FailsLegacyParsing(R"({"Statement":)" + statement + "," + version + "}"));
  EXPECT_FALSE(FailsLegacyParsing(R"({"Statement":[)" + statement + "]," + version + "}")) << "a list may come first";
  EXPECT_FALSE(FailsLegacyParsing(R"({"Statement":)" + statement + "}"));
}

TEST(LegacyParsing, KnowsEffectsByTheirCase) {
  EXPECT_FALSE(FailsLegacyParsing(Policy("\"*\"", "Deny")));
  EXPECT_TRUE(FailsLegacyParsing(Policy("\"*\"", "allow")));
  EXPECT_TRUE(FailsLegacyParsing(Policy("\"*\"", "DENY")));
  EXPECT_FALSE(FailsLegacyParsing(Policy("\"*\"", "Maybe"))) << "the grammar's business";
}

TEST(LegacyParsing, RefusesArnsWithPlaceholders) {
  for (const char* arn :
       {"*", "arn:aws:s3:::b/*", "arn:aws:iam::123456789012:role/A_b", "arn:aws:iam::aws:policy/X", "arn:aws:sqs:*:*:q",
        "arn:aws:sqs:us-east-?:1234*:q", "arn:aws:lambda:us-east-1:123456789012:function:F:*", "nonsense"}) {
    EXPECT_FALSE(FailsLegacyParsing(Policy('"' + std::string(arn) + '"'))) << arn;
  }
  for (const char* arn :
       {"arn:aws:iam::ACCOUNT_ID:role/r", "arn:aws:iam::<ACCOUNT_ID>:role/r",
        "arn:aws:iam::${aws:PrincipalAccount}:role/r", "arn:aws:secretsmanager:{region}:123456789012:secret:*"}) {
    EXPECT_TRUE(FailsLegacyParsing(Policy('"' + std::string(arn) + '"'))) << arn;
    EXPECT_TRUE(FailsLegacyParsing(Policy("[\"*\",\"" + std::string(arn) + "\"]"))) << arn;
  }
}

TEST(LegacyParsing, LeavesWhatIsNoPolicyToTheGrammar) {
  for (const char* text : {"", "[]", "{", "{}", "null", R"({"Statement":1})", R"({"Statement":[1]})"}) {
    EXPECT_FALSE(FailsLegacyParsing(text)) << text;
  }
}

TEST(RepeatedMembers, AreSeenWithinOneObjectOnly) {
  EXPECT_TRUE(RepeatsMember(R"({"Statement":[{"Effect":"Deny","Effect":"Allow"}]})"));
  EXPECT_TRUE(RepeatsMember(R"({"a":{"b":1},"a":2})"));
  EXPECT_FALSE(RepeatsMember(R"({"Statement":[{"Effect":"Deny"},{"Effect":"Allow"}],"Effect":1})"));
  EXPECT_FALSE(RepeatsMember(R"({"a":"\"a\":","b":["a:","a:"]})"));
  EXPECT_FALSE(RepeatsMember(std::string(100000, '{')));
}

}  // namespace
}  // namespace keymill::policy
