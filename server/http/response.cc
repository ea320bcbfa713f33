#include "server/http/response.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace keymill::http {

namespace {

constexpr bool IsControl(char c) {
  return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
}

/// Whether any of eight bytes may be a control character; also true of some that are not, those beyond ASCII.
constexpr bool MayHoldControl(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t below_space = eight - kEach * ' ';
  const std::uint64_t deletes = (eight ^ kEach * 0x7f) - kEach;
  return ((below_space | deletes | eight) & kEach * 0x80) != 0;
}

void ReplaceControls(char* begin, char* end) {
  for (std::uint64_t eight = 0; end - begin >= 8; begin += 8) {
    std::memcpy(&eight, begin, 8);
    if (MayHoldControl(eight)) break;
  }
  for (; begin != end; ++begin) {
    if (IsControl(*begin)) *begin = ' ';
  }
}

}  // namespace

Response& Response::header(std::string_view name, std::string_view value) {
  if (headers_.empty()) headers_.reserve(768);
  const std::size_t start = headers_.size() + name.size() + 2;
  headers_.resize(start + value.size() + 2);
  char* const field = headers_.data() + start - name.size() - 2;
  std::memcpy(field, name.data(), name.size());
  std::memcpy(field + name.size(), ": ", 2);
  char* const begin = headers_.data() + start;
  std::copy(value.begin(), value.end(), begin);
  ReplaceControls(begin, begin + value.size());
  std::memcpy(begin + value.size(), "\r\n", 2);
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

Response& Response::body(std::shared_ptr<const void> owner, std::string_view bytes) {
  bytes_owner_ = std::move(owner);
  shared_bytes_ = bytes;
  length_ = bytes.size();
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
