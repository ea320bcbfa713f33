#include <cctype>
#include <set>

#include <gtest/gtest.h>

#include "server/control/operations.h"
#include "tests/server/json.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

namespace json = boost::json;

class OpenApi : public testing::Test {
 protected:
  json::value document() { return json::parse(root.control("GET", "/openapi.json").body); }

  /// Where `value` is not what `schema` says; empty if it is. Members that the schema does not name count too.
  static std::string unlike(const json::value& document, const json::value& schema, const json::value& value,
                            const std::string& at = "$") {
    if (const auto* reference = schema.as_object().if_contains("$ref")) {
      return unlike(document, document.at_pointer(reference->as_string().subview(1)), value, at);
    }
    const std::string type(schema.at("type").as_string());
    if (type == "string") return value.is_string() ? "" : at;
    if (type == "boolean") return value.is_bool() ? "" : at;
    if (type == "integer") return value.is_int64() ? "" : at;
    if (type == "array") {
      if (!value.is_array()) return at;
      for (const auto& element : value.as_array()) {
        if (auto place = unlike(document, schema.at("items"), element, at + "[]"); !place.empty()) return place;
      }
      return "";
    }
    if (!value.is_object()) return at;
    const auto& properties = schema.at("properties").as_object();
    for (const auto& member : value.as_object()) {
      const auto name = at + "." + std::string(member.key());
      const auto* property = properties.if_contains(member.key());
      if (property == nullptr) return name + " (unknown)";
      if (auto place = unlike(document, *property, member.value(), name); !place.empty()) return place;
    }
    if (const auto* required = schema.as_object().if_contains("required")) {
      for (const auto& name : required->as_array()) {
        if (!value.as_object().contains(name.as_string())) return at + "." + std::string(name.as_string());
      }
    }
    return "";
  }

  /// Sends the request and compares its answer with what the document says of it.
  void expect_as_documented(const std::string& method, const std::string& pattern, const std::string& path,
                            const std::string& body = {}) {
    const auto described = document();
    const auto answer = root.control(method, path, body);
    const auto& responses =
        described.at("paths").at(pattern).at(method == "GET" ? "get" : "post").at("responses").as_object();
    const auto* response = responses.if_contains(std::to_string(answer.status));
    if (response == nullptr) {
      ASSERT_GE(answer.status, 400) << method << " " << path << ": an undocumented status";
      response = &responses.at("default");
    }
    const auto& schema = response->at("content").at("application/json").at("schema");
    EXPECT_EQ(unlike(described, schema, json::parse(answer.body)), "") << method << " " << path << answer.body;
  }

  TestServer server;
  tools::AwsClient root = server.root();
};

TEST_F(OpenApi, DescribesEveryRoutedOperationAndNoOther) {
  std::set<std::string> routed, described;
  for (const auto& row : control::Operations()) {
    std::string method(row.method);
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    routed.insert(method + " " + std::string(row.path) + " " + std::string(row.name));
  }
  const auto text = document();
  for (const auto& path : text.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      described.insert(std::string(operation.key()) + " " + std::string(path.key()) + " " +
                       std::string(operation.value().at("operationId").as_string()));
      EXPECT_FALSE(operation.value().at("summary").as_string().empty()) << operation.key();
    }
  }
  EXPECT_EQ(described, routed);
  EXPECT_EQ(text.at("openapi").as_string(), "3.1.0");
}

TEST_F(OpenApi, AnswersHaveTheDocumentedMembers) {
  expect_as_documented("POST", "/accounts", "/accounts", R"({"account_id": "210987654321", "name": "n",
                       "access_key_id": "AKIDCHOSENBYTHETEST", "secret_access_key": "chosen"})");
  expect_as_documented("POST", "/accounts", "/accounts", R"({"account_id": 7})");
  expect_as_documented("GET", "/accounts", "/accounts");
  expect_as_documented("GET", "/accounts/{account_id}", "/accounts/210987654321");
  expect_as_documented("POST", "/accounts/{account_id}/keys", "/accounts/210987654321/keys");
  expect_as_documented("POST", "/snapshots", "/snapshots", R"({"name": "s", "replace": true})");
  expect_as_documented("POST", "/snapshots", "/snapshots", "{");
  expect_as_documented("GET", "/snapshots", "/snapshots");
  expect_as_documented("POST", "/snapshots/{name}/restore", "/snapshots/s/restore");
  expect_as_documented("POST", "/lifecycle/run", "/lifecycle/run");
  expect_as_documented("POST", "/reset", "/reset");
  expect_as_documented("GET", "/explain/{request_id}", "/explain/unknown");
  const auto refused = server.client({TestServer::kRootId, "wrong"}).control("GET", "/accounts");
  expect_as_documented("GET", "/explain/{request_id}", "/explain/" + At(refused.body, "/error/request_id"));
}

TEST_F(OpenApi, PathParametersAreNamed) {
  const auto parameters = document().at("paths").at("/accounts/{account_id}").at("delete").at("parameters").as_array();
  ASSERT_EQ(parameters.size(), 2u);
  EXPECT_EQ(parameters[0].at("name").as_string(), "account_id");
  EXPECT_EQ(parameters[0].at("in").as_string(), "path");
  EXPECT_EQ(parameters[1].at("name").as_string(), "force");
  EXPECT_EQ(parameters[1].at("in").as_string(), "query");
}

TEST_F(OpenApi, IsReadByThoseWhoSign) {
  auto stranger = server.client({"AKIDOFNOBODYATALL000", "secret"});
  EXPECT_EQ(stranger.control("GET", "/openapi.json").status, 403);
}

}  // namespace
}  // namespace keymill::test
