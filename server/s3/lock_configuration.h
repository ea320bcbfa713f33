#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::s3 {

/// What new versions in a bucket get: a mode, and days or years.
struct DefaultRetention {
  std::string mode;
  std::optional<std::int32_t> days, years;
};
std::optional<DefaultRetention> FindDefaultRetention(const store::Reader& reader, const store::Bucket& bucket);

}  // namespace keymill::s3
