#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/result.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::s3 {

/// What new versions in a bucket get: a mode, and days or years.
struct DefaultRetention {
  std::string mode;
  std::optional<std::int32_t> days, years;
};
std::optional<DefaultRetention> FindDefaultRetention(const store::Reader& reader, const store::Bucket& bucket);

/// Inside the commit: checks the document and turns object lock on with it. MalformedXML, InvalidArgument,
/// InvalidBucketState in a bucket without versioning.
Result<> SetLockConfiguration(store::Txn& txn, store::Bucket& bucket, std::string_view text);
inline constexpr std::string_view kLockDocument = "object-lock";  ///< its stored name

}  // namespace keymill::s3
