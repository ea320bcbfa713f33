#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::http {

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// First value of a header, any case; empty if absent.
  std::string_view header(std::string_view name) const;
};

/// The server cannot be reached or broke the connection.
struct ClientError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blocking HTTP client for tools and tests: one kept-alive connection, opened again when the server has closed it.
class Client {
 public:
  Client(std::string host, std::string port);
  ~Client();
  /// Sends exactly these header fields; adds Content-Length. Throws ClientError.
  ClientResponse send(std::string_view method, std::string_view target,
                      const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::http
