#pragma once

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
  bool form = false;  ///< a POST upload, whose fields stand in the request as headers
};

/// The values of the condition keys in `wanted` (lower case) that this request has (aws-facts D4).
policy::Context ConditionContext(const std::vector<std::string>& wanted, const Identity& identity,
                                 const Circumstances& circumstances);

}  // namespace keymill::pipeline
