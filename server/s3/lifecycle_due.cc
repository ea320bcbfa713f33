#include "server/s3/lifecycle_due.h"

#include <algorithm>

#include "server/aws/time.h"

namespace keymill::s3 {
namespace {

constexpr store::Millis kDay = 86400000;

bool HasTag(const store::Object& object, const TagElement& tag) {
  return std::any_of(object.tags.begin(), object.tags.end(),
                     [&](const auto& pair) { return pair.first == tag.key && pair.second == tag.value; });
}

bool HasSize(const store::Object& object, std::optional<std::int64_t> greater, std::optional<std::int64_t> less) {
  const auto size = static_cast<std::int64_t>(object.size);
  return (!greater || size > *greater) && (!less || size < *less);
}

bool HasPrefix(std::string_view key, const std::optional<std::string>& prefix) {
  return !prefix || key.starts_with(*prefix);
}

/// All criteria of a rule, wherever they are written.
struct Criteria {
  std::optional<std::string> prefix;
  std::vector<TagElement> tags;
  std::optional<std::int64_t> size_greater, size_less;
};

Criteria CriteriaOf(const LifecycleRule& rule) {
  if (!rule.filter) return {rule.prefix, {}, {}, {}};
  const LifecycleFilter& filter = *rule.filter;
  if (filter.all) return {filter.all->prefix, filter.all->tags, filter.all->size_greater, filter.all->size_less};
  Criteria criteria{filter.prefix, {}, filter.size_greater, filter.size_less};
  if (filter.tag) criteria.tags.push_back(*filter.tag);
  return criteria;
}

bool IsEnabled(const LifecycleRule& rule) {
  return rule.status == "Enabled";
}

void Earlier(std::optional<store::Millis>& earliest, store::Millis time) {
  earliest = earliest ? std::min(*earliest, time) : time;
}

}  // namespace

store::Millis AfterDays(store::Millis begin, std::int32_t days) {
  return (begin / kDay + days + 1) * kDay;
}

bool Applies(const LifecycleRule& rule, const store::Object& version) {
  if (!IsEnabled(rule)) return false;
  const Criteria criteria = CriteriaOf(rule);
  if (!HasPrefix(version.key, criteria.prefix)) return false;
  if (version.delete_marker) return criteria.tags.empty() && !criteria.size_greater && !criteria.size_less;
  return HasSize(version, criteria.size_greater, criteria.size_less) &&
         std::all_of(criteria.tags.begin(), criteria.tags.end(),
                     [&](const TagElement& tag) { return HasTag(version, tag); });
}

bool AppliesToUploads(const LifecycleRule& rule, std::string_view key) {
  return IsEnabled(rule) && HasPrefix(key, CriteriaOf(rule).prefix);
}

std::optional<DueDate> ExpirationOf(const LifecycleConfiguration& rules, const store::Object& current) {
  std::optional<DueDate> earliest;
  for (const LifecycleRule& rule : rules.rules) {
    if (!rule.expiration || !Applies(rule, current)) continue;
    std::optional<store::Millis> time;
    if (rule.expiration->days) time = AfterDays(current.modified, *rule.expiration->days);
    if (rule.expiration->date) time = aws::ParseIso(*rule.expiration->date);
    if (time && (!earliest || *time < earliest->time)) earliest = DueDate{*time, rule.id.value_or("")};
  }
  return earliest;
}

std::optional<store::Millis> MarkerRemoval(const LifecycleConfiguration& rules, const store::Object& marker) {
  std::optional<store::Millis> earliest;
  for (const LifecycleRule& rule : rules.rules) {
    if (!rule.expiration || !Applies(rule, marker)) continue;
    if (rule.expiration->expired_object_delete_marker.value_or(false)) Earlier(earliest, marker.modified);
    if (rule.expiration->days) Earlier(earliest, AfterDays(marker.modified, *rule.expiration->days));
  }
  return earliest;
}

std::optional<store::Millis> NoncurrentRemoval(const LifecycleConfiguration& rules, const store::Object& version,
                                               store::Millis since, std::size_t newer) {
  std::optional<store::Millis> earliest;
  for (const LifecycleRule& rule : rules.rules) {
    if (!rule.noncurrent_expiration || !rule.noncurrent_expiration->days || !Applies(rule, version)) continue;
    if (newer < static_cast<std::size_t>(rule.noncurrent_expiration->newer_versions.value_or(0))) continue;
    Earlier(earliest, AfterDays(since, *rule.noncurrent_expiration->days));
  }
  return earliest;
}

std::optional<store::Millis> UploadAbort(const LifecycleConfiguration& rules, const store::Upload& upload) {
  std::optional<store::Millis> earliest;
  for (const LifecycleRule& rule : rules.rules) {
    if (rule.abort && AppliesToUploads(rule, upload.key))
      Earlier(earliest, AfterDays(upload.initiated, rule.abort->days));
  }
  return earliest;
}

}  // namespace keymill::s3
