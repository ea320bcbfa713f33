#pragma once

#include <optional>
#include <string_view>

#include "server/s3/lifecycle.h"
#include "store/records.h"

/// Which storage class lifecycle rules want a version to have: pure questions, as in lifecycle_due.h.
namespace keymill::s3 {

/// Whether S3 moves objects of one class to another by themselves: only down the waterfall of classes, see
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
bool MayTransition(std::string_view from, std::string_view to);

/// The class that a version is due for by `as_of`; nullopt if it stays where it is. Of several the coldest, which is
/// also S3's choice when two fall on the same day. Objects smaller than the configuration's minimum stay, unless the
/// rule's own filter speaks of sizes.
std::optional<std::string_view> TransitionOf(const LifecycleConfiguration& rules, const store::Object& current,
                                             store::Millis as_of);
/// The same for a version that became noncurrent at `since`, as the noncurrent version after `newer` others.
std::optional<std::string_view> NoncurrentTransitionOf(const LifecycleConfiguration& rules,
                                                       const store::Object& version, store::Millis since,
                                                       std::size_t newer, store::Millis as_of);

}  // namespace keymill::s3
