#include "server/iam/authorization_details.h"

#include <algorithm>
#include <variant>

#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attachments.h"
#include "server/iam/attributes.h"
#include "server/iam/boundaries.h"
#include "server/iam/documents.h"
#include "server/iam/fields.h"
#include "server/iam/groups.h"
#include "server/iam/holders.h"
#include "server/iam/instance_profiles.h"
#include "server/iam/page.h"
#include "server/iam/policies.h"
#include "server/iam/policy_versions.h"
#include "server/iam/roles.h"
#include "server/iam/tags.h"
#include "server/iam/trust_policy.h"
#include "server/iam/users.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::Relation;

constexpr std::size_t kAll = ~std::size_t{0};
constexpr aws::ListField kFilter{"Filter"};
constexpr aws::StringRule kFilterRule{.values = kEntityFilters};

/// What a page is cut from: everything of the account by ARN, in the order of the answer's lists. Reading an entry
/// whole is left to the page that shows it.
enum class Section : std::uint8_t { kUser, kGroup, kRole, kPolicy };
struct Entry {
  Section section;
  std::string arn;
  std::variant<store::User, Entity, ManagedPolicy> what;
};

/// What a user, a group or a role holds.
struct Held {
  std::vector<store::InlinePolicy> inline_policies;
  std::vector<ManagedPolicy> attached;
};

struct UserDetail {
  store::User user;
  Held held;
  std::vector<std::string> groups;
};
struct HolderDetail {
  Entity entity;  ///< a group or a role
  Held held;
  std::vector<InstanceProfile> profiles;
  store::KeyUse last_use;  ///< of a role
};
struct PolicyDetail {
  CountedPolicy counted;
  std::vector<store::PolicyVersion> versions;
};

struct Details {
  std::vector<UserDetail> users;
  std::vector<HolderDetail> groups;
  std::vector<HolderDetail> roles;
  std::vector<PolicyDetail> policies;
  bool truncated = false;
  std::string last;
};

bool Wanted(const std::vector<std::string>& filter, std::string_view kind) {
  return filter.empty() || std::find(filter.begin(), filter.end(), kind) != filter.end();
}

/// Of AWS's policies only those that somebody in the account has.
bool InUse(const CountedPolicy& counted) {
  return counted.attachments + counted.boundaries > 0;
}

std::vector<Entry> Collect(const store::Reader& reader, const std::string& account,
                           const std::vector<std::string>& filter) {
  std::vector<Entry> entries;
  if (Wanted(filter, "User")) {
    for (store::User& user : store::ListUsers(reader, account, {}, {}, kAll)) {
      std::string arn = UserArn(user);
      entries.push_back({Section::kUser, std::move(arn), std::move(user)});
    }
  }
  for (const auto& [section, kind, word] : {std::tuple{Section::kGroup, EntityKind::kGroup, "Group"},
                                            std::tuple{Section::kRole, EntityKind::kRole, "Role"}}) {
    if (!Wanted(filter, word)) continue;
    for (Entity& entity : store::ListEntities(reader, kind, account, {}, {}, kAll)) {
      std::string arn = EntityArn(entity);
      entries.push_back({section, std::move(arn), std::move(entity)});
    }
  }
  if (Wanted(filter, "LocalManagedPolicy")) {
    for (const Entity& entity : store::ListEntities(reader, EntityKind::kPolicy, account, {}, {}, kAll)) {
      std::string arn = EntityArn(entity);
      if (auto policy = FindManagedPolicy(reader, arn)) {
        entries.push_back({Section::kPolicy, std::move(arn), *std::move(policy)});
      }
    }
  }
  if (Wanted(filter, "AWSManagedPolicy")) {
    for (const AwsManagedPolicy& known : AwsManagedPolicies()) {
      ManagedPolicy policy = FromAws(known);
      std::string arn = policy.arn();
      if (InUse(CountPolicy(reader, policy, account))) {
        entries.push_back({Section::kPolicy, std::move(arn), std::move(policy)});
      }
    }
  }
  return entries;
}

Held HeldBy(const store::Reader& reader, std::string_view holder_id) {
  Held held{store::ListInlinePolicies(reader, holder_id), {}};
  for (const std::string& arn : store::LinksFrom(reader, Relation::kAttachment, holder_id)) {
    if (auto policy = FindManagedPolicy(reader, arn)) held.attached.push_back(*std::move(policy));
  }
  return held;
}

UserDetail Detail(const store::Reader& reader, store::User user) {
  UserDetail detail{std::move(user), {}, {}};
  detail.held = HeldBy(reader, detail.user.id);
  for (const std::string& id : store::LinksFrom(reader, Relation::kMember, detail.user.id)) {
    if (auto group = store::FindEntityById(reader, id)) detail.groups.push_back(group->name);
  }
  return detail;
}

HolderDetail GroupDetail(const store::Reader& reader, Entity group) {
  HolderDetail detail{std::move(group), {}, {}, {}};
  detail.held = HeldBy(reader, detail.entity.id);
  return detail;
}

HolderDetail RoleDetail(const store::Reader& reader, Entity role, const pipeline::Identities& identities,
                        store::Millis now) {
  HolderDetail detail{ShowTrust(reader, std::move(role)), {}, {}, {}};
  detail.held = HeldBy(reader, detail.entity.id);
  detail.profiles = InstanceProfilesOf(reader, detail.entity.id);
  detail.last_use = LastUseOfRole(identities, detail.entity.id, now);
  return detail;
}

PolicyDetail Detail(const store::Reader& reader, const std::string& account, ManagedPolicy policy) {
  PolicyDetail detail{CountPolicy(reader, std::move(policy), account), {}};
  detail.versions = VersionsOf(reader, detail.counted.policy);
  return detail;
}

Details ReadDetails(const store::Reader& reader, const std::string& account, const std::vector<std::string>& filter,
                    const Page& page, const pipeline::Identities& identities, store::Millis now) {
  Details details;
  auto entries = Collect(reader, account, filter);
  details.truncated = Slice(entries, page, [](const Entry& entry) -> const std::string& { return entry.arn; });
  if (details.truncated) details.last = entries.back().arn;
  for (Entry& entry : entries) {
    switch (entry.section) {
      case Section::kUser:
        details.users.push_back(Detail(reader, std::get<store::User>(std::move(entry.what))));
        break;
      case Section::kGroup:
        details.groups.push_back(GroupDetail(reader, std::get<Entity>(std::move(entry.what))));
        break;
      case Section::kRole:
        details.roles.push_back(RoleDetail(reader, std::get<Entity>(std::move(entry.what)), identities, now));
        break;
      case Section::kPolicy:
        details.policies.push_back(Detail(reader, account, std::get<ManagedPolicy>(std::move(entry.what))));
        break;
    }
  }
  return details;
}

void WriteHeld(aws::XmlWriter& xml, std::string_view list, const Held& held) {
  xml.open(list);
  for (const store::InlinePolicy& policy : held.inline_policies) {
    xml.open("member").text("PolicyName", policy.name);
    xml.text("PolicyDocument", EncodedDocument(policy.document)).close();
  }
  xml.close().open("AttachedManagedPolicies");
  for (const ManagedPolicy& policy : held.attached) {
    xml.open("member").text("PolicyName", policy.entity.name).text("PolicyArn", policy.arn()).close();
  }
  xml.close();
}

void Write(aws::XmlWriter& xml, const UserDetail& detail) {
  WriteUser(xml, detail.user);
  xml.open("GroupList");
  for (const std::string& group : detail.groups) xml.text("member", group);
  xml.close();
  WriteHeld(xml, "UserPolicyList", detail.held);
  WriteBoundary(xml, detail.user.permissions_boundary);
  WriteTags(xml, detail.user.tags);
}

void WriteGroupDetail(aws::XmlWriter& xml, const HolderDetail& detail) {
  WriteGroup(xml, detail.entity);
  WriteHeld(xml, "GroupPolicyList", detail.held);
}

void WriteRoleDetail(aws::XmlWriter& xml, const HolderDetail& detail) {
  WriteNewRole(xml, detail.entity);
  xml.open("InstanceProfileList");
  for (const InstanceProfile& profile : detail.profiles) {
    xml.open("member");
    WriteInstanceProfile(xml, profile, true);
    xml.close();
  }
  xml.close();
  WriteHeld(xml, "RolePolicyList", detail.held);
  WriteBoundary(xml, detail.entity.permissions_boundary);
  WriteTags(xml, detail.entity.tags);
  WriteRoleLastUsed(xml, detail.last_use);
}

void Write(aws::XmlWriter& xml, const PolicyDetail& detail) {
  const ManagedPolicy& policy = detail.counted.policy;
  WritePolicy(xml, detail.counted);
  xml.optional_text("Description", Attribute(policy.entity.attributes, kDescriptionAttribute));
  WritePolicyTimes(xml, policy.entity);
  xml.open("PolicyVersionList");
  for (const store::PolicyVersion& version : detail.versions) {
    xml.open("member");
    WritePolicyVersion(xml, version, version.number == policy.version, true);
    xml.close();
  }
  xml.close();
}

template <class T>
void WriteList(aws::XmlWriter& xml, std::string_view name, const std::vector<T>& details,
               void (*write)(aws::XmlWriter&, const T&)) {
  xml.open(name);
  for (const T& detail : details) {
    xml.open("member");
    write(xml, detail);
    xml.close();
  }
  xml.close();
}

}  // namespace

Task<Result<http::Response>> GetAccountAuthorizationDetails(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::vector<std::string> filter = form.strings(kFilter, kFilterRule);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto read = [&](const store::Reader& reader) {
    return ReadDetails(reader, call.identity().account, filter, page, call.services().identities, call.now());
  };
  const auto details = co_await call.read(read);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteList(xml, "UserDetailList", details.users, &Write);
    WriteList(xml, "GroupDetailList", details.groups, &WriteGroupDetail);
    WriteList(xml, "RoleDetailList", details.roles, &WriteRoleDetail);
    WriteList(xml, "Policies", details.policies, &Write);
    WritePageEnd(xml, details.truncated, details.last);
  });
}

}  // namespace keymill::iam
