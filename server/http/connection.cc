#include "server/http/connection.h"

#include <cerrno>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace keymill::http {
namespace {

// Below this, copying costs less than handing pages over.
constexpr std::size_t kSpliceFrom = 64 << 10;
constexpr int kPipeBytes = 1 << 20;
constexpr std::size_t kTlsRecord = 16 << 10;

constexpr std::string_view kPlainOnTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 54\r\nConnection: close\r\n\r\n"
    "This port speaks HTTPS, and the request is plain HTTP\n";

}  // namespace

// Waits until the socket is ready, resuming on this thread. False if the wait was cancelled (deadline, shutdown).
struct Connection::Wait {
  tcp::socket& socket;
  tcp::socket::wait_type type;
  ErrorCode ec{};
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    socket.async_wait(type, [this, coroutine](ErrorCode result) {
      ec = result;
      coroutine.resume();
    });
  }
  bool await_resume() const noexcept { return !ec; }
};

// The pipe through which pages of files go to a socket. A broken transfer may leave pages in it, so it never outlives
// its connection.
struct Connection::Pipe {
  int out = -1, in = -1;
  static std::unique_ptr<Pipe> Open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return nullptr;
    auto pipe = std::make_unique<Pipe>();
    pipe->out = ends[0];
    pipe->in = ends[1];
    ::fcntl(pipe->in, F_SETPIPE_SZ, kPipeBytes);
    return pipe;
  }
  ~Pipe() {
    ::close(out);
    ::close(in);
  }
};

// OpenSSL reads and writes the socket itself: that socket does not block, so "not ready" comes back as an error that
// says what to wait for, as it does from the plain calls.
struct Connection::Tls {
  SSL* ssl;
  std::string gathered;  // a head and a small body, so that they travel in one record
  bool ready = false;    // the handshake is over and the connection is not broken

  Tls(const TlsContext& context, int descriptor) : ssl(SSL_new(context.native())) {
    if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
      SSL_free(ssl);
      throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl);
  }
  ~Tls() { SSL_free(ssl); }
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
};

Connection::Connection(IoThread::Impl& thread, tcp::socket socket, const TlsContext* tls)
    : thread_(thread), socket_(std::move(socket)) {
  ErrorCode ec;
  socket_.non_blocking(true, ec);
  socket_.set_option(tcp::no_delay(true), ec);
  if (auto remote = socket_.remote_endpoint(ec); !ec) peer_ = remote.address().to_string();
  if (tls != nullptr) tls_ = std::make_unique<Tls>(*tls, socket_.native_handle());
}

Connection::~Connection() = default;

std::string_view Connection::tls_version() const {
  if (!tls_) return {};
  return SSL_version(tls_->ssl) == TLS1_3_VERSION ? "1.3" : "1.2";
}

// Throws Disconnected unless the failed call can go on, after waiting for what it needs.
Task<> Connection::wait_for_tls(int result) {
  const int reason = SSL_get_error(tls_->ssl, result);
  if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
    tls_->ready = false;
    throw Disconnected{};
  }
  Wait wait{socket_, reason == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write};
  const bool ready = co_await wait;
  if (!ready) throw Disconnected{};
}

Task<bool> Connection::handshake() {
  if (!tls_) co_return true;
  set_deadline(thread_.options.timeouts.head);
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_->ssl);
    if (result == 1) break;
    const bool plain =
        ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
    if (plain) {
      ErrorCode ignored;
      socket_.write_some(asio::buffer(kPlainOnTls), ignored);
      co_return false;
    }
    co_await wait_for_tls(result);
  }
  clear_deadline();
  tls_->ready = true;
  co_return true;
}

Task<bool> Connection::wait_readable() {
  if (tls_ && SSL_has_pending(tls_->ssl) == 1) co_return true;
  Wait wait{socket_, tcp::socket::wait_read};
  const bool readable = co_await wait;
  co_return readable;
}

Task<std::size_t> Connection::read_some(char* to, std::size_t room) {
  for (;;) {
    if (tls_) {
      std::size_t got = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(tls_->ssl, to, room, &got);
      if (result == 1) co_return got;
      if (SSL_get_error(tls_->ssl, result) == SSL_ERROR_ZERO_RETURN) co_return 0;
      co_await wait_for_tls(result);
      continue;
    }
    ErrorCode ec;
    auto got = socket_.read_some(asio::buffer(to, room), ec);
    if (!ec) co_return got;
    if (ec == asio::error::eof) co_return 0;
    if (ec != asio::error::would_block && ec != asio::error::try_again) throw Disconnected{};
    Wait wait{socket_, tcp::socket::wait_read};
    if (!co_await wait) throw Disconnected{};
  }
}

Task<> Connection::wait_to_write() {
  set_deadline(thread_.options.timeouts.stall);
  Wait wait{socket_, tcp::socket::wait_write};
  const bool writable = co_await wait;
  clear_deadline();
  if (!writable) throw Disconnected{};
}

Task<> Connection::write_all(std::array<asio::const_buffer, 2> buffers) {
  if (tls_) {
    if (buffers[0].size() + buffers[1].size() <= kTlsRecord && buffers[1].size() > 0) {
      tls_->gathered.assign(static_cast<const char*>(buffers[0].data()), buffers[0].size());
      tls_->gathered.append(static_cast<const char*>(buffers[1].data()), buffers[1].size());
      buffers = {asio::buffer(tls_->gathered), asio::const_buffer()};
    }
    for (const auto& buffer : buffers) co_await write_tls(buffer);
    co_return;
  }
  while (buffers[0].size() + buffers[1].size() > 0) {
    ErrorCode ec;
    auto sent = socket_.write_some(buffers, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      co_await wait_to_write();
      continue;
    }
    if (ec) throw Disconnected{};
    auto first = std::min(sent, buffers[0].size());
    buffers[0] += first;
    buffers[1] += sent - first;
  }
}

Task<> Connection::write_tls(asio::const_buffer buffer) {
  while (buffer.size() > 0) {
    std::size_t sent = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(tls_->ssl, buffer.data(), buffer.size(), &sent);
    if (result == 1) {
      buffer += sent;
      continue;
    }
    set_deadline(thread_.options.timeouts.stall);
    co_await wait_for_tls(result);
    clear_deadline();
  }
}

// Pages pass by reference through a pipe into the socket.
Task<> Connection::write_pages(Bytes bytes) {
  if (tls_ || bytes.size() < kSpliceFrom || (!pipe_ && !(pipe_ = Pipe::Open()))) {
    co_await write_all({asio::buffer(bytes.data(), bytes.size()), asio::const_buffer()});
    co_return;
  }
  std::size_t in_pipe = 0;
  while (!bytes.empty() || in_pipe > 0) {
    if (in_pipe == 0) {
      iovec pages{const_cast<std::byte*>(bytes.data()), bytes.size()};
      auto taken = ::vmsplice(pipe_->in, &pages, 1, SPLICE_F_NONBLOCK);
      if (taken <= 0) throw Disconnected{};
      in_pipe = static_cast<std::size_t>(taken);
      bytes = bytes.subspan(in_pipe);
    }
    const unsigned more = bytes.empty() ? 0 : SPLICE_F_MORE;
    auto sent = ::splice(pipe_->out, nullptr, socket_.native_handle(), nullptr, in_pipe, SPLICE_F_NONBLOCK | more);
    if (sent > 0) {
      in_pipe -= static_cast<std::size_t>(sent);
      continue;
    }
    if (sent == 0 || (errno != EAGAIN && errno != EINTR)) throw Disconnected{};
    co_await wait_to_write();
  }
}

void Connection::finish_sending() {
  ERR_clear_error();
  if (tls_ && tls_->ready) SSL_shutdown(tls_->ssl);
  ErrorCode ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Connection::finish() {
  finish_sending();
  ErrorCode ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
}

void Connection::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

void Connection::cancel() {
  ErrorCode ignored;
  socket_.cancel(ignored);
}

void Connection::set_deadline(std::chrono::seconds limit) {
  deadline_ = thread_.tick + static_cast<std::uint64_t>(limit.count()) + 1;
}

void Connection::check_deadline(std::uint64_t tick) {
  if (deadline_ == 0 || tick < deadline_) return;
  timed_out_ = true;
  deadline_ = 0;
  cancel();
}

}  // namespace keymill::http
