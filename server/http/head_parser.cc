#include "server/http/head_parser.h"

namespace keymill::http {

namespace beast_http = boost::beast::http;

HeadParser::HeadParser(Workspace& workspace, std::size_t max_head) : workspace_(workspace) {
  header_limit(static_cast<std::uint32_t>(max_head));
  body_limit(boost::none);
  eager(false);
  workspace_.text.clear();
  workspace_.fields.clear();
  workspace_.headers.clear();
}

HeadParser::Range HeadParser::keep(Text text) {
  Range range{workspace_.text.size(), text.size()};
  workspace_.text.append(text.data(), text.size());
  return range;
}

void HeadParser::on_request_impl(beast_http::verb, Text method, Text target, int version, ErrorCode& ec) {
  if (target.empty()) ec = beast_http::error::bad_target;
  method_ = keep(method);
  target_ = keep(target);
  version_ = version;
}

void HeadParser::on_field_impl(beast_http::field, Text name, Text value, ErrorCode&) {
  if (head_done_) return;  // trailer fields of the chunked framing: AWS's clients send none
  Range kept_name = keep(name);
  workspace_.fields.emplace_back(kept_name, keep(value));
}

void HeadParser::on_header_impl(ErrorCode&) {
  head_done_ = true;
  for (const auto& [name, value] : workspace_.fields) workspace_.headers.push_back({view(name), view(value)});
}

std::size_t HeadParser::on_chunk_body_impl(std::uint64_t, Text body, ErrorCode&) {
  piece_ = {body.data(), body.size()};
  return body.size();
}

}  // namespace keymill::http
