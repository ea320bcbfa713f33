#include "server/iam/roles.h"

#include <cstdlib>

#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/boundaries.h"
#include "server/iam/documents.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"
#include "server/iam/trust_policy.h"
#include "server/pipeline/identities.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;

constexpr std::string_view kDefaultDuration = "3600";
constexpr store::Millis kLookBack = 400LL * 24 * 60 * 60 * 1000;

using Require = Result<Entity>(const store::Reader&, std::string_view account, std::string_view name);

/// One commit that changes the named role; `require` and `change` may refuse.
template <class Change>
auto Changing(pipeline::Call& call, Require& require, const std::string& name, Change& change) {
  return [&](store::Txn& txn) -> Result<Entity> {
    auto role = require(txn, call.identity().account, name);
    if (!role) return role.error();
    Result<> changed = change(txn, *role);
    if (!changed) return changed.error();
    store::PutEntity(txn, *role);
    return ShowTrust(txn, *std::move(role));
  };
}

}  // namespace

constexpr TaggedKind<Entity> kTaggedRole{
    kRoleName, "TagsPerRole", [](const store::Reader& reader, const std::string& account, const std::string& name) {
      return RequireRole(reader, account, name);
    }};

std::int64_t MaxSessionDuration(const Entity& role) {
  const std::string text = Attribute(role.attributes, kSessionDurationAttribute);
  return std::strtoll(text.empty() ? kDefaultDuration.data() : text.c_str(), nullptr, 10);
}

void WriteNewRole(aws::XmlWriter& xml, const Entity& role) {
  xml.text("Path", role.path).text("RoleName", role.name).text("RoleId", role.id).text("Arn", EntityArn(role));
  xml.text("CreateDate", aws::IsoSeconds(role.created));
  xml.text("AssumeRolePolicyDocument", EncodedDocument(role.document));
}

void WriteRole(aws::XmlWriter& xml, const Entity& role) {
  WriteNewRole(xml, role);
  xml.optional_text("Description", Attribute(role.attributes, kDescriptionAttribute));
  xml.number("MaxSessionDuration", MaxSessionDuration(role));
}

store::KeyUse LastUseOfRole(const pipeline::Identities& identities, const std::string& role_id, store::Millis now) {
  auto use = identities.role_usage(role_id)->get();
  return now - use.time > kLookBack ? store::KeyUse() : use;
}

void WriteRoleLastUsed(aws::XmlWriter& xml, const store::KeyUse& use) {
  xml.open("RoleLastUsed");
  if (use.time != 0) xml.text("LastUsedDate", aws::IsoSeconds(use.time)).text("Region", use.region);
  xml.close();
}

http::Response AnswerRole(const pipeline::Call& call, const Entity& role) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Role");
    WriteRole(xml, role);
    xml.close();
  });
}

Entity NewRole(std::string_view account, store::Millis now) {
  Entity role;
  role.kind = EntityKind::kRole;
  role.account = account;
  role.created = now;
  return role;
}

Result<Entity> ReadCreateRole(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  Entity role = NewRole(account, now);
  role.path = form.optional(kPath).value_or("/");
  role.name = form.required(kRoleName);
  role.document = form.required(kTrustDocument);
  if (auto text = form.optional(kDescription)) SetAttribute(role.attributes, kDescriptionAttribute, *text);
  if (auto seconds = form.integer(kMaxSessionDuration)) {
    SetAttribute(role.attributes, kSessionDurationAttribute, std::to_string(*seconds));
  }
  role.permissions_boundary = form.optional(kPermissionsBoundary).value_or("");
  role.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(role.tags)) return *refusal;
  if (IsServiceLinked(role)) {
    return aws::Error(InvalidInput, "Path prefix '" + std::string(kServiceRolePath) +
                                        "' can only be used for AWS Service linked Roles");
  }
  return role;
}

Result<> AddRole(store::Txn& txn, Entity& role) {
  if (store::FindEntity(txn, role.kind, role.account, role.name)) {
    return aws::Error(EntityAlreadyExists, "Role with name " + role.name + " already exists.");
  }
  if (auto full = AccountQuota(txn, role.kind, role.account)) return *full;
  role.id = NewEntityId(txn, "AROA");
  auto bounded = SetBoundary(txn, role.account, role.id, {}, role.permissions_boundary);
  if (!bounded) return bounded.error();
  store::PutEntity(txn, role);
  return {};
}

Task<Result<http::Response>> CreateRole(pipeline::Call& call) {
  auto role = ReadCreateRole(call.params().all(), call.identity().account, call.now());
  if (!role) co_return role.error();
  auto create = [&](store::Txn& txn) -> Result<> {
    if (auto set = SetTrust(txn, *role, role->document); !set) return set;
    return AddRole(txn, *role);
  };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Role");
    WriteNewRole(xml, *role);
    for (const auto& name : {kDescriptionAttribute, kSessionDurationAttribute}) {
      xml.optional_text(name, Attribute(role->attributes, name));
    }
    WriteBoundary(xml, role->permissions_boundary);
    if (!role->tags.empty()) WriteTags(xml, role->tags);
    xml.close();
  });
}

Task<Result<http::Response>> GetRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<Entity> {
    auto role = RequireRole(reader, call.identity().account, name);
    if (!role) return role.error();
    return ShowTrust(reader, *std::move(role));
  };
  auto role = co_await call.read(find);
  if (!role) co_return role.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Role");
    WriteRole(xml, *role);
    WriteBoundary(xml, role->permissions_boundary);
    if (!role->tags.empty()) WriteTags(xml, role->tags);
    WriteRoleLastUsed(xml, LastUseOfRole(call.services().identities, role->id, call.now()));
    xml.close();
  });
}

Task<Result<http::Response>> ListRoles(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    auto found =
        store::ListEntities(reader, EntityKind::kRole, call.identity().account, prefix, page.after, page.limit + 1);
    for (Entity& role : found) role = ShowTrust(reader, std::move(role));
    return found;
  };
  auto roles = co_await call.read(list);
  const bool truncated = Cut(roles, page);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Roles");
    for (const Entity& role : roles) {
      xml.open("member");
      WriteRole(xml, role);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? roles.back().name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  const auto description = form.optional(kDescription);
  const auto seconds = form.integer(kMaxSessionDuration);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto change = [&](store::Txn&, Entity& role) -> Result<> {
    if (description) SetAttribute(role.attributes, kDescriptionAttribute, *description);
    if (seconds) SetAttribute(role.attributes, kSessionDurationAttribute, std::to_string(*seconds));
    return {};
  };
  // The description alone of a service's role is its account's to choose (IAM User Guide, service-linked roles).
  Require& require = seconds ? RequireModifiableRole : RequireRole;
  auto update = Changing(call, require, name, change);
  auto role = co_await call.commit(update);
  if (!role) co_return role.error();
  co_return Answer(call, [](aws::XmlWriter&) {});
}

Task<Result<http::Response>> UpdateRoleDescription(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  const std::string description = form.required(kDescription);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto change = [&](store::Txn&, Entity& role) -> Result<> {
    SetAttribute(role.attributes, kDescriptionAttribute, description);
    return {};
  };
  auto update = Changing(call, RequireRole, name, change);
  auto role = co_await call.commit(update);
  if (!role) co_return role.error();
  co_return AnswerRole(call, *role);
}

Task<Result<http::Response>> UpdateAssumeRolePolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  const std::string document = form.required(kPolicyDocument);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto change = [&](store::Txn& txn, Entity& role) -> Result<> { return SetTrust(txn, role, document); };
  auto update = Changing(call, RequireModifiableRole, name, change);
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kRoleName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto role = RequireModifiableRole(txn, call.identity().account, name);
    if (!role) return role.error();
    if (!store::LinksTo(txn, store::Relation::kProfileRole, role->id).empty()) {
      return aws::Error(DeleteConflict, "Cannot delete entity, must remove roles from instance profile first.");
    }
    if (auto conflict = PolicyConflict(txn, role->id)) return *conflict;
    ClearBoundary(txn, role->id, role->permissions_boundary);
    store::EraseEntity(txn, *role);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
