#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "server/http/server.h"
#include "server/http/tls.h"

namespace keymill::test {

/// An OpenID Connect issuer on a free port: its discovery document and its keys, and what else a test makes of it.
class IssuerServer final : public http::Application {
 public:
  explicit IssuerServer(const http::TlsContext* tls = nullptr) {
    http::ServerOptions options;
    options.threads = 1;
    (tls != nullptr ? options.tls_listen : options.listen) = {"127.0.0.1:0"};
    options.tls = tls;
    server_ = std::make_unique<http::Server>(options, *this);
    const std::string endpoint = server_->endpoints().front();
    url = endpoint.substr(0, endpoint.find("://")) + "://localhost" + endpoint.substr(endpoint.rfind(':'));
    issuer = url;
    jwks_uri = url + "/keys";
    server_->start();
  }
  ~IssuerServer() override { server_->stop(std::chrono::seconds(1)); }

  void publish(std::string jwks) {
    std::lock_guard lock(mutex_);
    jwks_ = std::move(jwks);
  }

  Task<http::Response> handle(const http::Request& request, http::BodyStream&) override {
    ++requests;
    std::lock_guard lock(mutex_);
    const bool keys = request.raw_path == "/keys";
    http::Response response(keys ? keys_status.load() : 200);
    if (keys && keys_status != 200) response.header("Location", url + "/elsewhere");
    response.body(keys ? jwks_ : R"({"issuer":")" + issuer + R"(","jwks_uri":")" + jwks_uri + "\"}",
                  "application/json");
    co_return response;
  }
  http::Response refuse(http::Malformed) override { return http::Response(400); }

  std::string url;               ///< http://localhost:PORT, or https
  std::string issuer, jwks_uri;  ///< as the discovery document names them; not to be changed under way
  std::atomic<int> requests = 0;
  std::atomic<int> keys_status = 200;

 private:
  std::mutex mutex_;
  std::string jwks_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace keymill::test
