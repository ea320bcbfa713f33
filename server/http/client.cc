#include "server/http/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "server/http/request.h"

namespace keymill::http {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using tcp = asio::ip::tcp;

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

struct Client::Impl {
  std::string host, port;
  asio::io_context io;
  tcp::socket socket{io};
  boost::beast::flat_buffer buffer;

  void connect() {
    tcp::resolver resolver(io);
    boost::system::error_code ec;
    auto found = resolver.resolve(host, port, ec);
    if (!ec) asio::connect(socket, found, ec);
    if (ec) throw ClientError("cannot connect to " + host + ":" + port + ": " + ec.message());
    socket.set_option(tcp::no_delay(true));
    buffer.clear();
  }
};

Client::Client(std::string host, std::string port) : impl_(std::make_unique<Impl>()) {
  impl_->host = std::move(host);
  impl_->port = std::move(port);
}

Client::~Client() = default;

ClientResponse Client::send(std::string_view method, std::string_view target,
                            const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) {
  beast_http::request<beast_http::string_body> request;
  request.version(11);
  request.method_string({method.data(), method.size()});
  request.target({target.data(), target.size()});
  for (const auto& [name, value] : headers) request.insert(name, value);
  request.body() = body;
  if (!body.empty() || method == "PUT" || method == "POST") request.content_length(body.size());

  boost::system::error_code ec;
  for (int attempt = 0;; ++attempt) {
    bool reused = impl_->socket.is_open();
    if (!reused) impl_->connect();
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(boost::none);
    parser.skip(method == "HEAD");
    beast_http::write(impl_->socket, request, ec);
    if (!ec) beast_http::read(impl_->socket, impl_->buffer, parser, ec);
    if (ec && reused && attempt == 0) {  // the server had closed an idle connection
      impl_->socket.close();
      continue;
    }
    if (ec) {
      impl_->socket.close();
      throw ClientError("no answer from " + impl_->host + ":" + impl_->port + ": " + ec.message());
    }
    auto message = parser.release();
    if (!message.keep_alive()) impl_->socket.close();
    ClientResponse response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      response.headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                    std::string(field.value().data(), field.value().size()));
    }
    response.body = std::move(message.body());
    return response;
  }
}

}  // namespace keymill::http
