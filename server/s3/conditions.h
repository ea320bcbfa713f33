#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "store/records.h"

namespace keymill::s3 {

/// The conditions of a read. Dates that cannot be read count as absent.
struct ReadConditions {
  std::optional<std::string_view> if_match = {}, if_none_match = {};
  std::optional<store::Millis> if_modified_since = {}, if_unmodified_since = {};
};

/// `prefix` is empty, or `x-amz-copy-source-` for the source of a copy.
ReadConditions ReadConditionsOf(const pipeline::Call& call, std::string_view prefix = {});

/// False: the client's copy is still good (304). PreconditionFailed names the condition that did not hold, with
/// `prefix` before it. Order and pairs as in aws-facts E7.
Result<bool> CheckRead(const ReadConditions& conditions, const store::Object& object, store::Millis now,
                       std::string_view prefix = {});

/// True if `list`, the value of If-Match or If-None-Match, is `*` or names the ETag, with or without quotes.
bool MatchesEtag(std::string_view list, std::string_view etag);

/// The conditions of a write, checked on the committer thread against the object that is to be replaced.
struct WriteConditions {
  std::string if_match = {};  ///< an ETag; empty = none
  bool if_absent = false;     ///< If-None-Match: *
  bool any() const { return if_absent || !if_match.empty(); }
};
Result<WriteConditions> WriteConditionsOf(const pipeline::Call& call);
Result<> CheckWrite(const WriteConditions& conditions, const std::optional<store::Object>& current,
                    std::string_view key);

}  // namespace keymill::s3
