#pragma once

#include <string_view>

#include "server/policy/document.h"
#include "server/result.h"

namespace keymill::s3 {

/// A bucket policy's text, or MalformedPolicy with what AWS says is wrong.
Result<policy::Document> ParseBucketPolicy(std::string_view text);

}  // namespace keymill::s3
