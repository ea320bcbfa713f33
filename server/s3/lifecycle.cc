#include "server/s3/lifecycle.h"

#include <set>

#include "server/aws/time.h"
#include "server/s3/errors.h"

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

Result<> CheckNoncurrent(const NoncurrentExpiration& expiration) {
  constexpr std::int32_t kMaxNewer = 100;
  if (!expiration.days) return Error(MalformedXML);
  if (*expiration.days <= 0) return MustBePositive("NoncurrentDays", "NoncurrentVersionExpiration", *expiration.days);
  if (!expiration.newer_versions) return {};
  const std::int32_t newer = *expiration.newer_versions;
  if (newer <= 0) return MustBePositive("NewerNoncurrentVersions", "NoncurrentVersionExpiration", newer);
  if (newer <= kMaxNewer) return {};
  return InvalidArgumentNamed("'NewerNoncurrentVersions' must not exceed 100", "NewerNoncurrentVersions",
                              std::to_string(newer));
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
  for (LifecycleTransition& transition : rule.transitions) {
    if (transition.date.has_value() == transition.days.has_value()) return Error(MalformedXML);
    if (auto checked = CheckDate(transition.date); !checked) return checked.error();
  }
  return {};
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
