#include "server/http/remote_request.h"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "server/crypto/handles.h"
#include "server/http/io.h"
#include "server/http/request.h"
#include "server/http/url.h"
#include "sigv4/encoding.h"

namespace keymill::http {
namespace {

namespace ssl = asio::ssl;
namespace beast_http = boost::beast::http;
using Endpoints = std::vector<tcp::endpoint>;
using Clock = std::chrono::steady_clock;
using crypto::Freer;

constexpr std::chrono::milliseconds kPatience{100};  // between two questions whether the request was abandoned
constexpr std::uint32_t kHeadLimit = 64 << 10;

using Context = std::shared_ptr<ssl::context>;

/// With the system's authorities and those in a file. Reads files.
Context LoadContext(const std::filesystem::path& trust) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ErrorCode ec;
  context->set_default_verify_paths(ec);  // a machine without any trusts `trust` alone
  if (trust.empty()) return context;
  context->load_verify_file(trust.string(), ec);
  if (ec) throw ClientError("cannot read the authorities in " + trust.string() + ": " + ec.message());
  return context;
}

/// The context of those who trust the system's authorities alone is made once.
Context ClientContext(const std::filesystem::path& trust) {
  if (!trust.empty()) return LoadContext(trust);
  static const Context system = LoadContext({});
  return system;
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

/// What a request waits for, and what ends it from outside: it outlives the exchange by the last calls of timer and
/// resolver, which cannot be called back.
struct Waits : std::enable_shared_from_this<Waits> {
  Waits(asio::io_context& io, const RemoteRequest& request)
      : resolver(io), socket(io), timer(io), deadline(Clock::now() + request.timeout), abandoned(request.abandoned) {}

  /// Why the request must end now; nullptr if it may go on.
  const char* reason() const {
    if (Clock::now() >= deadline) return "no answer within the time allowed";
    return abandoned && abandoned() ? "given up" : nullptr;
  }
  void watch() {
    const auto left = deadline - Clock::now();
    timer.expires_after(abandoned ? std::min<Clock::duration>(left, kPatience) : left);
    timer.async_wait([self = shared_from_this()](ErrorCode cancelled) {
      if (cancelled) return;
      self->ended = self->reason();
      if (self->ended == nullptr) return self->watch();
      ErrorCode ignored;
      self->socket.close(ignored);
      self->found_host(asio::error::operation_aborted, {});
    });
  }
  /// Once: a resolver that is late, or early, finds nobody waiting.
  void found_host(ErrorCode ec, Endpoints found) {
    lookup = ec;
    endpoints = std::move(found);
    if (auto coroutine = std::exchange(looking, {})) coroutine.resume();
  }

  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer timer;
  const Clock::time_point deadline;
  const std::function<bool()> abandoned;
  const char* ended = nullptr;
  std::coroutine_handle<> looking;
  ErrorCode lookup;
  Endpoints endpoints;
};

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

/// Awaits the addresses of a host, or the end of the request: looking up a name cannot be interrupted.
struct Lookup {
  Waits& waits;
  const Url& url;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    waits.looking = coroutine;
    waits.resolver.async_resolve(url.host, url.port,
                                 [self = waits.shared_from_this()](ErrorCode ec, const auto& found) {
                                   if (!self->looking) return;
                                   Endpoints endpoints;
                                   for (const auto& entry : found) endpoints.push_back(entry.endpoint());
                                   self->found_host(ec, std::move(endpoints));
                                 });
  }
  ErrorCode await_resume() const noexcept { return waits.lookup; }
};

/// One request on one event loop, whose thread runs all of it.
class Exchange {
 public:
  Exchange(asio::io_context& io, const RemoteRequest& request, Url url, Context context)
      : request_(request),
        url_(std::move(url)),
        context_(std::move(context)),
        waits_(std::make_shared<Waits>(io, request)) {}
  ~Exchange() { waits_->timer.cancel(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Task<ClientResponse> run() {
    if (const char* reason = waits_->reason()) fail("begin", reason);
    waits_->watch();
    co_await connect();
    if (!url_.secure) co_return co_await exchange(waits_->socket);
    ssl::stream<tcp::socket&> stream(waits_->socket, *context_);
    co_await shake_hands(stream);
    co_return co_await exchange(stream);
  }

 private:
  [[noreturn]] void fail(const char* doing, const std::string& reason) const {
    throw ClientError("cannot " + std::string(doing) + " (" + url_.authority() +
                      "): " + (waits_->ended != nullptr ? waits_->ended : reason));
  }

  template <class Start>
  Task<> step(const char* doing, Start& start) {
    Operation<Start> operation{start};
    const ErrorCode ec = co_await operation;
    if (ec || waits_->ended != nullptr) fail(doing, ec.message());
  }

  Task<> connect() {
    Lookup lookup{*waits_, url_};
    if (const ErrorCode ec = co_await lookup) fail("find the host", ec.message());
    Endpoints& endpoints = waits_->endpoints;
    if (request_.reach == Reach::kLoopback) {
      std::erase_if(endpoints, [](const tcp::endpoint& endpoint) { return !endpoint.address().is_loopback(); });
      if (endpoints.empty()) fail("connect", "requests may go to this machine only");
    }
    auto open = [&](auto done) {
      asio::async_connect(waits_->socket, endpoints, [done](ErrorCode result, const tcp::endpoint&) { done(result); });
    };
    co_await step("connect", open);
    ErrorCode ignored;
    waits_->socket.set_option(tcp::no_delay(true), ignored);
  }

  /// The certificate is judged after the handshake, when a thumbprint can speak for its chain.
  Task<> shake_hands(ssl::stream<tcp::socket&>& stream) {
    constexpr const char* kDoing = "make a secure connection";
    SSL* const handle = stream.native_handle();
    const bool named = ExpectHost(SSL_get0_param(handle), url_.host);
    if (named) SSL_set_tlsext_host_name(handle, url_.host.c_str());
    stream.set_verify_mode(ssl::verify_none);
    auto begin = [&](auto done) {
      stream.async_handshake(ssl::stream_base::client, [done](ErrorCode result) { done(result); });
    };
    co_await step(kDoing, begin);
    const long verdict = SSL_get_verify_result(handle);
    if (verdict != X509_V_OK && !VouchedFor(handle, url_.host, request_.thumbprints)) {
      throw UntrustedCertificate("cannot " + std::string(kDoing) + " (" + url_.authority() +
                                 "): its certificate is not trusted: " + X509_verify_cert_error_string(verdict));
    }
  }

  template <class Stream>
  Task<ClientResponse> exchange(Stream& stream) {
    beast_http::request<beast_http::string_body> message;
    message.version(11);
    message.method_string({request_.method.data(), request_.method.size()});
    message.target({url_.target.data(), url_.target.size()});
    message.set(beast_http::field::host, url_.authority());
    for (const auto& [name, value] : request_.headers) message.insert(name, value);
    message.keep_alive(false);
    message.body() = request_.body;
    const bool has_body = !request_.body.empty() || request_.method == "POST" || request_.method == "PUT";
    if (has_body) message.content_length(request_.body.size());
    auto write = [&](auto done) {
      beast_http::async_write(stream, message, [done](ErrorCode result, std::size_t) { done(result); });
    };
    co_await step("send the request", write);

    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(request_.most);
    parser.header_limit(kHeadLimit);
    parser.skip(request_.method == "HEAD");
    auto read = [&](auto done) {
      beast_http::async_read(stream, buffer, parser, [done](ErrorCode result, std::size_t) { done(result); });
    };
    co_await step("read the answer", read);
    auto answer = parser.release();
    ClientResponse response;
    response.status = static_cast<int>(answer.result_int());
    for (const auto& field : answer) {
      response.headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                    std::string(field.value().data(), field.value().size()));
    }
    response.body = std::move(answer.body());
    co_return response;
  }

  const RemoteRequest& request_;
  const Url url_;
  const Context context_;  ///< nullptr without TLS
  const std::shared_ptr<Waits> waits_;
};

Url ParseTarget(const RemoteRequest& request) {
  auto url = ParseUrl(request.url);
  if (!url) throw ClientError("not an http or https URL");
  return *std::move(url);
}

}  // namespace

Task<ClientResponse> Send(const RemoteRequest& request) {
  Url url = ParseTarget(request);
  Context context;
  if (url.secure) {
    auto load = [&] { context = ClientContext(request.trust); };
    co_await Blocking(load);
  }
  Exchange exchange(IoThread::current().impl().io, request, std::move(url), std::move(context));
  co_return co_await exchange.run();
}

ClientResponse SendRemote(const RemoteRequest& request) {
  Url url = ParseTarget(request);
  Context context = url.secure ? ClientContext(request.trust) : nullptr;
  asio::io_context io(1);
  std::optional<ClientResponse> response;
  std::exception_ptr fault;
  auto run = [&]() -> DetachedTask {
    try {
      Exchange exchange(io, request, std::move(url), std::move(context));
      response = co_await exchange.run();
    } catch (...) {
      fault = std::current_exception();
    }
  };
  run();
  while (!response && !fault) io.run_one();
  if (fault) std::rethrow_exception(fault);
  return *std::move(response);
}

}  // namespace keymill::http
