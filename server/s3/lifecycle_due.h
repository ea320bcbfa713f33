#pragma once

#include <optional>
#include <string>

#include "server/s3/lifecycle.h"
#include "store/records.h"

/// When lifecycle rules act on what: pure questions, answered from the rules and a version alone.
namespace keymill::s3 {

/// Days count from the midnight (UTC) after the beginning, as S3 rounds: created on the 15th at 10:30 and 3 days is the
/// 19th at 00:00.
store::Millis AfterDays(store::Millis begin, std::int32_t days);

/// Whether an enabled rule's filter takes this version. Delete markers have no size and no tags: rules that ask for
/// them pass them by.
bool Applies(const LifecycleRule& rule, const store::Object& version);
/// The same for an upload, of which the prefix alone is known.
bool AppliesToUploads(const LifecycleRule& rule, std::string_view key);

struct DueDate {
  store::Millis time = 0;
  std::string rule_id;
};
/// When the rules expire a current version that is no delete marker: the earliest of them; nullopt if none does.
std::optional<DueDate> ExpirationOf(const LifecycleConfiguration& rules, const store::Object& current);
/// When they remove a delete marker that is its key's only version. By ExpiredObjectDeleteMarker that is at once; rules
/// of days do it too, when the marker is old enough.
std::optional<store::Millis> MarkerRemoval(const LifecycleConfiguration& rules, const store::Object& marker);
/// When they remove a version that became noncurrent at `since`, as the noncurrent version after `newer` others.
std::optional<store::Millis> NoncurrentRemoval(const LifecycleConfiguration& rules, const store::Object& version,
                                               store::Millis since, std::size_t newer);
std::optional<store::Millis> UploadAbort(const LifecycleConfiguration& rules, const store::Upload& upload);

}  // namespace keymill::s3
