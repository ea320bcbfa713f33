#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/pipeline/bucket_state.h"
#include "server/result.h"

namespace keymill::pipeline {

/// What a browser's request says about itself, for a preflight or on the request itself.
struct CorsRequest {
  std::string_view origin;
  std::string_view method;           ///< that will be or is used
  std::vector<std::string> headers;  ///< Access-Control-Request-Headers, lower case
};

/// nullopt without Origin. The method is Access-Control-Request-Method's on a preflight (OPTIONS), else the request's.
std::optional<CorsRequest> ReadCorsRequest(const http::Request& request);

/// The rule that allows it: the first whose origins, methods and headers all match.
const CorsRule* FindCorsRule(const std::vector<CorsRule>& rules, const CorsRequest& asked);

/// The fields by which a browser learns that it may read the answer.
void WriteCorsHeaders(http::Response& response, const CorsRule& rule, const CorsRequest& asked);

/// The same on the answer to an actual request, a success or a refusal, if a rule of the bucket allows it.
void AddCorsHeaders(http::Response& response, const http::Request& request, const BucketState& bucket);

/// The answer to a preflight (OPTIONS), which bears no signature and asks nothing of policies (aws-facts E12). `bucket`
/// is nullptr if there is none of that name.
Result<http::Response> AnswerPreflight(const http::Request& request, const BucketState* bucket, bool for_object);

/// STS lets every page call it and read what it answers, since nothing but a signature or a token opens anything there
/// (aws-facts A11). Its preflight names no service: it is one for a POST to `/`, which S3 does not have, or of a call
/// in the query.
bool IsStsPreflight(const http::Request& request);
http::Response AnswerStsPreflight(const http::Request& request);
/// On the answer to an actual request.
void AddStsCorsHeaders(http::Response& response, const http::Request& request);

}  // namespace keymill::pipeline
