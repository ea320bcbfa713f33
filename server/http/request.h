#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigv4/request_view.h"

namespace keymill::http {

/// The head of a request. Views point into the session's buffers and live until the response has been sent.
struct Request {
  std::string_view method;
  std::string_view raw_path;   ///< percent-encoded, starts with '/' (an absolute-form target is cut down to its path)
  std::string_view raw_query;  ///< without '?'
  std::span<const sigv4::Header> headers;
  std::string_view host;         ///< Host as sent, with its port; empty if absent
  std::string_view peer;         ///< client address without port
  bool secure = false;           ///< came over TLS
  std::string_view tls_version;  ///< "1.2" or "1.3"; empty without TLS
  bool chunked = false;          ///< Transfer-Encoding: chunked
  std::optional<std::uint64_t> content_length;
  std::size_t head_size = 0;  ///< bytes of request line and header section on the wire

  /// First value of a header, compared case-insensitively (`name` in lower case); nullopt if absent.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The same, empty if absent.
  std::string_view header_or_empty(std::string_view name) const { return header(name).value_or(std::string_view{}); }
  sigv4::RequestView view() const { return {method, raw_path, raw_query, headers}; }
};

/// ASCII case-insensitive equality, as header names need it.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace keymill::http
