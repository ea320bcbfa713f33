#pragma once

#include <string>

#include "server/s3/handlers.h"

namespace keymill::s3 {

/// What to answer with an object.
struct Retrieval {
  const std::string& key;  ///< the caller's
  bool with_body = true;   ///< false: HEAD
  int error_status = 0;    ///< if not 0, the object explains this error: it is sent whole, whatever the request asks
};
/// GetObject's answer for a caller that may have it. Errors: those of RequireObject, conditions and ranges.
Answer Retrieve(Call& call, Retrieval what);

}  // namespace keymill::s3
