// `keymill demo`: one access-key rotation from end to end, against a server in this process.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "server/app.h"
#include "server/aws/ids.h"
#include "server/log.h"
#include "tools/aws_client.h"
#include "tools/commands.h"

namespace keymill::tools {
namespace {

constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kUser = "rotation-demo";
constexpr std::string_view kObject = "/rotation-demo/report.txt";

/// Prints one line a step and remembers whether every answer was the expected one.
class Table {
 public:
  Table() { std::printf("%-3s %-62s %-26s %-26s\n", "#", "step", "AWS answers", "Keymill answered"); }
  bool row(std::string_view step, std::string_view expected, std::string_view real) {
    bool same = expected == real;
    all_ = all_ && same;
    std::printf("%-3d %-62.*s %-26.*s %-26.*s %s\n", ++count_, Width(step), step.data(), Width(expected),
                expected.data(), Width(real), real.data(), same ? "ok" : "DIFFERS");
    std::fflush(stdout);
    return same;
  }
  bool all() const { return all_; }
  int count() const { return count_; }

 private:
  static int Width(std::string_view text) { return static_cast<int>(text.size()); }
  bool all_ = true;
  int count_ = 0;
};

sigv4::Credentials CreatedKey(const Answer& answer) {
  return {answer.element("AccessKeyId"), answer.element("SecretAccessKey")};
}

void Rotate(const std::string& endpoint, const sigv4::Credentials& root_credentials, Table& table) {
  const std::string region(kRegion), user(kUser), object(kObject);
  const std::vector<std::pair<std::string, std::string>> of_user{{"UserName", user}};
  AwsClient root(endpoint, region, root_credentials);

  table.row("root creates an IAM user", "200", root.query("iam", "CreateUser", of_user).summary());
  auto first = root.query("iam", "CreateAccessKey", of_user);
  table.row("root creates its first access key (the old key)", "200", first.summary());
  AwsClient old_key(endpoint, region, CreatedKey(first));
  const std::string old_id = old_key.credentials().access_key_id;

  table.row("the old key makes a bucket", "200", old_key.s3("PUT", "/rotation-demo").summary());
  table.row("the old key stores an object", "200", old_key.s3("PUT", object, {}, "quarterly figures\n").summary());
  table.row("the old key reads it", "200", old_key.s3("GET", object).summary());

  auto second = root.query("iam", "CreateAccessKey", of_user);
  table.row("root creates a second access key (the new key)", "200", second.summary());
  AwsClient new_key(endpoint, region, CreatedKey(second));
  table.row("a third key is refused: two at most", "409 LimitExceeded",
            root.query("iam", "CreateAccessKey", of_user).summary());
  table.row("both work: the old key reads", "200", old_key.s3("GET", object).summary());
  table.row("both work: the new key reads", "200", new_key.s3("GET", object).summary());
  auto caller = new_key.query("sts", "GetCallerIdentity");
  table.row("the new key is the same user to STS", ":user/" + user,
            caller.element("Arn").substr(
                std::min(caller.element("Arn").size(), std::string("arn:aws:iam::123456789012").size())));

  auto status_of_old = of_user;
  status_of_old.insert(status_of_old.end(), {{"AccessKeyId", old_id}, {"Status", "Inactive"}});
  table.row("root deactivates the old key", "200", root.query("iam", "UpdateAccessKey", status_of_old).summary());
  table.row("S3 refuses the old key", "403 InvalidAccessKeyId", old_key.s3("GET", object).summary());
  table.row("S3 refuses the old key's presigned URL", "403 InvalidAccessKeyId",
            old_key.presigned_get(object, 600).summary());
  table.row("STS refuses the old key", "403 InvalidClientTokenId", old_key.query("sts", "GetCallerIdentity").summary());
  table.row("IAM refuses the old key", "403 InvalidClientTokenId", old_key.query("iam", "GetUser").summary());
  table.row("the new key still reads", "200", new_key.s3("GET", object).summary());
  AwsClient forger(endpoint, region, {new_key.credentials().access_key_id, old_key.credentials().secret_access_key});
  table.row("the new id with the old secret is refused", "403 SignatureDoesNotMatch",
            forger.s3("GET", object).summary());
  table.row("the old key was last used for", "s3",
            root.query("iam", "GetAccessKeyLastUsed", {{"AccessKeyId", old_id}}).element("ServiceName"));

  auto delete_old = of_user;
  delete_old.emplace_back("AccessKeyId", old_id);
  table.row("root deletes the old key", "200", root.query("iam", "DeleteAccessKey", delete_old).summary());
  table.row("S3 refuses the deleted key", "403 InvalidAccessKeyId", old_key.s3("GET", object).summary());
  table.row("one key is left, the new one", new_key.credentials().access_key_id,
            root.query("iam", "ListAccessKeys", of_user).element("AccessKeyId"));
  table.row("the new key reads", "200", new_key.s3("GET", object).summary());
}

}  // namespace

int RunDemo() {
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  log::Configure("warn", "text");
  Config config;
  config.listen = {"127.0.0.1:0"};
  config.in_memory = true;
  config.region = kRegion;
  config.root_access_key_id = aws::NewAccessKeyId("AKIA", config.account_id);
  config.root_secret_access_key = aws::NewSecret();

  auto begin = Clock::now();
  App app(config);
  app.start();
  auto endpoint = app.endpoints().front();
  std::printf("Keymill is listening on %s after %.1f ms.\n\n", endpoint.c_str(), since(begin));
  Table table;
  begin = Clock::now();
  Rotate(endpoint, {config.root_access_key_id, config.root_secret_access_key}, table);
  std::printf("\n%d signed steps in %.1f ms: %s\n", table.count(), since(begin),
              table.all() ? "every answer is the one AWS gives." : "some answers DIFFER from AWS's.");
  app.stop();
  return table.all() ? 0 : 1;
}

}  // namespace keymill::tools
