#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::aws {

/// One AWS error as the services document it: code, HTTP status and the usual message. Each is one constexpr line next
/// to the service that raises it.
struct ErrorKind {
  std::string_view code;
  int status;
  std::string_view message;
};

/// A refusal on its way to the client: a kind, its message for this case and the extra elements in wire order.
class Error {
 public:
  Error(const ErrorKind& kind)  // NOLINT: an ErrorKind is an Error without details
      : code_(kind.code), status_(kind.status), message_(kind.message) {}
  Error(const ErrorKind& kind, std::string message)
      : code_(kind.code), status_(kind.status), message_(std::move(message)) {}

  /// Adds an extra element after Message, in the order of the calls.
  Error& with(std::string_view name, std::string value) & {
    details_.emplace_back(name, std::move(value));
    return *this;
  }
  Error&& with(std::string_view name, std::string value) && { return std::move(with(name, std::move(value))); }
  /// Adds a response header.
  Error& with_header(std::string_view name, std::string value) & {
    headers_.emplace_back(name, std::move(value));
    return *this;
  }
  Error&& with_header(std::string_view name, std::string value) && {
    return std::move(with_header(name, std::move(value)));
  }
  /// AWS answers this one with a status and nothing else (a malformed target, for instance).
  Error&& without_body() && {
    bodiless_ = true;
    return std::move(*this);
  }

  std::string_view code() const { return code_; }
  int status() const { return status_; }
  const std::string& message() const { return message_; }
  bool bodiless() const { return bodiless_; }
  const std::vector<std::pair<std::string_view, std::string>>& details() const { return details_; }
  const std::vector<std::pair<std::string_view, std::string>>& headers() const { return headers_; }

 private:
  std::string_view code_;  // points at constexpr data
  int status_;
  std::string message_;
  std::vector<std::pair<std::string_view, std::string>> details_;
  std::vector<std::pair<std::string_view, std::string>> headers_;
  bool bodiless_ = false;
};

}  // namespace keymill::aws
