#include "server/iam/service_roles.h"

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/roles.h"
#include "server/iam/service_role_names.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::ItemKind;

constexpr aws::StringField kServiceName{"AWSServiceName",
                                        {.min = 1, .max = 128, .matches = &IsName, .complaint = kNameComplaint}};
constexpr aws::StringField kSuffix{"CustomSuffix",
                                   {.min = 1, .max = 64, .matches = &IsName, .complaint = kNameComplaint}};
constexpr aws::StringField kTaskId{"DeletionTaskId", {.min = 1, .max = 1000}};

std::string TrustOf(const std::string& service) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + service +
         R"("},"Action":"sts:AssumeRole"}]})";
}

/// The same policy as the answer to its creation shows it (AWS's example of CreateServiceLinkedRole).
std::string NewTrustOf(const std::string& service) {
  return R"({"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Principal":{"Service":[")" + service +
         R"("]},"Effect":"Allow"}]})";
}

}  // namespace

Task<Result<http::Response>> CreateServiceLinkedRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string service = form.required(kServiceName);
  const auto description = form.optional(kDescription);
  const auto suffix = form.optional(kSuffix);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (service.size() <= kServiceDomain.size() || !service.ends_with(kServiceDomain)) {
    co_return aws::Error(InvalidInput, "Service role creation is not supported for " + service);
  }
  const std::string_view label = std::string_view(service).substr(0, service.size() - kServiceDomain.size());
  const ServiceRoleName* known = FindServiceRoleName(label);
  if (suffix && known != nullptr && !known->suffixes) {
    co_return aws::Error(InvalidInput, "Custom suffix is not allowed for " + service);
  }
  Entity role = NewRole(call.identity().account, call.now());
  role.name = ServiceRoleNameOf(label, suffix);
  if (role.name.size() > kRoleName.rule.max) {  // no request could name it
    co_return aws::Error(InvalidInput, "Service role name " + role.name + " is too long");
  }
  role.path = std::string(kServiceRolePath) + service + "/";
  role.document = TrustOf(service);
  if (description) SetAttribute(role.attributes, kDescriptionAttribute, *description);
  auto create = [&](store::Txn& txn) -> Result<> {
    if (store::FindEntity(txn, role.kind, role.account, role.name)) {
      return aws::Error(InvalidInput, "Service role name " + role.name +
                                          " has been taken in this account, please try a different suffix.");
    }
    if (auto added = AddRole(txn, role); !added) return added;
    if (known != nullptr && !known->policy.empty()) {
      const std::string arn = aws::IamArn("aws", "policy", kServiceRolePath, known->policy);
      store::Link(txn, store::Relation::kAttachment, role.id, arn);
    }
    return {};
  };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  role.document = NewTrustOf(service);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Role");
    WriteNewRole(xml, role);
    xml.close();
  });
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
    const std::string service =
        role->path.substr(kServiceRolePath.size(), role->path.size() - kServiceRolePath.size() - 1);
    task.name = "task" + std::string(kServiceRolePath) + service + "/" + role->name + "/" + aws::NewUuid();
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
