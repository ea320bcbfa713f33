#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/client.h"
#include "sigv4/sign.h"

namespace keymill::tools {

/// What came back: the HTTP status, AWS's error code if it is an error, and the body.
struct Answer {
  int status = 0;
  std::string code;
  std::string body;
  /// "200", or "403 InvalidAccessKeyId".
  std::string summary() const;
  /// Text of the first element of that name in an XML body; empty if there is none. For answers of a known shape.
  std::string element(std::string_view name) const;
};

/// Signs requests with one access key, with the server's own signing code, and sends them over one connection.
class AwsClient {
 public:
  /// `endpoint`: "http://HOST:PORT". Throws std::invalid_argument for another form.
  AwsClient(std::string_view endpoint, std::string region, sigv4::Credentials credentials);

  Answer s3(std::string_view method, std::string path, std::string query = {}, std::string body = {},
            std::vector<sigv4::HeaderLine> headers = {});
  /// IAM or STS: POSTs the form Action=…&Version=… with these parameters.
  Answer query(std::string_view service, std::string_view action,
               const std::vector<std::pair<std::string, std::string>>& parameters = {});
  /// Keymill's own API: `path` begins below /_keymill/v1; `body` is JSON or empty.
  Answer control(std::string_view method, std::string_view path, std::string_view body = {});
  /// GETs an object by a presigned URL.
  Answer presigned_get(std::string path, std::int64_t expires_seconds);
  sigv4::Credentials& credentials() { return credentials_; }
  /// From now on requests are signed as if this clock were fast, for a server whose clock was moved.
  void set_clock_ahead(std::int64_t seconds) { clock_ahead_ = seconds; }

 private:
  Answer send(const sigv4::SignRequest& request, const std::vector<sigv4::HeaderLine>& added, std::string_view body);
  sigv4::Signing signing(std::string_view service) const;

  std::string host_;  // with port
  std::string region_;
  sigv4::Credentials credentials_;
  std::int64_t clock_ahead_ = 0;  // seconds
  http::Client client_;
};

}  // namespace keymill::tools
