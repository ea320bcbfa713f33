#pragma once

#include <string_view>

namespace keymill::s3 {

/// S3's naming rules for general purpose buckets: 3 to 63 of [a-z0-9.-] and the reserved forms left out.
bool IsValidBucketName(std::string_view name);

}  // namespace keymill::s3
