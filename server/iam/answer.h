#pragma once

#include <utility>

#include "server/pipeline/query_answer.h"

namespace keymill::iam {

inline constexpr std::string_view kXmlNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The answer of the operation that `call` runs; `write(XmlWriter&)` fills its result element.
template <class Write>
http::Response Answer(const pipeline::Call& call, Write&& write) {
  return pipeline::QueryAnswer(call, kXmlNamespace, std::forward<Write>(write));
}

/// For operations without a result.
inline http::Response Answer(const pipeline::Call& call) {
  return pipeline::QueryAnswer(call, kXmlNamespace);
}

/// One commit of `change(store::Txn&) -> Result<…>`, answered without a result.
template <class Change>
Task<Result<http::Response>> CommitThenAnswer(pipeline::Call& call, Change& change) {
  auto done = co_await call.commit(change);
  if (!done) co_return done.error();
  co_return Answer(call);
}

}  // namespace keymill::iam
