#include "sigv4/post_policy.h"

#include <gtest/gtest.h>

namespace keymill::sigv4 {
namespace {

constexpr std::int64_t kExpiration = 1196510400;  // 2007-12-01T12:00:00.000Z

PolicyValue list(std::vector<std::string> texts) {
  PolicyValue value{PolicyValue::Kind::List, {}, {}, {}};
  for (std::string& text : texts) value.items.push_back(PolicyValue::string(std::move(text)));
  return value;
}

PolicyValue object(std::vector<std::pair<std::string, PolicyValue>> members) {
  return {PolicyValue::Kind::Object, {}, {}, std::move(members)};
}

PolicyValue equals(std::string name, std::string value) {
  return object({{std::move(name), PolicyValue::string(std::move(value))}});
}

PolicyValue policy(std::vector<PolicyValue> conditions) {
  return object({{"expiration", PolicyValue::string("2007-12-01T12:00:00.000Z")},
                 {"conditions", {PolicyValue::Kind::List, {}, std::move(conditions), {}}}});
}

std::string complaint(const PolicyValue& root) {
  PostPolicy parsed;
  const PolicyVerdict verdict = PostPolicy::parse(root, parsed);
  return verdict.fault == PolicyFault::Invalid ? verdict.detail : "none";
}

PolicyVerdict check(std::vector<PolicyValue> conditions, std::vector<FormField> fields,
                    std::int64_t now = kExpiration - 1) {
  PostPolicy parsed;
  EXPECT_FALSE(PostPolicy::parse(policy(std::move(conditions)), parsed));
  return parsed.check(fields, "bucket", now);
}

TEST(PostPolicy, IsRefusedWithAwsWordsWhenItsSyntaxIsWrong) {
  EXPECT_EQ(complaint(policy({equals("key", "x")})), "none");
  EXPECT_EQ(complaint(list({})), "Invalid JSON.");
  EXPECT_EQ(complaint(object({{"conditions", list({})}})), "Policy missing expiration.");
  EXPECT_EQ(complaint(object({{"expiration", PolicyValue::string("x")}})), "Policy missing conditions.");
  EXPECT_EQ(complaint(object({{"Expiration", PolicyValue::string("x")}})), "Unexpected: \"Expiration\"");
  EXPECT_EQ(complaint(object({{"expiration", PolicyValue::string("tomorrow")}, {"conditions", list({})}})),
            "Invalid 'expiration' value: 'tomorrow'");
  EXPECT_EQ(complaint(object({{"expiration", PolicyValue::string("2007-12-01T12:00:00.000Z")},
                              {"conditions", PolicyValue::string("x")}})),
            "Invalid 'conditions' value: must be a List.");
  EXPECT_EQ(complaint(policy({})), "Policy missing conditions.");
  EXPECT_EQ(complaint(policy({object({})})),
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  EXPECT_EQ(complaint(policy({list({"eq", "$key"})})), "Invalid Eq: wrong number of arguments.");
  EXPECT_EQ(complaint(policy({list({"starts-with", "$key", "a", "b"})})),
            "Invalid starts-with: wrong number of arguments.");
  EXPECT_EQ(complaint(policy({list({"content-length-range"})})),
            "Invalid content-length-range: wrong number of arguments.");
  EXPECT_EQ(complaint(policy({list({"ends-with", "$key", "a"})})), "Invalid Condition: unknown operation 'ends-with'.");
  EXPECT_EQ(complaint(policy({PolicyValue::string("x")})), "Invalid condition test: must be a List or Object.");
}

TEST(PostPolicy, ExpiresAtItsExpiration) {
  EXPECT_FALSE(check({equals("key", "x")}, {{"key", "x"}}));
  EXPECT_EQ(check({equals("key", "x")}, {{"key", "wrong"}}, kExpiration).fault, PolicyFault::Expired);
}

TEST(PostPolicy, MatchesNamesIgnoringCaseAndValuesExactly) {
  EXPECT_FALSE(check({equals("Key", "x")}, {{"kEY", "x"}}));
  EXPECT_EQ(check({equals("key", "x")}, {{"key", "X"}}).fault, PolicyFault::ConditionFailed);
}

TEST(PostPolicy, PrintsTheConditionThatFailedAsAList) {
  EXPECT_EQ(check({equals("key", "x")}, {{"key", "y"}}).detail, "[\"eq\", \"$key\", \"x\"]");
  EXPECT_EQ(check({list({"starts-with", "$key", "user/"})}, {{"key", "y"}}).detail,
            "[\"starts-with\", \"$key\", \"user/\"]");
  EXPECT_EQ(check({list({"eq", "key", "x"})}, {{"key", "x"}}).detail, "[\"eq\", \"key\", \"x\"]") << "no dollar sign";
  EXPECT_EQ(check({list({"content-length-range", "a", "9"})}, {}).detail, "[\"content-length-range\", \"a\", \"9\"]");
}

TEST(PostPolicy, KnowsTheBucketWithoutAField) {
  EXPECT_FALSE(check({equals("bucket", "bucket")}, {}));
  EXPECT_EQ(check({equals("bucket", "other")}, {{"bucket", "other"}}).fault, PolicyFault::ConditionFailed);
}

TEST(PostPolicy, LetsAnEmptyPrefixMatchAnything) {
  EXPECT_FALSE(check({list({"starts-with", "$key", ""})}, {{"key", "anything"}}));
}

TEST(PostPolicy, ReadsContentTypeAsAList) {
  const std::vector<PolicyValue> images = {list({"starts-with", "$Content-Type", "image/"})};
  EXPECT_FALSE(check(images, {{"content-type", "image/png, image/gif"}}));
  EXPECT_EQ(check(images, {{"content-type", "image/png,text/html"}}).fault, PolicyFault::ConditionFailed);
}

TEST(PostPolicy, RefusesFieldsThatNoConditionCovers) {
  const PolicyVerdict verdict = check({equals("key", "x")}, {{"key", "x"},
                                                             {"acl", "public-read"},
                                                             {"policy", "p"},
                                                             {"x-amz-signature", "s"},
                                                             {"AWSAccessKeyId", "a"},
                                                             {"signature", "s"},
                                                             {"x-ignore-me", "1"}});
  EXPECT_EQ(verdict.fault, PolicyFault::ExtraFields);
  EXPECT_EQ(verdict.detail, "acl");
}

TEST(PostPolicy, RefusesAFieldSentTwice) {
  EXPECT_EQ(check({equals("key", "x")}, {{"key", "x"}, {"Key", "y"}}).fault, PolicyFault::ConditionFailed);
  EXPECT_EQ(check({equals("key", "x")}, {{"key", "x"}, {"key", "x"}}).fault, PolicyFault::ConditionFailed);
}

TEST(PostPolicy, HoldsTheFileAgainstItsRange) {
  PostPolicy parsed;
  ASSERT_FALSE(PostPolicy::parse(policy({list({"content-length-range", "5", "10"})}), parsed));
  EXPECT_FALSE(parsed.check_length(5));
  EXPECT_FALSE(parsed.check_length(10));
  const PolicyVerdict large = parsed.check_length(11);
  EXPECT_EQ(large.fault, PolicyFault::TooLarge);
  EXPECT_EQ(large.limit, 10u);
  const PolicyVerdict small = parsed.check_length(4);
  EXPECT_EQ(small.fault, PolicyFault::TooSmall);
  EXPECT_EQ(small.proposed, 4u);
}

}  // namespace
}  // namespace keymill::sigv4
