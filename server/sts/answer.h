#pragma once

#include <utility>

#include "server/pipeline/query_answer.h"

namespace keymill::sts {

inline constexpr std::string_view kXmlNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The answer of the operation that `call` runs; `write(XmlWriter&)` fills its result element.
template <class Write>
http::Response Answer(const pipeline::Call& call, Write&& write) {
  return pipeline::QueryAnswer(call, kXmlNamespace, std::forward<Write>(write));
}

}  // namespace keymill::sts
