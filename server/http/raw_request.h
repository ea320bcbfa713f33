#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/http/request.h"

namespace keymill::http {

/// A request as it stands in a file, parsed by the rules of the server. Lines may end in LF alone, as editors save
/// them; the body is everything behind the empty line.
class RawRequest {
 public:
  /// Throws std::invalid_argument that says what is malformed.
  explicit RawRequest(std::string text);
  ~RawRequest();
  const Request& request() const;
  std::string_view body() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::http
