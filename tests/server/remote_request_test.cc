#include "server/http/remote_request.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

/// What became of a request: the status, or why there is none.
std::string Outcome(const http::RemoteRequest& request) {
  try {
    return std::to_string(http::SendRemote(request).status);
  } catch (const http::ClientError& error) {
    return error.what();
  }
}

http::RemoteRequest Get(std::string url) {
  http::RemoteRequest request;
  request.url = std::move(url);
  return request;
}

TEST(RemoteRequest, GivesTheAnswerWhateverItsStatus) {
  TestServer server;
  const auto answer = http::SendRemote(Get(server.endpoint() + "/_keymill/health"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"status\":\"ok\"}\n");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(http::SendRemote(Get(server.endpoint() + "/nobody")).status, 404);
}

TEST(RemoteRequest, EndsWithAnAnswerThatIsTooLarge) {
  TestServer server;
  auto request = Get(server.endpoint() + "/_keymill/health");
  request.most = 5;
  EXPECT_NE(Outcome(request).find("body limit exceeded"), std::string::npos) << Outcome(request);
}

TEST(RemoteRequest, KeepsToThisMachineIfToldSo) {
  TestServer server;
  auto request = Get("http://localhost:" + server.port() + "/_keymill/health");
  request.reach = http::Reach::kLoopback;
  EXPECT_EQ(Outcome(request), "200");
  for (const char* url : {"http://192.0.2.1/", "http://0.0.0.0:1/", "http://[::]:1/", "http://169.254.169.254/"}) {
    request.url = url;
    EXPECT_NE(Outcome(request).find("this machine only"), std::string::npos) << url;
  }
}

TEST(RemoteRequest, SaysWhyThereIsNoAnswer) {
  EXPECT_NE(Outcome(Get("http://127.0.0.1:1/")).find("cannot connect (127.0.0.1:1)"), std::string::npos);
  EXPECT_EQ(Outcome(Get("gopher://a.test/")), "not an http or https URL");
  TestServer server;
  auto request = Get(server.endpoint() + "/_keymill/health");
  request.timeout = std::chrono::milliseconds(0);
  EXPECT_NE(Outcome(request).find("no answer within the time allowed"), std::string::npos);
  request.timeout = std::chrono::seconds(5);
  request.abandoned = [] { return true; };
  EXPECT_NE(Outcome(request).find("given up"), std::string::npos);
}

/// Takes connections and says nothing on them.
class SilentServer {
 public:
  SilentServer() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    socklen_t size = sizeof address_;
    listening_ =
        ::bind(socket_, address, size) == 0 && ::listen(socket_, 8) == 0 && ::getsockname(socket_, address, &size) == 0;
  }
  ~SilentServer() { ::close(socket_); }
  bool listening() const { return listening_; }
  std::string authority() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

 private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
  bool listening_ = false;
};

TEST(RemoteRequest, EndsWhenTheTimeIsOverOrNobodyWantsItAnyMore) {
  SilentServer silent;
  ASSERT_TRUE(silent.listening());
  for (const char* scheme : {"http://", "https://"}) {
    auto request = Get(scheme + silent.authority());
    request.timeout = std::chrono::milliseconds(150);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_NE(Outcome(request).find("no answer within the time allowed"), std::string::npos) << scheme;
    EXPECT_GE(std::chrono::steady_clock::now() - start, request.timeout);
    request.timeout = std::chrono::minutes(1);
    request.abandoned = [start] { return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(300); };
    EXPECT_NE(Outcome(request).find("given up"), std::string::npos) << scheme;
  }
}

TEST(RemoteRequest, WantsACertificateThatIsTrustedAndForTheHost) {
  TemporaryDirectory directory;
  Config config = TestServer::OnDisk(directory.path());
  config.tls = true;
  config.tls_listen = {"127.0.0.1:0"};
  TestServer server(config);
  const std::string endpoint = server.app().endpoints().back();
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  auto request = Get("https://localhost:" + port + "/_keymill/health");
  EXPECT_NE(Outcome(request).find("cannot make a secure connection"), std::string::npos);
  request.trust = server.app().authority_file();
  EXPECT_EQ(Outcome(request), "200");
  request.url = "https://127.0.0.1:" + port + "/_keymill/health";
  EXPECT_EQ(Outcome(request), "200");
  request.url = "https://127.0.0.2:" + port + "/_keymill/health";
  EXPECT_NE(Outcome(request), "200") << "not a name in the certificate, if it can be reached at all";
  request.url = "https://127.0.0.1:" + port + "/_keymill/health";
  request.trust = "/nowhere.pem";
  EXPECT_NE(Outcome(request).find("cannot read the authorities"), std::string::npos);
}

}  // namespace
}  // namespace keymill::test
