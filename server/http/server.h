#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/http/body.h"
#include "server/http/request.h"
#include "server/http/response.h"
#include "server/task.h"

namespace keymill::http {

class TlsContext;

/// What the HTTP layer could not even parse, or would not wait for.
enum class Malformed : std::uint8_t { kSyntax, kHeadTooLarge, kTimeout };

/// The application behind the sockets. Called on I/O threads, concurrently.
class Application {
 public:
  virtual ~Application() = default;
  /// Answers one request. Must not throw anything but Disconnected.
  virtual Task<Response> handle(const Request& request, BodyStream& body) = 0;
  /// The answer to something that is not a request; the connection closes after it.
  virtual Response refuse(Malformed reason) = 0;
};

struct Timeouts {
  std::chrono::seconds idle{75};   ///< a kept-alive connection without a request
  std::chrono::seconds head{20};   ///< first to last byte of a request's head
  std::chrono::seconds stall{30};  ///< no progress while a body is read or a response written
};

struct ServerOptions {
  std::vector<std::string> listen;      ///< "host:port", "[v6]:port"; port 0 = any
  std::vector<std::string> tls_listen;  ///< the same for HTTPS
  const TlsContext* tls = nullptr;      ///< for tls_listen; outlives the server
  unsigned threads = 0;                 ///< 0 = one per core
  std::size_t max_head = 64 << 10;      ///< bytes of request line and headers before the connection is refused
  Timeouts timeouts;
};

/// A listening address could not be understood or bound; the text names it and says why.
struct ListenError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The sockets and the I/O threads. N io_contexts with one thread each; a connection lives on one of them for good.
class Server {
 public:
  Server(const ServerOptions& options, Application& application);  ///< binds; throws ListenError; ignores SIGPIPE
  ~Server();
  /// "http://127.0.0.1:41234", with the port that was bound; those of HTTPS last.
  std::vector<std::string> endpoints() const;
  void start();  ///< accepts from now on
  /// Stops accepting, lets running requests finish until `grace` is over, then closes what is left. Blocks.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::http
