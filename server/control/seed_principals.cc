#include "server/control/errors.h"
#include "server/control/seed_apply.h"
#include "server/iam/attachments.h"
#include "server/iam/attributes.h"
#include "server/iam/boundaries.h"
#include "server/iam/documents.h"
#include "server/iam/fields.h"
#include "server/iam/groups.h"
#include "server/iam/holders.h"
#include "server/iam/inline_policies.h"
#include "server/iam/instance_profiles.h"
#include "server/iam/managed.h"
#include "server/iam/permissions.h"
#include "server/iam/policies.h"
#include "server/iam/policy_versions.h"
#include "server/iam/roles.h"
#include "server/iam/tags.h"
#include "server/iam/trust_policy.h"
#include "server/iam/users.h"
#include "sigv4/encoding.h"
#include "store/entities.h"

// What a seed says of IAM's users, groups, roles, policies and instance profiles. Input goes through the forms of IAM's
// own operations, so that names, paths, tags and documents are checked as theirs are.

namespace keymill::control {
namespace {

using store::Entity;
using store::EntityKind;
using store::Relation;

/// A policy's ARN, also given by its name alone: the account's own, or else AWS's.
std::string PolicyArn(const store::Reader& reader, const std::string& account, const std::string& text) {
  if (text.starts_with("arn:")) return text;
  if (const auto own = store::FindEntity(reader, EntityKind::kPolicy, account, text)) return iam::EntityArn(*own);
  for (const iam::AwsManagedPolicy& policy : iam::AwsManagedPolicies()) {
    if (policy.name == text) return iam::FromAws(policy).arn();
  }
  return text;
}

aws::Error PathIsFixed(std::string_view word) {
  return {InvalidSeed, "there is a " + std::string(word) + " of this name with another path, which cannot be changed"};
}

/// Takes over tags, and settings that are attributes. True if that changed anything.
Result<bool> TakeOver(Entity& entity, const Entity& wanted) {
  const store::StringPairs attributes = entity.attributes;
  const auto tagged = TakeTags(entity.tags, wanted.tags);
  if (!tagged) return tagged;
  for (const auto& [name, value] : wanted.attributes) iam::SetAttribute(entity.attributes, name, value);
  return *tagged || entity.attributes != attributes;
}

}  // namespace

aws::Form::Pairs FormOf(const SeedPrincipal& wanted, std::string_view name, std::string_view document) {
  aws::Form::Pairs form{{std::string(name), wanted.name}};
  if (wanted.iam_path) form.emplace_back("Path", *wanted.iam_path);
  if (wanted.description) form.emplace_back("Description", *wanted.description);
  if (wanted.max_session_duration) {
    form.emplace_back("MaxSessionDuration", std::to_string(*wanted.max_session_duration));
  }
  if (wanted.document) form.emplace_back(document, wanted.document->text);
  std::size_t number = 0;
  for (const auto& [key, value] : wanted.tags) {
    const std::string member = "Tags.member." + std::to_string(++number);
    form.emplace_back(member + ".Key", key);
    form.emplace_back(member + ".Value", value);
  }
  return form;
}

Result<bool> TakeTags(store::StringPairs& tags, const store::StringPairs& wanted) {
  const store::StringPairs before = tags;
  iam::MergeTags(tags, wanted);
  if (tags.size() > iam::kMaxTags) return aws::Error(InvalidSeed, "with those that are there, more than 50 tags");
  return tags != before;
}

Result<> SeedRun::policy(const SeedAccount& account, const SeedPrincipal& wanted) {
  at_ = wanted.document->path;
  if (auto checked = iam::CheckManagedDocument(wanted.document->text); !checked) return checked;
  at_ = wanted.path;
  auto read = iam::ReadCreatePolicy(FormOf(wanted, "PolicyName", "PolicyDocument"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("policy", account.id, sigv4::lower(wanted.name)); !first) return first;
  auto entity = store::FindEntity(txn_, EntityKind::kPolicy, account.id, wanted.name);
  if (!entity) {
    count(true, false);
    return iam::AddPolicy(txn_, *read);
  }
  if (wanted.iam_path && *wanted.iam_path != entity->path) return PathIsFixed("policy");
  auto changed = TakeOver(*entity, read->entity);
  if (!changed) return changed.error();
  if (*changed) store::PutEntity(txn_, *entity);
  auto policy = iam::FindManagedPolicy(txn_, iam::EntityArn(*entity));
  if (policy && policy->document != wanted.document->text) {
    // A new version takes the place of the oldest that is not in force, as there may be five.
    const auto versions = store::ListPolicyVersions(txn_, entity->id);
    for (std::size_t i = 0; versions.size() >= iam::kMaxPolicyVersions && i < versions.size(); ++i) {
      if (versions[i].number == policy->version) continue;
      store::ErasePolicyVersion(txn_, entity->id, versions[i].number);
      break;
    }
    auto added = iam::AddPolicyVersion(txn_, *policy, wanted.document->text, true, now_);
    if (!added) return added.error();
    changed = true;
  }
  count(false, *changed);
  return {};
}

Result<> SeedRun::group(const SeedAccount& account, const SeedPrincipal& wanted) {
  auto read = iam::ReadCreateGroup(FormOf(wanted, "GroupName"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("group", account.id, sigv4::lower(wanted.name)); !first) return first;
  auto group = store::FindEntity(txn_, EntityKind::kGroup, account.id, wanted.name);
  const bool created = !group;
  bool changed = false;
  if (created) {
    group = *read;
    if (auto added = iam::AddGroup(txn_, *group); !added) return added;
  } else if (wanted.iam_path && *wanted.iam_path != group->path) {
    group->path = *wanted.iam_path;
    store::PutEntity(txn_, *group);
    changed = true;
  }
  const auto policies = policies_of(account, wanted, group->id);
  if (!policies) return policies.error();
  count(created, changed || *policies);
  return {};
}

Result<> SeedRun::user(const SeedAccount& account, const SeedPrincipal& wanted) {
  const auto read = iam::ReadCreateUser(FormOf(wanted, "UserName"));
  if (!read) return read.error();
  if (auto first = once("user", account.id, sigv4::lower(wanted.name)); !first) return first;
  auto user = store::FindUser(txn_, account.id, wanted.name);
  const bool created = !user;
  bool changed = false;
  if (created) {
    auto added = iam::AddUser(txn_, account.id, *read, now_);
    if (!added) return added.error();
    user = *std::move(added);
  } else {
    const store::User before = *user;
    if (wanted.iam_path) user->path = *wanted.iam_path;
    const auto tagged = TakeTags(user->tags, read->tags);
    if (!tagged) return tagged.error();
    changed = user->path != before.path || *tagged;
    if (changed) store::PutUser(txn_, *user);
  }
  const auto boundary = bounded(account, wanted, user->permissions_boundary);
  if (!boundary) return boundary.error();
  const auto groups = groups_of(account, wanted, *user);
  if (!groups) return groups.error();
  const auto policies = policies_of(account, wanted, user->id);
  if (!policies) return policies.error();
  if (wanted.governed) {
    const store::StringPairs before = store::FindUserById(txn_, user->id)->attributes;
    iam::Govern(txn_, user->id);
    changed |= store::FindUserById(txn_, user->id)->attributes != before;
  }
  const auto logged_in = login(account, wanted, *user);
  if (!logged_in) return logged_in.error();
  count(created, changed || *boundary || *groups || *policies || *logged_in);
  for (const SeedKey& each : wanted.access_keys) {
    if (auto done = key(account, user->id, each); !done) return done;
  }
  return {};
}

/// Without its trust policy, which trust() sees to once all roles are there: roles may trust each other.
Result<> SeedRun::role(const SeedAccount& account, const SeedPrincipal& wanted) {
  const auto read = iam::ReadCreateRole(FormOf(wanted, "RoleName", "AssumeRolePolicyDocument"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("role", account.id, sigv4::lower(wanted.name)); !first) return first;
  auto role = store::FindEntity(txn_, EntityKind::kRole, account.id, wanted.name);
  const bool created = !role;
  bool changed = false;
  if (created) {
    role = *read;
    if (auto added = iam::AddRole(txn_, *role); !added) return added;
  } else {
    if (wanted.iam_path && *wanted.iam_path != role->path) return PathIsFixed("role");
    auto taken = TakeOver(*role, *read);
    if (!taken) return taken.error();
    changed = *taken || role->document != read->document;
    role->document = read->document;
    if (changed) store::PutEntity(txn_, *role);
  }
  const auto boundary = bounded(account, wanted, role->permissions_boundary);
  if (!boundary) return boundary.error();
  const auto policies = policies_of(account, wanted, role->id);
  if (!policies) return policies.error();
  count(created, changed || *boundary || *policies);
  return {};
}

Result<> SeedRun::trust(const SeedAccount& account, const SeedPrincipal& wanted) {
  at_ = wanted.document->path;
  auto role = store::FindEntity(txn_, EntityKind::kRole, account.id, wanted.name);
  const store::StringPairs before = role->attributes;
  if (auto set = iam::SetTrust(txn_, *role, wanted.document->text); !set) return set;
  if (role->attributes != before) store::PutEntity(txn_, *role);
  return {};
}

Result<> SeedRun::profile(const SeedAccount& account, const SeedPrincipal& wanted) {
  auto read = iam::ReadCreateInstanceProfile(FormOf(wanted, "InstanceProfileName"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("instance profile", account.id, sigv4::lower(wanted.name)); !first) return first;
  auto entity = store::FindEntity(txn_, EntityKind::kInstanceProfile, account.id, wanted.name);
  const bool created = !entity;
  bool changed = false;
  if (created) {
    entity = *read;
    if (auto added = iam::AddInstanceProfile(txn_, *entity); !added) return added;
  } else {
    if (wanted.iam_path && *wanted.iam_path != entity->path) return PathIsFixed("instance profile");
    auto taken = TakeOver(*entity, *read);
    if (!taken) return taken.error();
    changed = *taken;
    if (changed) store::PutEntity(txn_, *entity);
  }
  if (wanted.role) {
    at_ = wanted.role->path;
    const auto profile = iam::RequireProfile(txn_, account.id, wanted.name);
    const auto role = iam::RequireRole(txn_, account.id, wanted.role->text);
    if (!role) return role.error();
    if (!profile->role || profile->role->id != role->id) {
      if (auto added = iam::AddProfileRole(txn_, *profile, *role); !added) return added;
      changed = true;
    }
  }
  count(created, changed);
  return {};
}

Result<bool> SeedRun::policies_of(const SeedAccount& account, const SeedPrincipal& wanted,
                                  const std::string& holder_id) {
  const auto holder = iam::FindHolder(txn_, holder_id);
  bool changed = false;
  for (const SeedNamedText& policy : wanted.inline_policies) {
    at_ = policy.path;
    aws::Form::Pairs pairs{{"PolicyName", policy.name}, {"PolicyDocument", *policy.text}};
    aws::Form form(pairs, aws::Form::Style::kIam);
    form.required(iam::kPolicyName);
    form.required(iam::kPolicyDocument);
    if (auto refusal = form.refusal()) return *refusal;
    if (auto refusal = iam::CheckDocument(*policy.text, policy::Kind::kIdentity)) return *refusal;
    if (store::FindInlinePolicy(txn_, holder_id, policy.name) == policy.text) continue;
    if (auto set = iam::SetInline(txn_, *holder, {policy.name, *policy.text}); !set) return set.error();
    changed = true;
  }
  for (const SeedText& attached : wanted.attached_policies) {
    at_ = attached.path;
    const std::string arn = PolicyArn(txn_, account.id, attached.text);
    const bool linked = store::Linked(txn_, Relation::kAttachment, holder_id, arn);
    if (auto done = iam::AttachPolicy(txn_, *holder, arn); !done) return done.error();
    changed |= !linked;
  }
  return changed;
}

Result<bool> SeedRun::groups_of(const SeedAccount& account, const SeedPrincipal& wanted, const store::User& user) {
  bool changed = false;
  for (const SeedText& name : wanted.groups) {
    at_ = name.path;
    const auto group = iam::RequireGroup(txn_, account.id, name.text);
    if (!group) return group.error();
    changed |= !store::Linked(txn_, Relation::kMember, user.id, group->id);
    if (auto joined = iam::JoinGroup(txn_, user, *group); !joined) return joined.error();
  }
  return changed;
}

Result<bool> SeedRun::bounded(const SeedAccount& account, const SeedPrincipal& wanted, const std::string& former) {
  if (!wanted.boundary) return false;
  at_ = wanted.boundary->path;
  const std::string arn = PolicyArn(txn_, account.id, wanted.boundary->text);
  if (arn == former) return false;
  const auto set = wanted.document ? &iam::SetRoleBoundary : &iam::SetUserBoundary;  // only roles have one
  if (auto done = set(txn_, account.id, wanted.name, arn); !done) return done.error();
  return true;
}

}  // namespace keymill::control
