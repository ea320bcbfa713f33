#pragma once

// Asio as this directory uses it; included by its .cc files only.

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/http/runtime.h"
#include "server/http/server.h"
#include "server/http/tls.h"
#include "sigv4/request_view.h"

namespace keymill::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// Buffers of one request in progress; idle connections hold none.
struct Workspace {
  struct Range {
    std::size_t offset = 0, size = 0;
  };
  std::vector<char> in;  // bytes off the wire: [begin, end) is not consumed yet
  std::size_t begin = 0, end = 0;
  std::string text;                             // header names and values, contiguous
  std::vector<std::pair<Range, Range>> fields;  // name and value, in text
  std::vector<sigv4::Header> headers;           // views into text
  std::string out;                              // response head
};

class Session;

struct IoThread::Impl {
  explicit Impl(const ServerOptions& server_options, Application& app)
      : options(server_options), application(app), handle(*this) {}

  const ServerOptions& options;
  Application& application;
  asio::io_context io{1};
  IoThread handle;
  std::thread thread;

  // Resumptions from other threads, collected so that a group of them costs one wake-up.
  std::mutex mutex;
  std::vector<std::coroutine_handle<>> ready;
  std::vector<std::coroutine_handle<>> running;

  // Only this thread touches what follows.
  std::vector<std::unique_ptr<Workspace>> spare;
  Session* sessions = nullptr;  // intrusive list
  std::uint64_t tick = 0;       // seconds since start, for deadlines
  asio::steady_timer ticker{io};
  bool draining = false;

  void run();
  void drain_ready();
  void start_ticker();
  std::unique_ptr<Workspace> borrow();
  void give_back(std::unique_ptr<Workspace> workspace);
  void begin_drain();
  void abort_sessions();
};

/// Takes over a connected socket (`tls`: nullptr for plain HTTP); deletes itself when the connection ends.
void StartSession(IoThread::Impl& thread, tcp::socket socket, const TlsContext* tls);

}  // namespace keymill::http
