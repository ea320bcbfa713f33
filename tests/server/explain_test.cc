#include <ctime>

#include <gtest/gtest.h>

#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// A GET of the service with one mistake, as the raw response: the explanation is in a header.
http::ClientResponse GetWith(const TestServer& server, const sigv4::Credentials& credentials,
                             std::string signed_host = {}) {
  sigv4::SignRequest request{"GET", "/", {}, {{"Host", signed_host.empty() ? server.host() : signed_host}}, {}};
  sigv4::Signing signing{"us-east-1", "s3", std::time(nullptr)};
  std::vector<std::pair<std::string, std::string>> headers{{"Host", server.host()}};
  for (const auto& line : sigv4::sign(request, credentials, signing).headers)
    headers.emplace_back(line.name, line.value);
  http::Client client("127.0.0.1", server.port());
  return client.send("GET", "/", headers, {});
}

http::ClientResponse Explanation(const TestServer& server, const sigv4::Credentials& credentials, std::string_view id) {
  sigv4::SignRequest request{"GET", "/_keymill/v1/explain/" + std::string(id), {}, {{"Host", server.host()}}, {}};
  sigv4::Signing signing{"us-east-1", "keymill", std::time(nullptr), sigv4::kService};
  std::vector<std::pair<std::string, std::string>> headers{{"Host", server.host()}};
  for (const auto& line : sigv4::sign(request, credentials, signing).headers)
    headers.emplace_back(line.name, line.value);
  http::Client client("127.0.0.1", server.port());
  return client.send("GET", request.path, headers, {});
}

TEST(Explain, NamesTheDeletedKeyWhoseSecretIsStillInUse) {
  TestServer server;
  auto root = server.root();
  const Parameters bob{{"UserName", "bob"}};
  ASSERT_EQ(root.query("iam", "CreateUser", bob).summary(), "200");
  auto old_key = CreatedKey(root.query("iam", "CreateAccessKey", bob));
  auto new_key = CreatedKey(root.query("iam", "CreateAccessKey", bob));
  auto half_rotated = new_key;
  half_rotated.secret_access_key = old_key.secret_access_key;
  EXPECT_NE(GetWith(server, half_rotated).header("x-keymill-explain").find(old_key.access_key_id), std::string::npos);

  ASSERT_EQ(
      root.query("iam", "DeleteAccessKey", {{"UserName", "bob"}, {"AccessKeyId", old_key.access_key_id}}).summary(),
      "200");
  auto response = GetWith(server, half_rotated);
  EXPECT_EQ(response.status, 403);
  auto line = std::string(response.header("x-keymill-explain"));
  EXPECT_NE(line.find("deleted key " + old_key.access_key_id), std::string::npos) << line;

  auto kept = Explanation(server, {TestServer::kRootId, TestServer::kRootSecret}, response.header("x-amz-request-id"));
  EXPECT_EQ(kept.status, 200);
  EXPECT_NE(kept.body.find("\"found\":true"), std::string::npos) << kept.body;
  for (const auto& text : {line, kept.body, response.body}) {
    EXPECT_EQ(text.find(old_key.secret_access_key), std::string::npos);
    EXPECT_EQ(text.find(new_key.secret_access_key), std::string::npos);
  }
}

TEST(Explain, SeesThatAProxyRewroteTheHost) {
  TestServer server;
  auto response = GetWith(server, {TestServer::kRootId, TestServer::kRootSecret}, "127.0.0.1");
  EXPECT_EQ(response.status, 403);
  EXPECT_NE(response.header("x-keymill-explain"), "");
}

TEST(Explain, KeepsNoCustomersKey) {
  TestServer server;
  const std::string key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", name = "server-side-encryption-customer-key";
  const sigv4::Credentials root{TestServer::kRootId, TestServer::kRootSecret};
  for (const bool in_query : {false, true}) {
    sigv4::SignRequest request{"GET", "/bucket/k", {}, {{"Host", "127.0.0.1"}}, {}};
    if (in_query)
      request.query = "X-Amz-" + name + "=" + sigv4::uri_encode(key);
    else
      request.headers.insert(request.headers.end(), {{"x-amz-" + name, key}, {"x-amz-copy-source-" + name, key}});
    std::vector<std::pair<std::string, std::string>> headers{{"Host", server.host()}};  // not the host that was signed
    for (std::size_t i = 1; i < request.headers.size(); ++i)
      headers.emplace_back(request.headers[i].name, request.headers[i].value);
    for (const auto& line : sigv4::sign(request, root, {"us-east-1", "s3", std::time(nullptr)}).headers)
      headers.emplace_back(line.name, line.value);
    http::Client client("127.0.0.1", server.port());
    const auto response = client.send("GET", in_query ? "/bucket/k?" + request.query : "/bucket/k", headers, {});
    ASSERT_EQ(response.status, 403) << response.body;
    const auto kept = Explanation(server, root, response.header("x-amz-request-id"));
    ASSERT_NE(kept.body.find("customer's key"), std::string::npos) << kept.body;
    for (const std::string& text : {kept.body, std::string(response.header("x-keymill-explain"))}) {
      EXPECT_EQ(text.find(key.substr(0, 20)), std::string::npos) << text;
    }
  }
}

TEST(Explain, TellsStrangersNothing) {
  TestServer server;
  auto response = GetWith(server, {"AKIAUNKNOWNUNKNOWN22", "x"});
  EXPECT_EQ(response.header("x-keymill-explain"), "");
  EXPECT_EQ(Explanation(server, {"AKIAUNKNOWNUNKNOWN22", "x"}, response.header("x-amz-request-id")).status, 403);
  http::Client client("127.0.0.1", server.port());
  EXPECT_EQ(client.send("GET", "/_keymill/v1/explain/ABC", {{"Host", server.host()}}, {}).status, 403);
}

TEST(Explain, CanBeKeptOutOfResponses) {
  auto config = TestServer::InMemory();
  config.explain_header = false;
  TestServer server(config);
  auto response = GetWith(server, {TestServer::kRootId, "wrong"});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.header("x-keymill-explain"), "");
  EXPECT_EQ(
      Explanation(server, {TestServer::kRootId, TestServer::kRootSecret}, response.header("x-amz-request-id")).status,
      200);
}

TEST(Explain, IsRationed) {
  TestServer server;
  int explained = 0;
  for (int i = 0; i < 120; ++i)
    explained += !GetWith(server, {TestServer::kRootId, "wrong"}).header("x-keymill-explain").empty();
  EXPECT_GE(explained, 50);
  EXPECT_LT(explained, 120);
}

}  // namespace
}  // namespace keymill::test
