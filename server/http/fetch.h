#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/http/url.h"
#include "server/task.h"

namespace keymill::http {

struct FetchOptions {
  std::chrono::milliseconds timeout{3000};  ///< for everything after the name has been looked up
  std::size_t limit = 256 << 10;            ///< of the body, in octets
  /// SHA-1 of certificates in hex: a server's chain that leads to one of them is trusted as if the system did.
  std::vector<std::string> thumbprints;
};

/// There is no answer to be had: the text says why.
struct FetchFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct FetchedPage {
  int status = 0;
  std::string body;
};

/// One GET on a connection of its own, on the calling I/O thread and without blocking it. Follows no redirects. https
/// asks for a certificate of this host that the system's authorities (SSL_CERT_FILE) or a thumbprint vouch for.
/// Throws FetchFailed.
Task<FetchedPage> Fetch(const Url& url, const FetchOptions& options);

}  // namespace keymill::http
