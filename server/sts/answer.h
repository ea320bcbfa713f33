#pragma once

#include <utility>

#include "server/aws/query_result.h"
#include "server/http/response.h"
#include "server/pipeline/call.h"

namespace keymill::sts {

inline constexpr std::string_view kXmlNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The answer of the operation that `call` runs; `write(XmlWriter&)` fills its result element.
template <class Write>
http::Response Answer(const pipeline::Call& call, Write&& write) {
  http::Response response(200);
  response.body(
      aws::QueryResult(call.route().operation->name, kXmlNamespace, call.request_id(), std::forward<Write>(write)),
      "text/xml");
  return response;
}

}  // namespace keymill::sts
