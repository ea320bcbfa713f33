#include "server/s3/lifecycle_transition.h"

#include <algorithm>
#include <array>

#include "server/aws/time.h"
#include "server/s3/lifecycle_due.h"

namespace keymill::s3 {
namespace {

constexpr std::uint64_t kDefaultMinimum = 128 << 10;

struct Level {
  std::string_view storage_class;
  int depth;
};
// One Zone-IA and Glacier Instant Retrieval do not become each other.
constexpr std::array<Level, 8> kWaterfall = {{{"STANDARD", 0},
                                              {"REDUCED_REDUNDANCY", 0},
                                              {"STANDARD_IA", 1},
                                              {"INTELLIGENT_TIERING", 2},
                                              {"ONEZONE_IA", 3},
                                              {"GLACIER_IR", 3},
                                              {"GLACIER", 4},
                                              {"DEEP_ARCHIVE", 5}}};

int DepthOf(std::string_view storage_class) {
  if (storage_class.empty()) return 0;
  const auto level = std::find_if(kWaterfall.begin(), kWaterfall.end(),
                                  [&](const Level& known) { return known.storage_class == storage_class; });
  return level == kWaterfall.end() ? -1 : level->depth;
}

bool SpeaksOfSizes(const LifecycleRule& rule) {
  if (!rule.filter) return false;
  const LifecycleFilter& filter = *rule.filter;
  return filter.size_greater || filter.size_less || (filter.all && (filter.all->size_greater || filter.all->size_less));
}

bool LargeEnough(const LifecycleConfiguration& rules, const LifecycleRule& rule, const store::Object& version,
                 std::string_view to) {
  if (version.size >= kDefaultMinimum || SpeaksOfSizes(rule)) return true;
  return rules.small_to_archives && (to == "GLACIER" || to == "DEEP_ARCHIVE");
}

/// Keeps the coldest class that has been proposed.
class Choice {
 public:
  explicit Choice(const store::Object& version) : from_(version.storage_class) {}
  void propose(std::string_view to) {
    if (MayTransition(from_, to) && (!to_ || DepthOf(to) > DepthOf(*to_))) to_ = to;
  }
  std::optional<std::string_view> made() const { return to_; }

 private:
  std::string_view from_;
  std::optional<std::string_view> to_;
};

}  // namespace

bool MayTransition(std::string_view from, std::string_view to) {
  return DepthOf(from) >= 0 && DepthOf(to) > DepthOf(from);
}

std::optional<std::string_view> TransitionOf(const LifecycleConfiguration& rules, const store::Object& current,
                                             store::Millis as_of) {
  if (current.delete_marker) return std::nullopt;
  Choice choice(current);
  for (const LifecycleRule& rule : rules.rules) {
    if (rule.transitions.empty() || !Applies(rule, current)) continue;
    for (const LifecycleTransition& transition : rule.transitions) {
      if (!LargeEnough(rules, rule, current, transition.storage_class)) continue;
      std::optional<store::Millis> due;
      if (transition.days) due = AfterDays(current.modified, *transition.days);
      if (transition.date) due = aws::ParseIso(*transition.date);
      if (due && *due <= as_of) choice.propose(transition.storage_class);
    }
  }
  return choice.made();
}

std::optional<std::string_view> NoncurrentTransitionOf(const LifecycleConfiguration& rules,
                                                       const store::Object& version, store::Millis since,
                                                       std::size_t newer, store::Millis as_of) {
  if (version.delete_marker) return std::nullopt;
  Choice choice(version);
  for (const LifecycleRule& rule : rules.rules) {
    if (rule.noncurrent_transitions.empty() || !Applies(rule, version)) continue;
    for (const NoncurrentTransition& transition : rule.noncurrent_transitions) {
      if (!transition.days || !LargeEnough(rules, rule, version, transition.storage_class)) continue;
      if (newer < static_cast<std::size_t>(transition.newer_versions.value_or(0))) continue;
      if (AfterDays(since, *transition.days) <= as_of) choice.propose(transition.storage_class);
    }
  }
  return choice.made();
}

}  // namespace keymill::s3
