#pragma once

#include <string_view>

#include "server/aws/error.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"

namespace keymill::pipeline {

/// How a refusal is written for this request: the service's XML, or only a status for HEAD.
struct ErrorContext {
  Service service = Service::kS3;
  std::string_view operation;  ///< empty if not routed
  std::string_view method;
  std::string_view request_id;
  std::string_view host_id;  ///< S3 only
  bool json = false;         ///< STS only: the caller asked for JSON
};

http::Response ErrorResponse(const aws::Error& error, const ErrorContext& context);

}  // namespace keymill::pipeline
