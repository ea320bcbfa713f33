#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigv4/sign.h"
#include "tests/server/test_server.h"

/// What the server must refuse, and how: a table of requests that are wrong in one way each, by the facts of AWS's own
/// behaviour. The rows stand in refusal_*.cc, one file for each way of carrying a signature.
namespace keymill::test {

/// A request as it goes on the wire.
struct Wire {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  bool http_chunks = false;  ///< Transfer-Encoding: chunked, in several chunks

  Wire with(std::string name, std::string value) &&;  ///< one more header
  Wire set(std::string_view name, std::string value) &&;
  Wire without(std::string_view name) &&;
  /// Changes text within a header's value; the header "" is the target. The text must be there.
  Wire change(std::string_view name, std::string_view from, std::string_view to) &&;
  Wire as(std::string new_method) &&;
};

struct Reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string header(std::string_view name) const;
};

/// The server under test, with the bucket `matrix-bucket`, and who asks.
struct World {
  const TestServer& server;
  sigv4::Credentials credentials{TestServer::kRootId, TestServer::kRootSecret};
  sigv4::Credentials session{}, other_session{}, expired_session{};  ///< for SessionRefusals and QuerySessionRefusals

  Reply send(const Wire& wire) const;
  sigv4::Signing signing(std::string service = "s3", std::int64_t seconds_from_now = 0) const;
};

/// A request to be signed, right unless a row changes it.
struct Draft {
  explicit Draft(const World& w) : world(w), credentials(w.credentials), signing(w.signing()) {
    request.path = "/matrix-bucket/k";
    request.headers = {{"Host", w.server.host()}};
  }
  Wire sign() const;        ///< Authorization header
  Wire presign() const;     ///< query, for `expires` seconds
  Wire sign_v2() const;     ///< with the Date header of signing.time
  Wire presign_v2() const;  ///< until signing.time + expires
  Wire plain() const;       ///< without a signature
  Wire wire(const std::string& query, const std::vector<sigv4::HeaderLine>& added) const;

  const World& world;
  sigv4::SignRequest request;
  sigv4::Credentials credentials;
  sigv4::Signing signing;
  std::int64_t expires = 300;
  std::string body;
};

inline constexpr const char* kAnyMessage = "*";

/// One row.
struct Refusal {
  std::string_view what;
  Wire (*make)(const World&);
  int status;
  std::string_view code;
  std::string message = kAnyMessage;       ///< exactly; with a final '*' only how it begins
  std::vector<std::string_view> extras{};  ///< S3: the elements between Message and RequestId, in order
  bool declaration = true;                 ///< S3: the document begins with an XML declaration
  bool v4_only = false;                    ///< of an endpoint that takes no signature version 2
};

std::span<const Refusal> HeaderRefusals();
std::span<const Refusal> OrderOfRefusals();
std::span<const Refusal> PresignedRefusals();
std::span<const Refusal> PayloadRefusals();
std::span<const Refusal> StreamingRefusals();
/// Uploads of 20000 times `a`, one of every kind of chunks, that are right.
std::vector<Wire> RightStreams(const World& w);
std::span<const Refusal> FormRefusals();
std::span<const Refusal> TokenRefusals();
std::span<const Refusal> SessionRefusals();
std::span<const Refusal> QuerySessionRefusals();
std::span<const Refusal> QueryServiceRefusals();

}  // namespace keymill::test
