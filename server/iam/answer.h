#pragma once

#include <utility>

#include "server/aws/query_result.h"
#include "server/http/response.h"
#include "server/pipeline/call.h"

namespace keymill::iam {

inline constexpr std::string_view kXmlNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The answer of the operation that `call` runs; `write(XmlWriter&)` fills its result element.
template <class Write>
http::Response Answer(const pipeline::Call& call, Write&& write) {
  http::Response response(200);
  response.body(
      aws::QueryResult(call.route().operation->name, kXmlNamespace, call.request_id(), std::forward<Write>(write)),
      "text/xml");
  return response;
}

/// For operations without a result.
inline http::Response Answer(const pipeline::Call& call) {
  http::Response response(200);
  response.body(aws::QueryResult(call.route().operation->name, kXmlNamespace, call.request_id()), "text/xml");
  return response;
}

/// One commit of `change(store::Txn&) -> Result<…>`, answered without a result.
template <class Change>
Task<Result<http::Response>> CommitThenAnswer(pipeline::Call& call, Change& change) {
  auto done = co_await call.commit(change);
  if (!done) co_return done.error();
  co_return Answer(call);
}

}  // namespace keymill::iam
