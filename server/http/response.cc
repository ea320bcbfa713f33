#include "server/http/response.h"

#include <charconv>

namespace keymill::http {

Response& Response::header(std::string_view name, std::string_view value) {
  if (headers_.empty()) headers_.reserve(512);
  headers_.append(name).append(": ");
  const std::size_t start = headers_.size();
  headers_.append(value);
  for (char* c = headers_.data() + start; c != headers_.data() + headers_.size(); ++c) {
    if ((*c >= 0 && *c < ' ' && *c != '\t') || *c == 0x7f) *c = ' ';
  }
  headers_.append("\r\n");
  return *this;
}

Response& Response::header(std::string_view name, std::uint64_t value) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return header(name, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

Response& Response::body(std::string bytes, std::string_view content_type) {
  bytes_ = std::move(bytes);
  length_ = bytes_.size();
  if (!content_type.empty()) header("Content-Type", content_type);
  return *this;
}

Response& Response::stream(std::uint64_t length, BodySource source) {
  length_ = length;
  source_ = std::move(source);
  return *this;
}

Response& Response::length_only(std::uint64_t length) {
  length_ = length;
  return *this;
}

}  // namespace keymill::http
