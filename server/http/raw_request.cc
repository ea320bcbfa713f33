#include "server/http/raw_request.h"

#include <stdexcept>

#include "server/http/head_parser.h"

namespace keymill::http {
namespace {

// The head with CRLF line ends, and where the body starts in the text.
std::pair<std::string, std::size_t> NormalisedHead(const std::string& text) {
  std::string head;
  std::size_t at = 0;
  while (at < text.size()) {
    auto end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string_view line(text.data() + at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = std::min(end + 1, text.size());
    head.append(line).append("\r\n");
    if (line.empty()) return {std::move(head), at};
  }
  head.append("\r\n");  // a file without the empty line: a request without a body
  return {std::move(head), text.size()};
}

}  // namespace

struct RawRequest::Impl {
  std::string text;
  Workspace workspace;
  Request request;
  std::string_view body;
};

RawRequest::RawRequest(std::string text) : impl_(std::make_unique<Impl>()) {
  impl_->text = std::move(text);
  auto [head, body_at] = NormalisedHead(impl_->text);
  HeadParser parser(impl_->workspace, 1 << 20);
  ErrorCode ec;
  parser.put(asio::buffer(head), ec);
  if (ec || !parser.is_header_done()) {
    throw std::invalid_argument("this is not an HTTP request: " +
                                (ec ? ec.message() : std::string("its head is not complete")));
  }
  auto& request = impl_->request;
  request.method = parser.method();
  request.headers = impl_->workspace.headers;
  auto target = parser.target();
  auto mark = target.find('?');
  request.raw_path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.raw_query = target.substr(mark + 1);
  request.host = request.header_or_empty("host");
  impl_->body = std::string_view(impl_->text).substr(body_at);
  if (auto length = parser.length(); length && *length < impl_->body.size()) {
    impl_->body = impl_->body.substr(0, static_cast<std::size_t>(*length));  // an editor's last line feed
  }
}

RawRequest::~RawRequest() = default;
const Request& RawRequest::request() const {
  return impl_->request;
}
std::string_view RawRequest::body() const {
  return impl_->body;
}

}  // namespace keymill::http
