#pragma once

// Included by this directory's .cc files only.

#include <string>

#include "server/http/connection.h"
#include "server/http/response.h"

namespace keymill::http {

/// What the connection adds to a response.
struct ResponseFraming {
  std::uint64_t tick;  ///< of the thread: Date is made once in each
  bool keep_alive;
  bool http10;     ///< the request was HTTP/1.0
  bool head_only;  ///< the answer to HEAD
};

/// Sends a response; `out` is a buffer for its head. Throws Disconnected, also if a source ends before its length.
Task<> WriteResponse(Connection& connection, Response& response, const ResponseFraming& framing, std::string& out);

}  // namespace keymill::http
