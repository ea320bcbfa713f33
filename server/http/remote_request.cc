#include "server/http/remote_request.h"

#include <algorithm>
#include <exception>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "server/http/url.h"

namespace keymill::http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
namespace beast_http = boost::beast::http;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Endpoints = std::vector<tcp::endpoint>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{100};  // between two looks at the deadline
constexpr std::uint32_t kHeadLimit = 64 << 10;

/// One request: an event loop of its own that runs step by step, each until it ends or the time is over.
class Exchange {
 public:
  Exchange(const RemoteRequest& request, Url url)
      : request_(request), url_(std::move(url)), deadline_(Clock::now() + request.timeout) {}

  ClientResponse run() {
    connect();
    if (!url_.secure) return exchange(socket_);
    ssl::context context(ssl::context::tls_client);
    ErrorCode ec;
    context.set_default_verify_paths(ec);  // a machine without any trusts `trust` alone
    if (!request_.trust.empty()) {
      context.load_verify_file(request_.trust.string(), ec);
      if (ec) throw ClientError("cannot read the authorities in " + request_.trust.string() + ": " + ec.message());
    }
    ssl::stream<tcp::socket&> stream(socket_, context);
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification(url_.host));
    ErrorCode not_address;
    asio::ip::make_address(url_.host, not_address);
    if (not_address) SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
    step("make a secure connection", [&](auto done) {
      stream.async_handshake(ssl::stream_base::client, [done](ErrorCode result) { done(result); });
    });
    return exchange(stream);
  }

 private:
  /// Runs one asynchronous operation to its end.
  template <class Start>
  void step(const char* doing, Start start) {
    bool over = false;
    ErrorCode ec;
    start([&over, &ec](ErrorCode result) {
      ec = result;
      over = true;
    });
    io_.restart();
    while (!over) {
      const auto left = deadline_ - Clock::now();
      if (left <= Clock::duration::zero()) fail(doing, "no answer within the time allowed");
      if (request_.abandoned && request_.abandoned()) fail(doing, "given up");
      io_.run_one_for(std::min<Clock::duration>(left, kPatience));
    }
    if (ec) fail(doing, ec.message());
  }

  [[noreturn]] void fail(const char* doing, const std::string& reason) const {
    throw ClientError("cannot " + std::string(doing) + " (" + url_.authority() + "): " + reason);
  }

  void connect() {
    Endpoints endpoints;
    step("find the host", [&](auto done) {
      resolver_.async_resolve(url_.host, url_.port, [&endpoints, done](ErrorCode result, const auto& found) {
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        done(result);
      });
    });
    if (request_.reach == Reach::kLoopback) {
      std::erase_if(endpoints, [](const tcp::endpoint& endpoint) { return !endpoint.address().is_loopback(); });
      if (endpoints.empty()) fail("connect", "requests may go to this machine only");
    }
    step("connect", [&](auto done) {
      asio::async_connect(socket_, endpoints, [done](ErrorCode result, const tcp::endpoint&) { done(result); });
    });
    ErrorCode ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  template <class Stream>
  ClientResponse exchange(Stream& stream) {
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
    step("send the request", [&](auto done) {
      beast_http::async_write(stream, message, [done](ErrorCode result, std::size_t) { done(result); });
    });

    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(request_.most);
    parser.header_limit(kHeadLimit);
    parser.skip(request_.method == "HEAD");
    step("read the answer", [&](auto done) {
      beast_http::async_read(stream, buffer_, parser, [done](ErrorCode result, std::size_t) { done(result); });
    });
    auto answer = parser.release();
    ClientResponse response;
    response.status = static_cast<int>(answer.result_int());
    for (const auto& field : answer) {
      response.headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                    std::string(field.value().data(), field.value().size()));
    }
    response.body = std::move(answer.body());
    return response;
  }

  const RemoteRequest& request_;
  Url url_;
  Clock::time_point deadline_;
  boost::beast::flat_buffer buffer_;
  asio::io_context io_;  // what follows uses it
  tcp::resolver resolver_{io_};
  tcp::socket socket_{io_};
};

}  // namespace

ClientResponse SendRemote(const RemoteRequest& request) {
  auto url = ParseUrl(request.url);
  if (!url) throw ClientError("not an http or https URL");
  try {
    return Exchange(request, std::move(*url)).run();
  } catch (const boost::system::system_error& fault) {
    throw ClientError(fault.what());
  }
}

}  // namespace keymill::http
