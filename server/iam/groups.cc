#include "server/iam/groups.h"

#include <algorithm>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/owner.h"
#include "server/iam/page.h"
#include "server/iam/permissions.h"
#include "server/iam/quotas.h"
#include "server/iam/users.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::Relation;

void WriteGroups(aws::XmlWriter& xml, const std::vector<Entity>& groups, bool truncated) {
  xml.open("Groups");
  for (const Entity& group : groups) {
    xml.open("member");
    WriteGroup(xml, group);
    xml.close();
  }
  xml.close();
  WritePageEnd(xml, truncated, truncated ? groups.back().name : std::string_view{});
}

aws::Error NameTaken(const std::string& name) {
  return {EntityAlreadyExists, "Group with name " + name + " already exists."};
}

struct Membership {
  store::User user;
  Entity group;
};

Result<Membership> RequireBoth(const store::Reader& reader, const std::string& account, const std::string& group_name,
                               const std::string& user_name) {
  auto group = RequireGroup(reader, account, group_name);
  if (!group) return group.error();
  auto user = RequireUser(reader, account, user_name);
  if (!user) return user.error();
  return Membership{*std::move(user), *std::move(group)};
}

}  // namespace

void WriteGroup(aws::XmlWriter& xml, const Entity& group) {
  xml.text("Path", group.path).text("GroupName", group.name).text("GroupId", group.id).text("Arn", EntityArn(group));
  xml.text("CreateDate", aws::IsoSeconds(group.created));
}

Result<Entity> ReadCreateGroup(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  Entity group;
  group.kind = EntityKind::kGroup;
  group.account = account;
  group.path = form.optional(kPath).value_or("/");
  group.name = form.required(kGroupName);
  group.created = now;
  if (auto refusal = form.refusal()) return *refusal;
  return group;
}

Result<> AddGroup(store::Txn& txn, Entity& group) {
  if (store::FindEntity(txn, group.kind, group.account, group.name)) return NameTaken(group.name);
  if (auto full = AccountQuota(txn, group.kind, group.account)) return *full;
  group.id = NewEntityId(txn, "AGPA");
  store::PutEntity(txn, group);
  return {};
}

Result<> JoinGroup(store::Txn& txn, const store::User& user, const Entity& group) {
  if (store::Linked(txn, Relation::kMember, user.id, group.id)) return {};
  if (store::LinksFrom(txn, Relation::kMember, user.id).size() >= kMaxGroupsPerUser) {
    return QuotaExceeded("GroupsPerUser", kMaxGroupsPerUser);
  }
  store::Link(txn, Relation::kMember, user.id, group.id);
  Govern(txn, user.id);
  return {};
}

Task<Result<http::Response>> CreateGroup(pipeline::Call& call) {
  auto group = ReadCreateGroup(call.params().all(), call.identity().account, call.now());
  if (!group) co_return group.error();
  auto create = [&](store::Txn& txn) { return AddGroup(txn, *group); };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Group");
    WriteGroup(xml, *group);
    xml.close();
  });
}

Task<Result<http::Response>> GetGroup(pipeline::Call& call) {
  struct Found {
    Entity group;
    std::vector<store::User> users;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kGroupName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<Found> {
    auto group = RequireGroup(reader, call.identity().account, name);
    if (!group) return group.error();
    Found found{*std::move(group), {}};
    for (const std::string& id : store::LinksTo(reader, Relation::kMember, found.group.id)) {
      if (auto user = store::FindUserById(reader, id)) found.users.push_back(*std::move(user));
    }
    std::sort(found.users.begin(), found.users.end(),
              [](const store::User& a, const store::User& b) { return a.name < b.name; });
    return found;
  };
  auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const bool truncated = Slice(found->users, page, [](const store::User& user) { return user.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Group");
    WriteGroup(xml, found->group);
    xml.close().open("Users");
    for (const store::User& user : found->users) {
      xml.open("member");
      WriteUser(xml, user);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? found->users.back().name : std::string_view{});
  });
}

Task<Result<http::Response>> ListGroups(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    return store::ListEntities(reader, EntityKind::kGroup, call.identity().account, prefix, page.after, page.limit + 1);
  };
  auto groups = co_await call.read(list);
  const bool truncated = Cut(groups, page);
  co_return Answer(call, [&](aws::XmlWriter& xml) { WriteGroups(xml, groups, truncated); });
}

Task<Result<http::Response>> UpdateGroup(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kGroupName);
  const auto new_path = form.optional(kNewPath);
  const auto new_name = form.optional(kNewGroupName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto update = [&](store::Txn& txn) -> Result<> {
    auto group = RequireGroup(txn, call.identity().account, name);
    if (!group) return group.error();
    return MoveEntity(txn, *std::move(group), new_name, new_path, &NameTaken);
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteGroup(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kGroupName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto group = RequireGroup(txn, call.identity().account, name);
    if (!group) return group.error();
    if (!store::LinksTo(txn, Relation::kMember, group->id).empty()) {
      return aws::Error(DeleteConflict, "Cannot delete entity, must remove users from group first.");
    }
    if (auto conflict = PolicyConflict(txn, group->id)) return *conflict;
    store::EraseEntity(txn, *group);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> AddUserToGroup(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string group_name = form.required(kGroupName);
  const std::string user_name = form.required(kUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto add = [&](store::Txn& txn) -> Result<> {
    auto both = RequireBoth(txn, call.identity().account, group_name, user_name);
    if (!both) return both.error();
    return JoinGroup(txn, both->user, both->group);
  };
  co_return co_await CommitThenAnswer(call, add);
}

Task<Result<http::Response>> RemoveUserFromGroup(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string group_name = form.required(kGroupName);
  const std::string user_name = form.required(kUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto both = RequireBoth(txn, call.identity().account, group_name, user_name);
    if (!both) return both.error();
    store::Unlink(txn, Relation::kMember, both->user.id, both->group.id);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListGroupsForUser(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string user_name = form.required(kUserName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<std::vector<Entity>> {
    auto user = RequireUser(reader, call.identity().account, user_name);
    if (!user) return user.error();
    std::vector<Entity> groups;
    for (const std::string& id : store::LinksFrom(reader, Relation::kMember, user->id)) {
      if (auto group = store::FindEntityById(reader, id)) groups.push_back(*std::move(group));
    }
    std::sort(groups.begin(), groups.end(), [](const Entity& a, const Entity& b) { return a.name < b.name; });
    return groups;
  };
  auto groups = co_await call.read(list);
  if (!groups) co_return groups.error();
  const bool truncated = Slice(*groups, page, [](const Entity& group) { return group.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) { WriteGroups(xml, *groups, truncated); });
}

}  // namespace keymill::iam
