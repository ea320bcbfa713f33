#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/body.h"

namespace keymill::http {

/// A response: status, header fields and either a body in memory or a source of a known length.
/// Fields that the session adds itself: Date, Server, x-amz-request-id, x-amz-id-2, Content-Length, Connection.
class Response {
 public:
  explicit Response(int status = 200) : status_(status) {}

  /// Adds a field. Control characters in the value are replaced by spaces: no response splitting.
  Response& header(std::string_view name, std::string_view value);
  Response& header(std::string_view name, std::uint64_t value);
  Response& body(std::string bytes, std::string_view content_type);
  /// Bytes that `owner` keeps alive.
  Response& body(std::shared_ptr<const void> owner, std::string_view bytes);
  /// `length` bytes from `source`.
  Response& stream(std::uint64_t length, BodySource source);
  /// For answers to HEAD: Content-Length as if there were a body.
  Response& length_only(std::uint64_t length);
  Response& close() {
    close_ = true;
    return *this;
  }

  int status() const { return status_; }
  const std::string& header_block() const { return headers_; }
  std::string_view bytes() const { return bytes_owner_ ? shared_bytes_ : std::string_view(bytes_); }
  BodySource& source() { return source_; }
  std::uint64_t length() const { return length_; }
  bool has_source() const { return static_cast<bool>(source_); }
  bool wants_close() const { return close_; }

 private:
  int status_;
  std::string headers_;  // "Name: value\r\n" each
  std::string bytes_;
  std::shared_ptr<const void> bytes_owner_;
  std::string_view shared_bytes_;  // instead of bytes_, if it has an owner
  BodySource source_;
  std::uint64_t length_ = 0;
  bool close_ = false;
};

}  // namespace keymill::http
