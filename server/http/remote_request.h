#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/client.h"
#include "server/task.h"

namespace keymill::http {

/// Which addresses a request may go to. It is the addresses that a name resolves to that count, so that a name which
/// somebody else controls cannot lead into networks that are closed to him.
enum class Reach : std::uint8_t { kLoopback, kAnywhere };

/// One request of ours to another server.
struct RemoteRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Host and Content-Length are added
  std::string body;
  std::chrono::milliseconds timeout{5000};  ///< for all of it: name, connection, TLS, answer
  std::size_t most = 1 << 20;               ///< bytes of the answer's body
  Reach reach = Reach::kAnywhere;
  std::filesystem::path trust = {};  ///< authorities (PEM) beside the system's
  /// SHA-1 of certificates in hex: a server's chain that leads to one of them is trusted as if the system did.
  std::vector<std::string> thumbprints = {};
  std::function<bool()> abandoned = nullptr;  ///< asked ten times a second: true ends it with ClientError
};

/// Neither an authority nor a thumbprint vouches for the server.
struct UntrustedCertificate : ClientError {
  using ClientError::ClientError;
};

/// Sends a request on a connection of its own, from an I/O thread and without blocking it, and gives the answer,
/// whatever its status; redirects are not followed. With https, the certificate must be valid for the URL's host.
/// Throws ClientError with the reason in words: not a URL, out of reach, no connection, no trust
/// (UntrustedCertificate), too late, too large. The request must stay in place.
Task<ClientResponse> Send(const RemoteRequest& request);

/// The same for threads that may wait; never on an I/O thread.
ClientResponse SendRemote(const RemoteRequest& request);

}  // namespace keymill::http
