#pragma once

#include <span>
#include <string_view>

namespace keymill::sigv4 {

/// One header field as it arrived: the name in the client's case, the value without surrounding white space.
struct Header {
  std::string_view name;
  std::string_view value;
};

/// An HTTP request as signature code sees it. Owns nothing: every view must outlive the call it is passed to.
struct RequestView {
  std::string_view method;          ///< as sent, for example "GET"
  std::string_view raw_path;        ///< the target up to '?', still percent-encoded, starts with '/'
  std::string_view raw_query;       ///< the target after '?', still percent-encoded, without the '?'
  std::span<const Header> headers;  ///< in arrival order, repeated names kept
};

}  // namespace keymill::sigv4
