#include "server/iam/attachments.h"

#include <set>

#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/managed.h"
#include "server/iam/page.h"
#include "server/iam/permissions.h"
#include "server/iam/quotas.h"

namespace keymill::iam {
namespace {

using store::Relation;

constexpr aws::StringField kEntityFilter{"EntityFilter", {.values = kEntityFilters}};

void WriteHolders(aws::XmlWriter& xml, const std::vector<Holder>& holders, HolderKind kind, std::string_view list,
                  std::string_view name, std::string_view id) {
  xml.open(list);
  for (const Holder& holder : holders) {
    if (holder.kind == kind) xml.open("member").text(name, holder.name).text(id, holder.id).close();
  }
  xml.close();
}

/// The ids of those who have the policy, for whatever use unless one is named.
std::set<std::string> UsersOf(const store::Reader& reader, const std::string& arn,
                              const std::optional<std::string>& usage) {
  std::set<std::string> ids;
  for (const Relation relation : {Relation::kAttachment, Relation::kBoundary}) {
    if (usage && (relation == Relation::kBoundary) != (*usage == kUsedAsBoundary)) continue;
    for (std::string& id : store::LinksTo(reader, relation, arn)) ids.insert(std::move(id));
  }
  return ids;
}

}  // namespace

Result<> AttachPolicy(store::Txn& txn, const Holder& holder, const std::string& arn) {
  auto policy = RequireAttachable(txn, holder.account, arn);
  if (!policy) return policy.error();
  if (store::Linked(txn, Relation::kAttachment, holder.id, arn)) return {};
  if (store::LinksFrom(txn, Relation::kAttachment, holder.id).size() >= kMaxAttached) {
    return QuotaExceeded(Traits(holder.kind).attached_quota, kMaxAttached);
  }
  store::Link(txn, Relation::kAttachment, holder.id, arn);
  Govern(txn, holder.id);
  TouchPermissions(txn, holder.id);
  return {};
}

Task<Result<http::Response>> Attach(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(Traits(kind).attached_name);
  const std::string arn = form.required(kPolicyArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto attach = [&](store::Txn& txn) -> Result<> {
    auto holder = RequireModifiableHolder(txn, kind, call.identity().account, name);
    if (!holder) return holder.error();
    return AttachPolicy(txn, *holder, arn);
  };
  co_return co_await CommitThenAnswer(call, attach);
}

Task<Result<http::Response>> Detach(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(Traits(kind).attached_name);
  const std::string arn = form.required(kPolicyArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto detach = [&](store::Txn& txn) -> Result<> {
    auto holder = RequireModifiableHolder(txn, kind, call.identity().account, name);
    if (!holder) return holder.error();
    if (auto policy = RequireManagedPolicy(txn, call.identity().account, arn); !policy) return policy.error();
    if (!store::Linked(txn, Relation::kAttachment, holder->id, arn)) {
      return aws::Error(NoSuchEntity, "Policy " + arn + " was not found.");
    }
    store::Unlink(txn, Relation::kAttachment, holder->id, arn);
    TouchPermissions(txn, holder->id);
    return {};
  };
  co_return co_await CommitThenAnswer(call, detach);
}

Task<Result<http::Response>> ListAttached(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(Traits(kind).attached_name);
  const std::string prefix = form.optional(kPolicyPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<std::vector<ManagedPolicy>> {
    auto holder = RequireHolder(reader, kind, call.identity().account, name);
    if (!holder) return holder.error();
    std::vector<ManagedPolicy> policies;
    for (const std::string& arn : store::LinksFrom(reader, Relation::kAttachment, holder->id)) {
      auto policy = FindManagedPolicy(reader, arn);
      if (policy && policy->entity.path.starts_with(prefix)) policies.push_back(*std::move(policy));
    }
    return policies;
  };
  auto policies = co_await call.read(list);
  if (!policies) co_return policies.error();
  const bool truncated = Slice(*policies, page, [](const ManagedPolicy& policy) { return policy.arn(); });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("AttachedPolicies");
    for (const ManagedPolicy& policy : *policies) {
      xml.open("member").text("PolicyName", policy.entity.name).text("PolicyArn", policy.arn()).close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? policies->back().arn() : std::string());
  });
}

Task<Result<http::Response>> ListEntitiesForPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const auto filter = form.optional(kEntityFilter);
  const auto usage = form.optional(kPolicyUsageFilter);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<std::vector<Holder>> {
    if (auto policy = RequireManagedPolicy(reader, call.identity().account, arn); !policy) return policy.error();
    std::vector<Holder> holders;
    for (const std::string& id : UsersOf(reader, arn, usage)) {
      auto holder = FindHolder(reader, id);
      if (!holder || holder->account != call.identity().account || !holder->path.starts_with(prefix)) continue;
      const std::string_view kind = holder->kind == HolderKind::kUser    ? "User"
                                    : holder->kind == HolderKind::kGroup ? "Group"
                                                                         : "Role";
      if (!filter || *filter == kind) holders.push_back(*std::move(holder));
    }
    return holders;
  };
  auto holders = co_await call.read(list);
  if (!holders) co_return holders.error();
  const bool truncated = Slice(*holders, page, [](const Holder& holder) { return holder.id; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteHolders(xml, *holders, HolderKind::kGroup, "PolicyGroups", "GroupName", "GroupId");
    WriteHolders(xml, *holders, HolderKind::kUser, "PolicyUsers", "UserName", "UserId");
    WriteHolders(xml, *holders, HolderKind::kRole, "PolicyRoles", "RoleName", "RoleId");
    WritePageEnd(xml, truncated, truncated ? holders->back().id : std::string_view{});
  });
}

}  // namespace keymill::iam
