#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/request.h"
#include "server/pipeline/identity.h"
#include "server/pipeline/operation.h"
#include "server/pipeline/params.h"
#include "server/policy/context.h"
#include "store/records.h"

namespace keymill::pipeline {

/// What a policy may ask about a request, beside who makes it and what it is about.
struct Circumstances {
  const http::Request& request;
  const Params& params;
  store::Millis now;
  std::string_view region;
  bool presigned;
  bool form = false;                                ///< a POST upload, whose fields stand in the request as headers
  std::string_view operation = {};                  ///< S3's name of it
  std::string_view resource_account = {};           ///< whose the bucket is
  std::optional<std::string_view> version_id = {};  ///< of the object in question, if one is asked for
  const store::StringPairs* existing_tags = nullptr;
  const store::StringPairs* resource_tags = nullptr;  ///< of the IAM resource in question
  std::string_view boundary = {};                     ///< of the user or role in question, as iam:PermissionsBoundary
  const store::StringPairs* stated = nullptr;  ///< what the body says: values by condition key, without its "s3:"
};

/// The tags that a request to IAM or STS gives, as the operation will read them; none if it takes none. A parameter
/// that only looks like a tag must neither satisfy a policy nor escape it. S3's tags are in bodies and headers.
store::StringPairs GivenTags(const Circumstances& circumstances);

/// A request header by its lower-case name. On a presigned request an `x-amz-*` query parameter counts as the header it
/// was hoisted from, except the checksum ones (aws-facts A5).
std::optional<std::string_view> HeaderOf(const http::Request& request, const Params& params, bool presigned,
                                         std::string_view name);

/// The values of the condition keys in `wanted` (lower case) that this request has (aws-facts D4).
policy::Context ConditionContext(const std::vector<std::string>& wanted, const Identity& identity,
                                 const Circumstances& circumstances);

}  // namespace keymill::pipeline
