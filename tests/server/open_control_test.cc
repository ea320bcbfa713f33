#include "server/pipeline/open_control.h"

#include <gtest/gtest.h>

#include "server/http/client.h"
#include "server/http/url.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Config Open() {
  Config config = TestServer::InMemory();
  config.control_open = true;
  return config;
}

http::ClientResponse Unsigned(const TestServer& server, const std::string& method, const std::string& path,
                              const std::string& host, const Headers& further = {}) {
  Headers headers{{"Host", host}};
  headers.insert(headers.end(), further.begin(), further.end());
  return http::Client("127.0.0.1", server.port()).send(method, path, headers, {});
}

TEST(OpenControl, UnsignedRequestsOfThisMachineAreTheRootUsers) {
  TestServer server(Open());
  for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.1.2.3"}) {
    const auto listed = Unsigned(server, "GET", "/_keymill/v1/accounts", host + (":" + server.port()));
    EXPECT_EQ(listed.status, 200) << host;
    EXPECT_EQ(At(listed.body, "/accounts/0/account_id"), "123456789012");
  }
  ASSERT_EQ(server.root().s3("PUT", "/bucket").summary(), "200");
  EXPECT_EQ(Unsigned(server, "POST", "/_keymill/v1/reset", server.host()).status, 200);
  EXPECT_EQ(server.root().s3("HEAD", "/bucket").status, 404);
}

TEST(OpenControl, WebPagesAreRefused) {
  TestServer server(Open());
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]"}) {
    const auto refused = Unsigned(server, "POST", "/_keymill/v1/reset", host);
    EXPECT_EQ(refused.status, 403) << host;
    EXPECT_EQ(At(refused.body, "/error/code"), "AccessDenied");
  }
  for (const char* origin : {"http://evil.example", "null", "http://localhost"}) {
    EXPECT_EQ(Unsigned(server, "POST", "/_keymill/v1/reset", server.host(), {{"Origin", origin}}).status, 403);
  }
}

TEST(OpenControl, AWrongSignatureIsStillRefused) {
  TestServer server(Open());
  EXPECT_EQ(server.root().control("GET", "/accounts").summary(), "200");
  EXPECT_EQ(server.client({TestServer::kRootId, "wrong"}).control("GET", "/accounts").summary(),
            "403 SignatureDoesNotMatch");
}

TEST(OpenControl, OnlyTheControlApiIsOpenAndOnlyIfAskedFor) {
  TestServer open(Open()), closed;
  EXPECT_EQ(Unsigned(open, "GET", "/", open.host()).status, 403);
  EXPECT_EQ(Unsigned(open, "GET", "/?Action=ListUsers&Version=2010-05-08", open.host()).status, 403);
  EXPECT_EQ(Unsigned(closed, "GET", "/_keymill/v1/accounts", closed.host()).status, 403);
}

TEST(OpenControl, NeverGoesWithAListenerThatOtherMachinesReach) {
  Config config = Open();
  config.listen = {"127.0.0.1:0", "0.0.0.0:0"};
  EXPECT_THROW(TestServer{config}, std::runtime_error);
  config.control_open = false;
  EXPECT_NO_THROW(TestServer{config});
}

TEST(OpenControl, LoopbackIsANameOrAnAddress) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.255.254", "::1", "[::1]"}) {
    EXPECT_TRUE(http::IsLoopback(host)) << host;
  }
  for (const char* host :
       {"", "0.0.0.0", "128.0.0.1", "127.0.0.1.example", "::", "[]", "[::1", "localhost.", "a.localhost"}) {
    EXPECT_FALSE(http::IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace keymill::test
