#include "server/s3/lifecycle_due.h"

#include <gtest/gtest.h>

#include "server/aws/time.h"

namespace keymill::s3 {
namespace {

store::Millis At(std::string_view text) {
  return aws::ParseIso(text).value();
}

LifecycleRule Rule(std::string id) {
  LifecycleRule rule;
  rule.id = std::move(id);
  rule.status = "Enabled";
  rule.filter.emplace();
  return rule;
}

store::Object Version(std::string key, std::string_view modified = "2014-01-15T10:30:00Z") {
  store::Object object;
  object.key = std::move(key);
  object.modified = At(modified);
  return object;
}

TEST(LifecycleDue, DaysEndAtTheNextMidnight) {
  EXPECT_EQ(AfterDays(At("2014-01-15T10:30:00Z"), 3), At("2014-01-19T00:00:00Z"));
  EXPECT_EQ(AfterDays(At("2014-01-15T23:59:59Z"), 1), At("2014-01-17T00:00:00Z"));
}

TEST(LifecycleDue, TheEarliestRuleThatAppliesExpiresAVersion) {
  LifecycleConfiguration rules;
  rules.rules = {Rule("late"), Rule("early"), Rule("off"), Rule("elsewhere")};
  rules.rules[0].expiration.emplace().days = 10;
  rules.rules[1].expiration.emplace().date = "2014-01-20T00:00:00.000Z";
  rules.rules[2].expiration.emplace().days = 1;
  rules.rules[2].status = "Disabled";
  rules.rules[3].expiration.emplace().days = 1;
  rules.rules[3].filter->prefix = "b/";
  const auto due = ExpirationOf(rules, Version("a/x"));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->rule_id, "early");
  EXPECT_EQ(due->time, At("2014-01-20T00:00:00Z"));
  EXPECT_EQ(ExpirationOf(rules, Version("b/x"))->rule_id, "elsewhere");
}

TEST(LifecycleDue, AllCriteriaInsideOfAndMustHold) {
  LifecycleRule rule = Rule("r");
  rule.filter->all = LifecycleAnd{"a/", {{"k", "v"}}, 10, 20};
  auto object = Version("a/x");
  object.size = 15;
  EXPECT_FALSE(Applies(rule, object)) << "it lacks the tag";
  object.tags = {{"k", "v"}};
  EXPECT_TRUE(Applies(rule, object));
  object.size = 10;
  EXPECT_FALSE(Applies(rule, object)) << "greater than means greater";
  object.size = 20;
  EXPECT_FALSE(Applies(rule, object));
  object.size = 15;
  object.key = "b/x";
  EXPECT_FALSE(Applies(rule, object));
}

TEST(LifecycleDue, ThePrefixOfAnOldRuleIsItsFilter) {
  LifecycleRule rule = Rule("r");
  rule.filter.reset();
  rule.prefix = "a/";
  EXPECT_TRUE(Applies(rule, Version("a/x")));
  EXPECT_FALSE(Applies(rule, Version("b")));
  EXPECT_TRUE(AppliesToUploads(rule, "a/x"));
}

TEST(LifecycleDue, NoncurrentVersionsCountFromTheirSuccessorAndTheNewestStay) {
  LifecycleConfiguration rules;
  rules.rules = {Rule("r")};
  rules.rules[0].noncurrent_expiration = NoncurrentExpiration{5, 2};
  const auto since = At("2014-02-01T01:00:00Z");
  EXPECT_EQ(NoncurrentRemoval(rules, Version("a"), since, 0), std::nullopt);
  EXPECT_EQ(NoncurrentRemoval(rules, Version("a"), since, 1), std::nullopt);
  EXPECT_EQ(NoncurrentRemoval(rules, Version("a"), since, 2), At("2014-02-07T00:00:00Z"));
}

TEST(LifecycleDue, LoneDeleteMarkersGoAtOnceOrWithAge) {
  auto marker = Version("a");
  marker.delete_marker = true;
  LifecycleConfiguration rules;
  rules.rules = {Rule("days")};
  rules.rules[0].expiration.emplace().days = 1;
  EXPECT_EQ(MarkerRemoval(rules, marker), At("2014-01-17T00:00:00Z"));
  rules.rules.push_back(Rule("markers"));
  rules.rules[1].expiration.emplace().expired_object_delete_marker = true;
  EXPECT_EQ(MarkerRemoval(rules, marker), marker.modified);
  for (LifecycleRule& rule : rules.rules) rule.filter->size_greater = 0;
  EXPECT_EQ(MarkerRemoval(rules, marker), std::nullopt) << "a marker has no size";
}

TEST(LifecycleDue, UploadsAreAbortedDaysAfterTheirBeginning) {
  LifecycleConfiguration rules;
  rules.rules = {Rule("r")};
  rules.rules[0].abort = LifecycleAbort{7};
  store::Upload upload;
  upload.key = "a";
  upload.initiated = At("2014-01-15T10:30:00Z");
  EXPECT_EQ(UploadAbort(rules, upload), At("2014-01-23T00:00:00Z"));
  rules.rules[0].filter->prefix = "b";
  EXPECT_EQ(UploadAbort(rules, upload), std::nullopt);
}

}  // namespace
}  // namespace keymill::s3
