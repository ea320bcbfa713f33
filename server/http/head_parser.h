#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

#include "server/http/io.h"

namespace keymill::http {

/// Beast's parser writing into a Workspace instead of a fields container: no allocation once the buffers have grown.
/// Parses one request head, then, for a chunked body, its framing. Bodies with a length are read past it.
class HeadParser final : public boost::beast::http::basic_parser<true> {
 public:
  HeadParser(Workspace& workspace, std::size_t max_head);

  std::string_view method() const { return view(method_); }
  std::string_view target() const { return view(target_); }
  int minor_version() const { return version_ % 10; }
  /// Content-Length, once the head is done.
  std::optional<std::uint64_t> length() const {
    auto length = content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }
  /// The chunk bytes that the last put() passed over; they lie in the input given to it.
  std::string_view take_piece() { return std::exchange(piece_, {}); }

 private:
  using Base = boost::beast::http::basic_parser<true>;
  using Text = boost::beast::string_view;
  using Range = Workspace::Range;

  Range keep(Text text);
  std::string_view view(Range r) const { return std::string_view(workspace_.text).substr(r.offset, r.size); }

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode& ec) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode& ec) override;
  void on_header_impl(ErrorCode&) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode&) override;
  void on_finish_impl(ErrorCode&) override {}

  Workspace& workspace_;
  Range method_, target_;
  int version_ = 11;
  bool head_done_ = false;
  std::string_view piece_;
};

}  // namespace keymill::http
