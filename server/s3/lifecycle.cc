#include "server/s3/lifecycle.h"

#include <set>

#include "server/aws/time.h"
#include "server/s3/errors.h"
#include "server/s3/lifecycle_transition.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxRules = 1000;
constexpr std::size_t kMaxId = 255;
constexpr std::int64_t kDay = 86400000;

/// Exactly one criterion, or several inside of And; or none, which is everything.
bool IsWellFormed(const LifecycleFilter& filter) {
  const int criteria = int{filter.prefix.has_value()} + int{filter.tag.has_value()} +
                       int{filter.size_greater.has_value()} + int{filter.size_less.has_value()};
  if (!filter.all) return criteria <= 1;
  const LifecycleAnd& all = *filter.all;
  const std::size_t inside = std::size_t{all.prefix.has_value()} + all.tags.size() +
                             std::size_t{all.size_greater.has_value()} + std::size_t{all.size_less.has_value()};
  return criteria == 0 && inside >= 2;
}

/// A date at midnight UTC, in the form that S3 shows.
Result<> CheckDate(std::optional<std::string>& date) {
  if (!date) return {};
  const auto time = aws::ParseIso(*date);
  if (!time) return Error(MalformedXML);
  if (*time % kDay != 0) return InvalidArgumentNamed("'Date' must be at midnight GMT", "Date", *date);
  date = aws::IsoMillis(*time);
  return {};
}

Result<> CheckExpiration(LifecycleExpiration& expiration) {
  const int given = int{expiration.date.has_value()} + int{expiration.days.has_value()} +
                    int{expiration.expired_object_delete_marker.has_value()};
  if (given != 1) return Error(MalformedXML);
  if (expiration.days && *expiration.days <= 0) {
    return InvalidArgumentNamed("'Days' for Expiration action must be a positive integer", "Days",
                                std::to_string(*expiration.days));
  }
  return CheckDate(expiration.date);
}

Error MustBePositive(const std::string& name, std::string_view action, std::int32_t value) {
  return InvalidArgumentNamed("'" + name + "' for " + std::string(action) + " action must be a positive integer", name,
                              std::to_string(value));
}

Result<> CheckNewer(std::optional<std::int32_t> newer, std::string_view action) {
  constexpr std::int32_t kMaxNewer = 100;
  if (!newer) return {};
  if (*newer <= 0) return MustBePositive("NewerNoncurrentVersions", action, *newer);
  if (*newer <= kMaxNewer) return {};
  return InvalidArgumentNamed("'NewerNoncurrentVersions' must not exceed 100", "NewerNoncurrentVersions",
                              std::to_string(*newer));
}

Result<> CheckNoncurrent(const NoncurrentExpiration& expiration) {
  if (!expiration.days) return Error(MalformedXML);
  if (*expiration.days <= 0) return MustBePositive("NoncurrentDays", "NoncurrentVersionExpiration", *expiration.days);
  return CheckNewer(expiration.newer_versions, "NoncurrentVersionExpiration");
}

/// What holds for the days of one transition, of current or noncurrent versions: the infrequent-access classes take
/// objects that have lain a month.
Result<> CheckTransitionDays(std::int32_t days, const std::string& name, std::string_view action,
                             const std::string& storage_class) {
  constexpr std::int32_t kMonth = 30;
  if (days < 0) {
    return InvalidArgumentNamed("'" + name + "' for " + std::string(action) + " action must be nonnegative", name,
                                std::to_string(days));
  }
  if (days >= kMonth || (storage_class != "STANDARD_IA" && storage_class != "ONEZONE_IA")) return {};
  return InvalidArgumentNamed("'" + name + "' in " + std::string(action) +
                                  " action must be greater than or equal to 30 for storageClass '" + storage_class +
                                  "'",
                              name, std::to_string(days));
}

/// Transitions of one rule among each other: each class once, and the colder the later.
template <class Transition>
Result<> CheckOrder(const std::vector<Transition>& transitions, std::string_view action) {
  for (const Transition& one : transitions) {
    for (const Transition& other : transitions) {
      if (&one == &other) continue;
      if (one.storage_class == other.storage_class) {
        return Error(InvalidRequest,
                     "'StorageClass' must be different for '" + std::string(action) + "' actions in same 'Rule'");
      }
      if (one.days && other.days && MayTransition(one.storage_class, other.storage_class) && *other.days <= *one.days) {
        return Error(InvalidArgument, "'Days' in the " + std::string(action) + " action for StorageClass '" +
                                          other.storage_class + "' must be greater than 'Days' in the " +
                                          std::string(action) + " action for StorageClass '" + one.storage_class + "'");
      }
    }
  }
  return {};
}

Result<> CheckTransitions(LifecycleRule& rule) {
  constexpr std::string_view kAction = "Transition";
  const auto& expiration = rule.expiration;
  for (LifecycleTransition& transition : rule.transitions) {
    if (transition.date.has_value() == transition.days.has_value()) return Error(MalformedXML);
    if (auto checked = CheckDate(transition.date); !checked) return checked.error();
    if (transition.days.has_value() != rule.transitions[0].days.has_value()) {
      return Error(InvalidRequest, "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule");
    }
    if (expiration && ((expiration->days && transition.date) || (expiration->date && transition.days))) {
      return Error(InvalidRequest,
                   "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule");
    }
    if (!transition.days) continue;
    auto checked = CheckTransitionDays(*transition.days, "Days", kAction, transition.storage_class);
    if (!checked) return checked.error();
    if (expiration && expiration->days && *expiration->days <= *transition.days) {
      return InvalidArgumentNamed(
          "'Days' in the Expiration action must be greater than 'Days' in the Transition action", "Days",
          std::to_string(*expiration->days));
    }
  }
  return CheckOrder(rule.transitions, kAction);
}

Result<> CheckNoncurrentTransitions(const LifecycleRule& rule) {
  constexpr std::string_view kAction = "NoncurrentVersionTransition";
  for (const NoncurrentTransition& transition : rule.noncurrent_transitions) {
    if (!transition.days) return Error(MalformedXML);
    auto checked = CheckTransitionDays(*transition.days, "NoncurrentDays", kAction, transition.storage_class);
    if (!checked) return checked.error();
    if (auto newer = CheckNewer(transition.newer_versions, kAction); !newer) return newer.error();
    const auto& expiration = rule.noncurrent_expiration;
    if (expiration && expiration->days && *expiration->days <= *transition.days) {
      return InvalidArgumentNamed(
          "'NoncurrentDays' in the NoncurrentVersionExpiration action must be greater than 'NoncurrentDays' in the "
          "NoncurrentVersionTransition action",
          "NoncurrentDays", std::to_string(*expiration->days));
    }
  }
  return CheckOrder(rule.noncurrent_transitions, kAction);
}

bool HasTags(const LifecycleRule& rule) {
  return rule.filter && (rule.filter->tag || (rule.filter->all && !rule.filter->all->tags.empty()));
}

/// Delete markers and uploads have no tags to filter by.
Result<> CheckTagged(const LifecycleRule& rule) {
  if (!HasTags(rule)) return {};
  if (rule.abort) return Error(InvalidRequest, "AbortIncompleteMultipartUpload cannot be specified with Tags.");
  if (rule.expiration && rule.expiration->expired_object_delete_marker) {
    return Error(InvalidRequest, "ExpiredObjectDeleteMarker cannot be specified with Tags.");
  }
  return {};
}

Result<> CheckRule(LifecycleRule& rule) {
  if (rule.prefix.has_value() == rule.filter.has_value()) return Error(MalformedXML);
  if (rule.filter && !IsWellFormed(*rule.filter)) return Error(MalformedXML);
  const bool acts = rule.expiration || !rule.transitions.empty() || !rule.noncurrent_transitions.empty() ||
                    rule.noncurrent_expiration || rule.abort;
  if (!acts) return Error(InvalidRequest, "At least one action needs to be specified in a rule");
  if (rule.expiration) {
    if (auto checked = CheckExpiration(*rule.expiration); !checked) return checked.error();
  }
  if (auto checked = CheckTagged(rule); !checked) return checked.error();
  if (rule.noncurrent_expiration) {
    if (auto checked = CheckNoncurrent(*rule.noncurrent_expiration); !checked) return checked.error();
  }
  if (rule.abort && rule.abort->days <= 0)
    return MustBePositive("DaysAfterInitiation", "AbortIncompleteMultipartUpload", rule.abort->days);
  if (auto checked = CheckTransitions(rule); !checked) return checked.error();
  return CheckNoncurrentTransitions(rule);
}

}  // namespace

Result<> CheckLifecycle(LifecycleConfiguration& configuration) {
  if (configuration.rules.size() > kMaxRules) return Error(MalformedXML);
  std::set<std::string> ids;
  std::size_t number = 0;
  for (LifecycleRule& rule : configuration.rules) {
    ++number;
    if (!rule.id || rule.id->empty()) rule.id = "rule-" + std::to_string(number);
    if (rule.id->size() > kMaxId)
      return InvalidArgumentNamed("ID length should not exceed allowed limit of 255", "ID", *rule.id);
    if (!ids.insert(*rule.id).second) {
      return InvalidArgumentNamed("Rule ID must be unique. Found same ID for more than one rule", "ID", *rule.id);
    }
    if (auto checked = CheckRule(rule); !checked) return checked.error();
  }
  return {};
}

}  // namespace keymill::s3
