#pragma once

#include <string_view>
#include <utility>

#include "server/aws/query_result.h"
#include "server/http/response.h"
#include "server/pipeline/call.h"

namespace keymill::pipeline {

/// The answer of the operation that `call` runs, in a Query service's namespace; `write(XmlWriter&)` fills its result
/// element.
template <class Write>
http::Response QueryAnswer(const Call& call, std::string_view xmlns, Write&& write) {
  http::Response response(200);
  response.body(aws::QueryResult(call.route().operation->name, xmlns, call.request_id(), std::forward<Write>(write)),
                "text/xml");
  return response;
}

/// For operations without a result.
inline http::Response QueryAnswer(const Call& call, std::string_view xmlns) {
  http::Response response(200);
  response.body(aws::QueryResult(call.route().operation->name, xmlns, call.request_id()), "text/xml");
  return response;
}

}  // namespace keymill::pipeline
