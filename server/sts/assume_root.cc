#include "server/sts/assume_root.h"

#include <algorithm>
#include <iterator>

#include "server/aws/arn.h"
#include "server/iam/organization.h"
#include "server/pipeline/permissions.h"
#include "server/sts/answer.h"
#include "server/sts/credentials.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "server/sts/trust.h"
#include "store/accounts.h"

namespace keymill::sts {
namespace {

constexpr std::int64_t kDefaultRootDuration = 900;  // also the longest

struct TaskPolicy {
  std::string_view arn;  ///< those with IAM… are about the root user's credentials
  std::string_view document;
};
constexpr TaskPolicy kTaskPolicies[] = {
    {"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:GetLoginProfile",)"
     R"("iam:ListAccessKeys","iam:ListSigningCertificates","iam:ListMFADevices","iam:GetAccessKeyLastUsed",)"
     R"("iam:GetAccountSummary"],"Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:CreateLoginProfile",)"
     R"("iam:GetLoginProfile"],"Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteAccessKey",)"
     R"("iam:DeleteSigningCertificate","iam:DeleteLoginProfile","iam:DeactivateMFADevice",)"
     R"("iam:DeleteVirtualMFADevice","iam:ListAccessKeys","iam:ListSigningCertificates","iam:GetLoginProfile",)"
     R"("iam:ListMFADevices","iam:GetUser","iam:GetAccessKeyLastUsed"],"Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:DeleteBucketPolicy",)"
     R"("s3:PutBucketPolicy","s3:GetBucketPolicy","s3:ListAllMyBuckets"],"Resource":"*"}]})"},
    {"arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:SetQueueAttributes",)"
     R"("sqs:GetQueueAttributes","sqs:ListQueues","sqs:GetQueueUrl"],"Resource":"*"}]})"},
};

/// Whether the organization lets its management account do this task in member accounts.
bool IsEnabled(const store::Reader& reader, const std::string& management, const TaskPolicy& task) {
  const bool credentials = task.arn.find("/root-task/IAM") != std::string_view::npos;
  return iam::AllowsRootFeature(reader, management, iam::RootFeature::kSessions) &&
         (!credentials || iam::AllowsRootFeature(reader, management, iam::RootFeature::kCredentialsManagement));
}

}  // namespace

Task<Result<http::Response>> AssumeRoot(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string target = form.required(kTargetPrincipal);
  const std::string task_arn = form.required(kTaskPolicyArn);
  const std::int64_t seconds = form.integer(kRootDuration).value_or(kDefaultRootDuration);
  const std::int64_t least = form.integer(kTokenSize).value_or(0);
  if (auto refusal = form.refusal()) co_return *refusal;
  const auto task = std::find_if(std::begin(kTaskPolicies), std::end(kTaskPolicies),
                                 [&](const TaskPolicy& policy) { return policy.arn == task_arn; });
  if (task == std::end(kTaskPolicies)) co_return aws::Error(ValidationError, task_arn + " is invalid");
  const pipeline::Identity& caller = call.identity();
  const auto arn = aws::Arn::Parse(target);
  const std::string account(arn ? arn->account : std::string_view(target));
  const std::string& management = call.services().config.account_id;
  const bool at_home = caller.account == account;
  auto find = [&](const store::Reader& reader) {
    return at_home || IsEnabled(reader, management, *task) ? store::FindAccount(reader, account) : std::nullopt;
  };
  const auto found = co_await call.read(find);
  const bool manages = caller.kind != pipeline::Identity::Kind::kRoot && (at_home || caller.account == management);
  if (!found || !manages || (arn && target != aws::RootArn(account))) {
    co_return NotTrusted(caller, "sts:AssumeRoot", aws::RootArn(account));
  }
  pipeline::Session session;
  session.kind = pipeline::Session::Kind::kRoot;
  session.account = session.principal_id = account;
  session.account_number = found->number;
  session.limited = true;
  session.policies = {std::string(task->document)};
  if (caller.session) session.source_identity = caller.session->facts.source_identity;
  const std::string source_identity = session.source_identity;
  const auto credentials = Issue(call, std::move(session), seconds, least);
  if (!credentials) co_return credentials.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteCredentials(xml, *credentials);
    xml.optional_text("SourceIdentity", source_identity);
    WriteTokenSize(xml, *credentials);
  });
}

}  // namespace keymill::sts
