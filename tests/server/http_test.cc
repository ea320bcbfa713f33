#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

// Sends raw bytes and returns everything until the server closes (or two seconds pass).
std::string Exchange(const TestServer& server, std::string_view bytes, bool finish = true) {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(server.port())));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  timeval limit{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    while (!bytes.empty()) {
      auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (finish) ::shutdown(fd, SHUT_WR);
    char buffer[4096];
    for (ssize_t got; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer;
}

std::size_t Count(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST(Http, AnswersRubbishWithAnAwsErrorAndCloses) {
  TestServer server;
  for (std::string_view bytes :
       {"GET\r\n\r\n", "\x16\x03\x01 hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    auto answer = Exchange(server, bytes);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400") << bytes;
    EXPECT_NE(answer.find("<Code>BadRequest</Code>"), std::string::npos) << bytes;
  }
  EXPECT_EQ(server.root().s3("GET", "/").summary(), "200");
}

TEST(Http, RefusesAnEndlessHead) {
  TestServer server;
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 4000; ++i) head += "X-Filler-" + std::to_string(i) + ": aaaaaaaaaaaaaaaaaaaa\r\n";
  auto answer = Exchange(server, head + "\r\n");
  EXPECT_NE(answer.find("<Code>RequestHeaderSectionTooLarge</Code>"), std::string::npos);
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  std::string one = "GET /_keymill/health HTTP/1.1\r\nHost: x\r\n\r\n";
  auto answer = Exchange(server, one + one + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Count(answer, "HTTP/1.1 200"), 2u);
  EXPECT_EQ(Count(answer, "HTTP/1.1 403"), 1u);
  EXPECT_GT(answer.find("HTTP/1.1 403"), answer.rfind("HTTP/1.1 200"));
}

TEST(Http, RefusesBadEscapesWithoutABody) {
  TestServer server;
  for (const char* path : {"/b/%", "/b/%2", "/b/%GG"}) {
    auto answer = Exchange(server, std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400") << path;
    EXPECT_NE(answer.find("Content-Length: 0\r\n"), std::string::npos) << path;
  }
  auto answer = Exchange(server, "GET /b/%FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("<Code>InvalidURI</Code>"), std::string::npos);
}

TEST(Http, AFinalAnswerComesInsteadOf100Continue) {
  TestServer server;
  auto answer = Exchange(
      server, "PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n", false);
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 404");
  EXPECT_EQ(answer.find("100 Continue"), std::string::npos);
}

TEST(Http, HealthNeedsNoSignature) {
  TestServer server;
  auto answer = Exchange(server, "GET /_keymill/health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 200");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

}  // namespace
}  // namespace keymill::test
