#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

/// What IAM keeps beside users and access keys: groups, roles, managed policies, instance profiles and providers; the
/// inline policies of users, groups and roles; and who belongs to what.
namespace keymill::store {

enum class EntityKind : std::uint8_t {
  kGroup = 1,
  kRole = 2,
  kPolicy = 3,
  kInstanceProfile = 4,
  kProvider = 5,
  kServerCertificate = 6
};

struct Entity {
  EntityKind kind = EntityKind::kGroup;
  std::string id;       ///< AGPA…, AROA…, ANPA…, AIPA…, ASCA…
  std::string account;  ///< 12 digits
  std::string name;     ///< case as created; unique case-insensitively within account and kind
  std::string path = "/";
  Millis created = 0;
  Millis updated = 0;
  std::string document;              ///< a role's trust policy, a certificate
  std::string permissions_boundary;  ///< ARN; empty = none
  StringPairs tags;
  StringPairs attributes;  ///< small settings by name, not interpreted here
};

std::optional<Entity> FindEntity(const Reader& reader, EntityKind kind, std::string_view account,
                                 std::string_view name);
std::optional<Entity> FindEntityById(const Reader& reader, std::string_view id);
/// In (case-folded) name order after `after` whose path starts with path_prefix, at most `limit`.
std::vector<Entity> ListEntities(const Reader& reader, EntityKind kind, std::string_view account,
                                 std::string_view path_prefix, std::string_view after, std::size_t limit);
std::size_t CountEntities(const Reader& reader, EntityKind kind, std::string_view account);  ///< at once, however many
/// Every entity of one kind in all accounts.
std::vector<Entity> AllEntities(const Reader& reader, EntityKind kind);
/// Stores or replaces; `former_name` is the name it had (rename), empty if new or unchanged. Marks it touched.
void PutEntity(Txn& txn, const Entity& entity, std::string_view former_name = {});
/// The record only: inline policies, versions and links must be gone before.
void EraseEntity(Txn& txn, const Entity& entity);

/// An inline policy, by its name (case-sensitive), of the user, group or role with `owner_id`.
struct InlinePolicy {
  std::string name;
  std::string document;
};
std::optional<std::string> FindInlinePolicy(const Reader& reader, std::string_view owner_id, std::string_view name);
std::vector<InlinePolicy> ListInlinePolicies(const Reader& reader, std::string_view owner_id);  ///< in name order
void PutInlinePolicy(Txn& txn, std::string_view owner_id, const InlinePolicy& policy);  ///< marks the owner touched
void EraseInlinePolicy(Txn& txn, std::string_view owner_id, std::string_view name);

/// One version of a managed policy; numbers are not used again.
struct PolicyVersion {
  std::uint32_t number = 0;
  std::string document;
  Millis created = 0;
};
std::optional<PolicyVersion> FindPolicyVersion(const Reader& reader, std::string_view policy_id, std::uint32_t number);
std::vector<PolicyVersion> ListPolicyVersions(const Reader& reader, std::string_view policy_id);  ///< oldest first
void PutPolicyVersion(Txn& txn, std::string_view policy_id, const PolicyVersion& version);
void ErasePolicyVersion(Txn& txn, std::string_view policy_id, std::uint32_t number);

/// A fact about two things, found from either side.
enum class Relation : std::uint8_t {
  kMember = 1,       ///< user id -> group id
  kAttachment = 2,   ///< user, group or role id -> ARN of a managed policy
  kProfileRole = 3,  ///< instance profile id -> role id
  kBoundary = 4,     ///< user or role id -> ARN of the managed policy that bounds it
};
bool Linked(const Reader& reader, Relation relation, std::string_view from, std::string_view to);
std::vector<std::string> LinksFrom(const Reader& reader, Relation relation, std::string_view from);
std::vector<std::string> LinksTo(const Reader& reader, Relation relation, std::string_view to);
void Link(Txn& txn, Relation relation, std::string_view from, std::string_view to);  ///< marks `from` touched
void Unlink(Txn& txn, Relation relation, std::string_view from, std::string_view to);

}  // namespace keymill::store
