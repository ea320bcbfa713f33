#include "server/http/fetch.h"

#include <algorithm>
#include <array>

#include <boost/asio/connect.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "server/crypto/handles.h"
#include "server/http/io.h"
#include "server/http/request.h"
#include "sigv4/encoding.h"

namespace keymill::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::uint32_t kHeadLimit = 16 << 10;

using crypto::Freer;

/// Awaits one operation of Asio: `start(handler)` begins it.
template <class Start>
struct Operation {
  Start& start;
  ErrorCode ec{};
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    start([this, coroutine](ErrorCode result) {
      ec = result;
      coroutine.resume();
    });
  }
  ErrorCode await_resume() const noexcept { return ec; }
};

/// Made once, with the system's authorities, which are files.
SSL_CTX* ClientContext() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    if (made == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_default_verify_paths(made);
    return made;
  }();
  return context;
}

/// True if the host is a name, not an address.
bool ExpectHost(X509_VERIFY_PARAM* expected, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1) return false;
  X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
  return true;
}

bool Matches(X509* certificate, const std::vector<std::string>& thumbprints) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha1(), digest.data(), &size) != 1) return false;
  const std::string thumbprint = sigv4::hex({digest.data(), size});
  return std::any_of(thumbprints.begin(), thumbprints.end(),
                     [&](const std::string& known) { return EqualsIgnoreCase(known, thumbprint); });
}

/// Whether the server's chain leads to a certificate with one of the thumbprints, and is the host's and in date.
bool VouchedFor(SSL* ssl, const std::string& host, const std::vector<std::string>& thumbprints) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  std::unique_ptr<X509, Freer<X509_free>> leaf(SSL_get1_peer_certificate(ssl));
  std::unique_ptr<X509_STORE, Freer<X509_STORE_free>> trusted(X509_STORE_new());
  std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
  if (!leaf || !trusted || !check) return false;
  bool any = false;
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (!Matches(sk_X509_value(chain, i), thumbprints)) continue;
    any = X509_STORE_add_cert(trusted.get(), sk_X509_value(chain, i)) == 1 || any;
  }
  if (!any || X509_STORE_CTX_init(check.get(), trusted.get(), leaf.get(), chain) != 1) return false;
  X509_VERIFY_PARAM* expected = X509_STORE_CTX_get0_param(check.get());
  X509_VERIFY_PARAM_set_flags(expected, X509_V_FLAG_PARTIAL_CHAIN);
  ExpectHost(expected, host);
  return X509_verify_cert(check.get()) == 1;
}

/// One connection, for one answer.
class Exchange {
 public:
  Exchange(asio::io_context& io, const Url& url, const FetchOptions& options)
      : url_(url), options_(options), waits_(std::make_shared<Waits>(io)) {}
  ~Exchange() { waits_->timer.cancel(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Task<FetchedPage> run() {
    co_await connect();
    if (url_.secure) co_await shake_hands();
    const std::string request = "GET " + url_.target + " HTTP/1.1\r\nHost: " + url_.authority() +
                                "\r\nAccept: application/json\r\nUser-Agent: keymill\r\nConnection: close\r\n\r\n";
    co_await send(request);
    co_return co_await receive();
  }

 private:
  /// What the deadline ends: it outlives this object by the timer's last call.
  struct Waits {
    explicit Waits(asio::io_context& io) : socket(io), timer(io) {}
    tcp::socket socket;
    asio::steady_timer timer;
    bool expired = false;
  };

  [[noreturn]] void fail(const std::string& reason) const {
    throw FetchFailed(url_.authority() + ": " + (waits_->expired ? "no answer in time" : reason));
  }

  Task<> connect() {
    tcp::resolver resolver(waits_->socket.get_executor());
    tcp::resolver::results_type found;
    auto look_up = [&](auto done) {
      resolver.async_resolve(url_.host, url_.port, [&found, done](ErrorCode ec, tcp::resolver::results_type results) {
        found = std::move(results);
        done(ec);
      });
    };
    Operation<decltype(look_up)> looking_up{look_up};
    if (const ErrorCode ec = co_await looking_up) fail(ec.message());
    waits_->timer.expires_after(options_.timeout);
    waits_->timer.async_wait([waits = waits_](ErrorCode cancelled) {
      if (cancelled) return;
      waits->expired = true;
      ErrorCode ignored;
      waits->socket.cancel(ignored);
      waits->socket.close(ignored);
    });
    auto open = [&](auto done) {
      asio::async_connect(waits_->socket, found, [done](ErrorCode ec, const tcp::endpoint&) { done(ec); });
    };
    Operation<decltype(open)> opening{open};
    if (const ErrorCode ec = co_await opening) fail(ec.message());
    ErrorCode ec;
    waits_->socket.non_blocking(true, ec);
    if (ec) fail(ec.message());
  }

  Task<> wait(tcp::socket::wait_type what) {
    auto begin = [&](auto done) { waits_->socket.async_wait(what, done); };
    Operation<decltype(begin)> waiting{begin};
    if (const ErrorCode ec = co_await waiting) fail(ec.message());
    if (waits_->expired) fail({});
  }

  /// After a call of OpenSSL that could not finish.
  Task<> wait_for_tls(int result) {
    const int reason = SSL_get_error(ssl_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) fail("TLS failed");
    return wait(reason == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write);
  }

  Task<> shake_hands() {
    ssl_.reset(SSL_new(ClientContext()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), waits_->socket.native_handle()) != 1) throw std::bad_alloc();
    const bool named = ExpectHost(SSL_get0_param(ssl_.get()), url_.host);
    if (named) SSL_set_tlsext_host_name(ssl_.get(), url_.host.c_str());
    SSL_set_connect_state(ssl_.get());
    for (;;) {
      ERR_clear_error();
      const int result = SSL_do_handshake(ssl_.get());
      if (result == 1) break;
      co_await wait_for_tls(result);
    }
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict != X509_V_OK && !VouchedFor(ssl_.get(), url_.host, options_.thumbprints)) {
      fail(std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verdict));
    }
  }

  Task<> send(std::string_view text) {
    while (!text.empty()) {
      if (ssl_) {
        ERR_clear_error();
        const int result = SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
        if (result > 0) {
          text.remove_prefix(static_cast<std::size_t>(result));
        } else {
          co_await wait_for_tls(result);
        }
        continue;
      }
      ErrorCode ec;
      text.remove_prefix(waits_->socket.write_some(asio::buffer(text), ec));
      if (ec == asio::error::would_block) {
        co_await wait(tcp::socket::wait_write);
      } else if (ec) {
        fail(ec.message());
      }
    }
  }

  /// 0 = the end.
  Task<std::size_t> read_some(std::array<char, 8192>& to) {
    for (;;) {
      if (ssl_) {
        ERR_clear_error();
        const int result = SSL_read(ssl_.get(), to.data(), static_cast<int>(to.size()));
        if (result > 0) co_return static_cast<std::size_t>(result);
        if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) co_return 0;
        co_await wait_for_tls(result);
        continue;
      }
      ErrorCode ec;
      const std::size_t size = waits_->socket.read_some(asio::buffer(to), ec);
      if (!ec) co_return size;
      if (ec == asio::error::eof) co_return 0;
      if (ec != asio::error::would_block) fail(ec.message());
      co_await wait(tcp::socket::wait_read);
    }
  }

  Task<FetchedPage> receive() {
    beast_http::response_parser<beast_http::string_body> parser;
    parser.eager(true);
    parser.header_limit(kHeadLimit);
    parser.body_limit(options_.limit);
    std::array<char, 8192> piece;
    std::string unread;
    while (!parser.is_done()) {
      const std::size_t size = co_await read_some(piece);
      ErrorCode ec;
      if (size == 0) {
        parser.put_eof(ec);
        if (ec || !parser.is_done()) fail("it hung up");
        break;
      }
      unread.append(piece.data(), size);
      unread.erase(0, parser.put(asio::buffer(unread), ec));
      if (ec && ec != beast_http::error::need_more) fail(ec.message());
    }
    auto message = parser.release();
    co_return FetchedPage{static_cast<int>(message.result_int()), std::move(message.body())};
  }

  const Url& url_;
  const FetchOptions& options_;
  std::shared_ptr<Waits> waits_;
  std::unique_ptr<SSL, Freer<SSL_free>> ssl_;  // does not own the socket
};

}  // namespace

Task<FetchedPage> Fetch(const Url& url, const FetchOptions& options) {
  if (url.secure) {
    auto load_authorities = [] { ClientContext(); };
    co_await Blocking(load_authorities);
  }
  Exchange exchange(IoThread::current().impl().io, url, options);
  co_return co_await exchange.run();
}

}  // namespace keymill::http
