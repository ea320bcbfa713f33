#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sigv4/encoding.h"
#include "tests/server/test_server.h"

namespace keymill::test {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The session in the answer of any operation of STS that makes one.
inline sigv4::Credentials SessionOf(const tools::Answer& answer) {
  return {answer.element("AccessKeyId"), answer.element("SecretAccessKey"), answer.element("SessionToken")};
}

inline std::string Allow(const std::string& action, const std::string& resource = "*") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action + R"(","Resource":")" +
         resource + R"("}]})";
}

/// A trust policy for one principal; `condition` is a JSON object or empty.
inline std::string Trust(const std::string& principal, const std::string& condition = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + principal +
         R"("},"Action":["sts:AssumeRole","sts:TagSession"])" +
         (condition.empty() ? "" : ",\"Condition\":" + condition) + "}]}";
}

/// A server with the user `ann`, who may do all of S3 and STS, the role `reader` that she may assume and that may read
/// and write S3, and the bucket `box` with the object `k`.
class SessionServer : public TestServer {
 public:
  using TestServer::TestServer;

  void set_up() {
    auto administrator = root();
    administrator.query("iam", "CreateUser", {{"UserName", "ann"}});
    ann_key = CreatedKey(administrator.query("iam", "CreateAccessKey", {{"UserName", "ann"}}));
    put_user_policy(Allow("s3:*"), "s3");
    put_user_policy(Allow("sts:*"), "sts");
    make_role("reader", Trust("arn:aws:iam::123456789012:user/ann"), Allow("s3:*"));
    administrator.s3("PUT", "/box");
    administrator.s3("PUT", "/box/k", {}, "v");
  }
  void put_user_policy(const std::string& document, const std::string& name) {
    root().query("iam", "PutUserPolicy", {{"UserName", "ann"}, {"PolicyName", name}, {"PolicyDocument", document}});
  }
  void make_role(const std::string& name, const std::string& trust, const std::string& policy) {
    root().query("iam", "CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", trust}});
    root().query("iam", "PutRolePolicy", {{"RoleName", name}, {"PolicyName", "p"}, {"PolicyDocument", policy}});
  }
  void delete_role(const std::string& name) {
    root().query("iam", "DeleteRolePolicy", {{"RoleName", name}, {"PolicyName", "p"}});
    root().query("iam", "DeleteRole", {{"RoleName", name}});
  }
  /// A call of STS that nobody has signed, as SDKs send it for users without credentials.
  tools::Answer unsigned_query(const std::string& action, Parameters parameters) const {
    parameters.insert(parameters.begin(), {{"Action", action}, {"Version", "2011-06-15"}});
    std::string body;
    for (const auto& [name, value] : parameters) {
      body += (body.empty() ? "" : "&") + name + "=" + sigv4::uri_encode(value);
    }
    const auto response =
        http::Client("127.0.0.1", port())
            .send("POST", "/", {{"Host", host()}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                  body);
    tools::Answer answer{response.status, {}, response.body};
    if (answer.status != 200) answer.code = answer.element("Code");
    return answer;
  }
  tools::AwsClient ann() const { return client(ann_key); }
  tools::Answer assume(tools::AwsClient caller, const std::string& role, Parameters more = {}) const {
    Parameters all{{"RoleArn", "arn:aws:iam::123456789012:role/" + role}, {"RoleSessionName", "work"}};
    all.insert(all.end(), more.begin(), more.end());
    return caller.query("sts", "AssumeRole", all);
  }
  /// A client that signs with a session of ann's in `role`.
  tools::AwsClient in_role(const std::string& role, Parameters more = {}) const {
    return client(SessionOf(assume(ann(), role, std::move(more))));
  }

  sigv4::Credentials ann_key;
};

}  // namespace keymill::test
