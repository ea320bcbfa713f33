#include "server/iam/instance_profiles.h"

#include <algorithm>

#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/roles.h"
#include "server/iam/tags.h"
#include "server/iam/trust_policy.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::Relation;

InstanceProfile WithRole(const store::Reader& reader, Entity entity) {
  InstanceProfile profile{std::move(entity), std::nullopt};
  for (const std::string& id : store::LinksFrom(reader, Relation::kProfileRole, profile.entity.id)) {
    if (auto role = store::FindEntityById(reader, id)) profile.role = ShowTrust(reader, *std::move(role));
  }
  return profile;
}

http::Response AnswerOne(const pipeline::Call& call, const InstanceProfile& profile) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("InstanceProfile");
    WriteInstanceProfile(xml, profile, true);
    xml.close();
  });
}

http::Response AnswerList(const pipeline::Call& call, const std::vector<InstanceProfile>& profiles, bool truncated) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("InstanceProfiles");
    for (const InstanceProfile& profile : profiles) {
      xml.open("member");
      WriteInstanceProfile(xml, profile, false);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? profiles.back().entity.name : std::string_view{});
  });
}

Result<Entity> RequireTagged(const store::Reader& reader, const std::string& account, const std::string& name) {
  auto profile = RequireProfile(reader, account, name);
  if (!profile) return profile.error();
  return std::move(profile->entity);
}

}  // namespace

constexpr TaggedKind<Entity> kTaggedInstanceProfile{kInstanceProfileName, "TagsPerInstanceProfile", &RequireTagged};

void WriteInstanceProfile(aws::XmlWriter& xml, const InstanceProfile& profile, bool with_tags) {
  const Entity& entity = profile.entity;
  xml.text("Path", entity.path).text("InstanceProfileName", entity.name).text("InstanceProfileId", entity.id);
  xml.text("Arn", EntityArn(entity)).text("CreateDate", aws::IsoSeconds(entity.created)).open("Roles");
  if (profile.role) {
    xml.open("member");
    WriteNewRole(xml, *profile.role);
    xml.close();
  }
  xml.close();
  if (with_tags && !entity.tags.empty()) WriteTags(xml, entity.tags);
}

std::vector<InstanceProfile> InstanceProfilesOf(const store::Reader& reader, std::string_view role_id) {
  std::vector<InstanceProfile> profiles;
  for (const std::string& id : store::LinksTo(reader, Relation::kProfileRole, role_id)) {
    if (auto entity = store::FindEntityById(reader, id)) profiles.push_back(WithRole(reader, *std::move(entity)));
  }
  return profiles;
}

Result<InstanceProfile> RequireProfile(const store::Reader& reader, const std::string& account,
                                       const std::string& name) {
  auto entity = store::FindEntity(reader, EntityKind::kInstanceProfile, account, name);
  if (!entity) return aws::Error(NoSuchEntity, "Instance Profile " + name + " cannot be found.");
  return WithRole(reader, *std::move(entity));
}

Result<Entity> ReadCreateInstanceProfile(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  Entity entity;
  entity.kind = EntityKind::kInstanceProfile;
  entity.account = account;
  entity.name = form.required(kInstanceProfileName);
  entity.path = form.optional(kPath).value_or("/");
  entity.tags = form.pairs(kTags, kTagKey, kTagValue);
  entity.created = now;
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(entity.tags)) return *refusal;
  return entity;
}

Result<> AddInstanceProfile(store::Txn& txn, Entity& entity) {
  if (store::FindEntity(txn, entity.kind, entity.account, entity.name)) {
    return aws::Error(EntityAlreadyExists, "Instance Profile " + entity.name + " already exists.");
  }
  if (auto full = AccountQuota(txn, entity.kind, entity.account)) return *full;
  entity.id = NewEntityId(txn, "AIPA");
  store::PutEntity(txn, entity);
  return {};
}

Result<> AddProfileRole(store::Txn& txn, const InstanceProfile& profile, const Entity& role) {
  if (profile.role) {
    return QuotaExceeded("InstanceSessionsPerInstanceProfile", 1);
  }
  store::Link(txn, Relation::kProfileRole, profile.entity.id, role.id);
  return {};
}

Task<Result<http::Response>> CreateInstanceProfile(pipeline::Call& call) {
  auto entity = ReadCreateInstanceProfile(call.params().all(), call.identity().account, call.now());
  if (!entity) co_return entity.error();
  auto create = [&](store::Txn& txn) { return AddInstanceProfile(txn, *entity); };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return AnswerOne(call, {*std::move(entity), std::nullopt});
}

Task<Result<http::Response>> GetInstanceProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kInstanceProfileName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return RequireProfile(reader, call.identity().account, name); };
  auto profile = co_await call.read(find);
  if (!profile) co_return profile.error();
  co_return AnswerOne(call, *profile);
}

Task<Result<http::Response>> ListInstanceProfiles(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    std::vector<InstanceProfile> profiles;
    for (Entity& entity : store::ListEntities(reader, EntityKind::kInstanceProfile, call.identity().account, prefix,
                                              page.after, page.limit + 1)) {
      profiles.push_back(WithRole(reader, std::move(entity)));
    }
    return profiles;
  };
  auto profiles = co_await call.read(list);
  const bool truncated = Cut(profiles, page);
  co_return AnswerList(call, profiles, truncated);
}

Task<Result<http::Response>> ListInstanceProfilesForRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string role_name = form.required(kRoleName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<std::vector<InstanceProfile>> {
    auto role = RequireRole(reader, call.identity().account, role_name);
    if (!role) return role.error();
    std::vector<InstanceProfile> profiles;
    for (const std::string& id : store::LinksTo(reader, Relation::kProfileRole, role->id)) {
      if (auto entity = store::FindEntityById(reader, id)) profiles.push_back(WithRole(reader, *std::move(entity)));
    }
    std::sort(profiles.begin(), profiles.end(),
              [](const InstanceProfile& a, const InstanceProfile& b) { return a.entity.name < b.entity.name; });
    return profiles;
  };
  auto profiles = co_await call.read(list);
  if (!profiles) co_return profiles.error();
  const bool truncated = Slice(*profiles, page, [](const InstanceProfile& profile) { return profile.entity.name; });
  co_return AnswerList(call, *profiles, truncated);
}

Task<Result<http::Response>> DeleteInstanceProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kInstanceProfileName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto profile = RequireProfile(txn, call.identity().account, name);
    if (!profile) return profile.error();
    if (profile->role) {
      return aws::Error(DeleteConflict, "Cannot delete entity, must remove roles from instance profile first.");
    }
    store::EraseEntity(txn, profile->entity);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> AddRoleToInstanceProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kInstanceProfileName);
  const std::string role_name = form.required(kRoleName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto add = [&](store::Txn& txn) -> Result<> {
    auto profile = RequireProfile(txn, call.identity().account, name);
    if (!profile) return profile.error();
    auto role = RequireModifiableRole(txn, call.identity().account, role_name);
    if (!role) return role.error();
    return AddProfileRole(txn, *profile, *role);
  };
  co_return co_await CommitThenAnswer(call, add);
}

Task<Result<http::Response>> RemoveRoleFromInstanceProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kInstanceProfileName);
  const std::string role_name = form.required(kRoleName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto profile = RequireProfile(txn, call.identity().account, name);
    if (!profile) return profile.error();
    auto role = RequireModifiableRole(txn, call.identity().account, role_name);
    if (!role) return role.error();
    if (!profile->role || profile->role->id != role->id) {
      return aws::Error(NoSuchEntity, "The role with name " + role_name + " cannot be found.");
    }
    store::Unlink(txn, Relation::kProfileRole, profile->entity.id, role->id);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
