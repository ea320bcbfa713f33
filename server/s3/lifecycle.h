#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/aws/fields.h"
#include "server/result.h"
#include "server/s3/tags.h"

namespace keymill::s3 {

struct LifecycleAnd {
  std::optional<std::string> prefix;
  std::vector<TagElement> tags;
  std::optional<std::int64_t> size_greater, size_less;
};
struct LifecycleFilter {
  std::optional<std::string> prefix;
  std::optional<TagElement> tag;
  std::optional<std::int64_t> size_greater, size_less;
  std::optional<LifecycleAnd> all;
};
struct LifecycleExpiration {
  std::optional<std::string> date;
  std::optional<std::int32_t> days;
  std::optional<bool> expired_object_delete_marker;
};
inline constexpr std::string_view kTransitionClasses =
    "STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER_IR|GLACIER|DEEP_ARCHIVE";
struct LifecycleTransition {
  std::optional<std::string> date;
  std::optional<std::int32_t> days;
  std::string storage_class;
};
struct NoncurrentTransition {
  std::optional<std::int32_t> days;
  std::string storage_class;
  std::optional<std::int32_t> newer_versions;
};
struct NoncurrentExpiration {
  std::optional<std::int32_t> days, newer_versions;
};
struct LifecycleAbort {
  std::int32_t days = 0;
};
struct LifecycleRule {
  std::optional<LifecycleExpiration> expiration;
  std::optional<std::string> id;
  std::optional<std::string> prefix;
  std::optional<LifecycleFilter> filter;
  std::string status;
  std::vector<LifecycleTransition> transitions;
  std::vector<NoncurrentTransition> noncurrent_transitions;
  std::optional<NoncurrentExpiration> noncurrent_expiration;
  std::optional<LifecycleAbort> abort;
};
struct LifecycleConfiguration {
  std::vector<LifecycleRule> rules;
  /// Small objects go to GLACIER and DEEP_ARCHIVE too: varies_by_storage_class of
  /// x-amz-transition-default-minimum-object-size, which came beside the document.
  bool small_to_archives = false;
};

/// What PutBucketLifecycleConfiguration refuses. Rules without an ID are given one.
Result<> CheckLifecycle(LifecycleConfiguration& configuration);

}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::LifecycleAnd> =
    std::tuple{Field{"Prefix", &s3::LifecycleAnd::prefix}, Field{"Tag", &s3::LifecycleAnd::tags},
               Field{"ObjectSizeGreaterThan", &s3::LifecycleAnd::size_greater},
               Field{"ObjectSizeLessThan", &s3::LifecycleAnd::size_less}};
template <>
inline constexpr auto kFields<s3::LifecycleFilter> =
    std::tuple{Field{"Prefix", &s3::LifecycleFilter::prefix}, Field{"Tag", &s3::LifecycleFilter::tag},
               Field{"ObjectSizeGreaterThan", &s3::LifecycleFilter::size_greater},
               Field{"ObjectSizeLessThan", &s3::LifecycleFilter::size_less}, Field{"And", &s3::LifecycleFilter::all}};
template <>
inline constexpr auto kFields<s3::LifecycleExpiration> =
    std::tuple{Field{"Date", &s3::LifecycleExpiration::date}, Field{"Days", &s3::LifecycleExpiration::days},
               Field{"ExpiredObjectDeleteMarker", &s3::LifecycleExpiration::expired_object_delete_marker}};
template <>
inline constexpr auto kFields<s3::LifecycleTransition> =
    std::tuple{Field{"Date", &s3::LifecycleTransition::date}, Field{"Days", &s3::LifecycleTransition::days},
               Field{"StorageClass", &s3::LifecycleTransition::storage_class, kRequired, s3::kTransitionClasses}};
template <>
inline constexpr auto kFields<s3::NoncurrentTransition> =
    std::tuple{Field{"NoncurrentDays", &s3::NoncurrentTransition::days},
               Field{"StorageClass", &s3::NoncurrentTransition::storage_class, kRequired, s3::kTransitionClasses},
               Field{"NewerNoncurrentVersions", &s3::NoncurrentTransition::newer_versions}};
template <>
inline constexpr auto kFields<s3::NoncurrentExpiration> =
    std::tuple{Field{"NoncurrentDays", &s3::NoncurrentExpiration::days},
               Field{"NewerNoncurrentVersions", &s3::NoncurrentExpiration::newer_versions}};
template <>
inline constexpr auto kFields<s3::LifecycleAbort> =
    std::tuple{Field{"DaysAfterInitiation", &s3::LifecycleAbort::days, kRequired}};
template <>
inline constexpr auto kFields<s3::LifecycleRule> =
    std::tuple{Field{"Expiration", &s3::LifecycleRule::expiration},
               Field{"ID", &s3::LifecycleRule::id},
               Field{"Prefix", &s3::LifecycleRule::prefix},
               Field{"Filter", &s3::LifecycleRule::filter},
               Field{"Status", &s3::LifecycleRule::status, kRequired, "Enabled|Disabled"},
               Field{"Transition", &s3::LifecycleRule::transitions},
               Field{"NoncurrentVersionTransition", &s3::LifecycleRule::noncurrent_transitions},
               Field{"NoncurrentVersionExpiration", &s3::LifecycleRule::noncurrent_expiration},
               Field{"AbortIncompleteMultipartUpload", &s3::LifecycleRule::abort}};
template <>
inline constexpr auto kFields<s3::LifecycleConfiguration> =
    std::tuple{Field{"Rule", &s3::LifecycleConfiguration::rules, kRequired}};

}  // namespace keymill::aws
