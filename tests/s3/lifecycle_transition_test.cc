#include "server/s3/lifecycle_transition.h"

#include <gtest/gtest.h>

#include "server/aws/time.h"

namespace keymill::s3 {
namespace {

constexpr std::uint64_t kLarge = 128 << 10;

store::Millis At(std::string_view text) {
  return aws::ParseIso(text).value();
}

store::Object Version(std::string storage_class = {}, std::uint64_t size = kLarge) {
  store::Object object;
  object.key = "a/x";
  object.modified = At("2014-01-15T10:30:00Z");
  object.storage_class = std::move(storage_class);
  object.size = size;
  return object;
}

/// One rule for everything, with transitions after these days.
LifecycleConfiguration After(const std::vector<std::pair<std::int32_t, std::string>>& steps) {
  LifecycleConfiguration rules;
  LifecycleRule& rule = rules.rules.emplace_back();
  rule.status = "Enabled";
  rule.filter.emplace();
  for (const auto& [days, storage_class] : steps) rule.transitions.push_back({std::nullopt, days, storage_class});
  return rules;
}

TEST(LifecycleTransition, FallsDownTheWaterfallOnly) {
  EXPECT_TRUE(MayTransition("", "STANDARD_IA"));
  EXPECT_TRUE(MayTransition("REDUCED_REDUNDANCY", "GLACIER"));
  EXPECT_TRUE(MayTransition("STANDARD_IA", "INTELLIGENT_TIERING"));
  EXPECT_TRUE(MayTransition("GLACIER", "DEEP_ARCHIVE"));
  EXPECT_FALSE(MayTransition("GLACIER", "GLACIER_IR"));
  EXPECT_FALSE(MayTransition("ONEZONE_IA", "GLACIER_IR"));
  EXPECT_FALSE(MayTransition("DEEP_ARCHIVE", "DEEP_ARCHIVE"));
  EXPECT_FALSE(MayTransition("INTELLIGENT_TIERING", "STANDARD_IA"));
}

TEST(LifecycleTransition, IsDueAtTheMidnightAfterItsDays) {
  const auto rules = After({{30, "STANDARD_IA"}});
  EXPECT_EQ(TransitionOf(rules, Version(), At("2014-02-14T23:59:59Z")), std::nullopt);
  EXPECT_EQ(TransitionOf(rules, Version(), At("2014-02-15T00:00:00Z")), "STANDARD_IA");
  EXPECT_EQ(TransitionOf(After({{0, "GLACIER"}}), Version(), At("2014-01-16T00:00:00Z")), "GLACIER");
}

TEST(LifecycleTransition, GoesToTheColdestClassThatIsDue) {
  const auto rules = After({{90, "DEEP_ARCHIVE"}, {60, "GLACIER"}, {30, "STANDARD_IA"}});
  EXPECT_EQ(TransitionOf(rules, Version(), At("2014-03-25T00:00:00Z")), "GLACIER");
  EXPECT_EQ(TransitionOf(rules, Version(), At("2015-01-01T00:00:00Z")), "DEEP_ARCHIVE");
  EXPECT_EQ(TransitionOf(rules, Version("DEEP_ARCHIVE"), At("2015-01-01T00:00:00Z")), std::nullopt);
}

TEST(LifecycleTransition, LeavesSmallObjectsUnlessTheRuleSpeaksOfSizes) {
  const store::Millis late = At("2015-01-01T00:00:00Z");
  auto rules = After({{0, "GLACIER_IR"}, {1, "GLACIER"}});
  const auto small = Version({}, kLarge - 1);
  EXPECT_EQ(TransitionOf(rules, small, late), std::nullopt);
  rules.small_to_archives = true;
  EXPECT_EQ(TransitionOf(rules, small, late), "GLACIER");
  rules.rules[0].transitions.pop_back();
  EXPECT_EQ(TransitionOf(rules, small, late), std::nullopt) << "GLACIER_IR is no archive";
  rules.rules[0].filter->size_greater = 10;
  EXPECT_EQ(TransitionOf(rules, small, late), "GLACIER_IR");
}

TEST(LifecycleTransition, OfNoncurrentVersionsCountsFromWhenTheyBecameSo) {
  LifecycleConfiguration rules = After({});
  rules.rules[0].noncurrent_transitions.push_back({10, "GLACIER", 2});
  const store::Millis since = At("2014-06-01T12:00:00Z");
  EXPECT_EQ(NoncurrentTransitionOf(rules, Version(), since, 2, At("2014-06-11T00:00:00Z")), std::nullopt);
  EXPECT_EQ(NoncurrentTransitionOf(rules, Version(), since, 2, At("2014-06-12T00:00:00Z")), "GLACIER");
  EXPECT_EQ(NoncurrentTransitionOf(rules, Version(), since, 1, At("2014-06-12T00:00:00Z")), std::nullopt)
      << "two newer ones are to stay";
}

TEST(LifecycleTransition, PassesDeleteMarkersAndOtherFiltersBy) {
  const store::Millis late = At("2015-01-01T00:00:00Z");
  auto rules = After({{0, "GLACIER"}});
  auto marker = Version();
  marker.delete_marker = true;
  EXPECT_EQ(TransitionOf(rules, marker, late), std::nullopt);
  rules.rules[0].filter->prefix = "b/";
  EXPECT_EQ(TransitionOf(rules, Version(), late), std::nullopt);
}

}  // namespace
}  // namespace keymill::s3
