#include "server/iam/service_roles.h"

#include "server/aws/ids.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/roles.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::ItemKind;

constexpr std::string_view kServicePath = "/aws-service-role/";
constexpr std::string_view kDomain = ".amazonaws.com";
constexpr aws::StringField kServiceName{"AWSServiceName",
                                        {.min = 1, .max = 128, .matches = &IsName, .complaint = kNameComplaint}};
constexpr aws::StringField kSuffix{"CustomSuffix",
                                   {.min = 1, .max = 64, .matches = &IsName, .complaint = kNameComplaint}};
constexpr aws::StringField kTaskId{"DeletionTaskId", {.min = 1, .max = 1000}};

/// How services spell their names in the names of their roles; others begin with a capital.
struct Spelling {
  std::string_view service;
  std::string_view name;
};
constexpr Spelling kSpellings[] = {
    {"autoscaling", "AutoScaling"},
    {"ecs", "ECS"},
    {"eks", "AmazonEKS"},
    {"elasticache", "ElastiCache"},
    {"elasticloadbalancing", "ElasticLoadBalancing"},
    {"es", "AmazonElasticsearchService"},
    {"organizations", "Organizations"},
    {"rds", "RDS"},
    {"spot", "EC2Spot"},
    {"trustedadvisor", "TrustedAdvisor"},
    {"support", "Support"},
    {"guardduty", "AmazonGuardDuty"},
};

std::string RoleName(std::string_view service, const std::optional<std::string>& suffix) {
  const std::string_view label = service.substr(0, service.find('.'));
  std::string name(label);
  name[0] = name[0] >= 'a' && name[0] <= 'z' ? static_cast<char>(name[0] - 'a' + 'A') : name[0];
  for (const Spelling& spelling : kSpellings) {
    if (spelling.service == label) name = spelling.name;
  }
  return "AWSServiceRoleFor" + name + (suffix ? "_" + *suffix : "");
}

std::string TrustOf(const std::string& service) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + service +
         R"("},"Action":"sts:AssumeRole"}]})";
}

}  // namespace

bool IsServiceLinked(const Entity& role) {
  return std::string_view(role.path).starts_with(kServicePath);
}

Task<Result<http::Response>> CreateServiceLinkedRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string service = form.required(kServiceName);
  const auto description = form.optional(kDescription);
  const auto suffix = form.optional(kSuffix);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (service.size() <= kDomain.size() || !service.ends_with(kDomain)) {
    co_return aws::Error(InvalidInput, "Service role creation is not supported for " + service);
  }
  Entity role = NewRole(call.identity().account, call.now());
  role.name = RoleName(service, suffix);
  role.path = std::string(kServicePath) + service + "/";
  role.document = TrustOf(service);
  if (description) SetAttribute(role.attributes, kDescriptionAttribute, *description);
  auto create = [&](store::Txn& txn) -> Result<> {
    if (store::FindEntity(txn, role.kind, role.account, role.name)) {
      return aws::Error(InvalidInput, "Service role name " + role.name +
                                          " has been taken in this account, please try a different suffix.");
    }
    return AddRole(txn, role);
  };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return AnswerRole(call, role);
}

/// Nothing here uses such a role, so its deletion succeeds at once; the task remains to be asked about.
Task<Result<http::Response>> DeleteServiceLinkedRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  if (auto refusal = form.refusal()) co_return *refusal;
  store::Item task;
  task.kind = ItemKind::kDeletionTask;
  task.owner = call.identity().account;
  task.created = call.now();
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto role = RequireRole(txn, call.identity().account, name);
    if (!role) return role.error();
    if (!IsServiceLinked(*role)) {
      return aws::Error(NoSuchEntity, "The service-linked role with name " + name + " cannot be found.");
    }
    const std::string service = role->path.substr(kServicePath.size(), role->path.size() - kServicePath.size() - 1);
    task.name = "task" + std::string(kServicePath) + service + "/" + role->name + "/" + aws::NewUuid();
    for (const std::string& arn : store::LinksFrom(txn, store::Relation::kAttachment, role->id)) {
      store::Unlink(txn, store::Relation::kAttachment, role->id, arn);
    }
    store::EraseEntity(txn, *role);
    store::PutItem(txn, task);
    return {};
  };
  auto removed = co_await call.commit(remove);
  if (!removed) co_return removed.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("DeletionTaskId", task.name); });
}

Task<Result<http::Response>> GetServiceLinkedRoleDeletionStatus(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string id = form.required(kTaskId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) {
    return store::FindItem(reader, ItemKind::kDeletionTask, call.identity().account, id);
  };
  auto task = co_await call.read(find);
  if (!task) co_return aws::Error(NoSuchEntity, "Deletion task " + id + " cannot be found.");
  co_return Answer(call, [](aws::XmlWriter& xml) { xml.text("Status", "SUCCEEDED"); });
}

}  // namespace keymill::iam
