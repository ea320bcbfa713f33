#include "store/entities.h"

#include <algorithm>

#include "store/codec.h"
#include "store/counts.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/principals.h"

namespace keymill::store {
namespace {

// Rows of Family::kPrincipals, beside those of principals.cc, which have small letters.
constexpr char kEntity = 'E';        // id -> record
constexpr char kEntityByName = 'N';  // kind, account, folded name -> id
constexpr char kInline = 'I';        // owner id, name -> document
constexpr char kVersion = 'V';       // policy id, number -> record
constexpr char kForward = 'F';       // relation, from, to -> nothing
constexpr char kBackward = 'B';      // relation, to, from -> nothing

constexpr std::uint8_t kFormat = 1;

/// IAM names are ASCII (aws-facts B).
std::string Fold(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

template <class Enum>
char Code(Enum value) {
  return static_cast<char>(value);
}

std::string EntityKey(std::string_view id) {
  return KeyBuilder(kEntity).rest(id).take();
}
std::string NameKey(EntityKind kind, std::string_view account, std::string_view folded) {
  const char code = Code(kind);
  return KeyBuilder(kEntityByName).text({&code, 1}).text(account).rest(folded).take();
}
std::string InlineKey(std::string_view owner_id, std::string_view name) {
  return KeyBuilder(kInline).text(owner_id).rest(name).take();
}
std::string VersionKey(std::string_view policy_id, std::uint32_t number) {
  return KeyBuilder(kVersion).text(policy_id).number32(number).take();
}
std::string LinkKey(char space, Relation relation, std::string_view one, std::string_view other) {
  const char code = Code(relation);
  return KeyBuilder(space).text({&code, 1}).text(one).rest(other).take();
}

std::string Encode(const Entity& entity) {
  std::string out;
  FieldWriter fields(out, kFormat);
  fields.always_number(1, static_cast<std::uint64_t>(entity.kind));
  fields.bytes(2, entity.id);
  fields.bytes(3, entity.account);
  fields.bytes(4, entity.name);
  fields.bytes(5, entity.path);
  fields.number(6, ZigZag(entity.created));
  fields.number(7, ZigZag(entity.updated));
  fields.bytes(8, entity.document);
  fields.bytes(9, entity.permissions_boundary);
  WritePairs(fields, 10, entity.tags);
  WritePairs(fields, 11, entity.attributes);
  return out;
}

Entity DecodeEntity(std::string_view value) {
  FieldReader fields(value, kFormat);
  Entity entity;
  auto text = [&](std::uint32_t tag, std::string& out) {
    if (fields.find(tag)) out = fields.bytes();
  };
  if (fields.find(1)) {
    const std::uint64_t kind = fields.number();
    if (kind < 1 || kind > static_cast<std::uint64_t>(EntityKind::kServerCertificate)) {
      throw StoreError("a stored record is damaged: unknown kind of entity");
    }
    entity.kind = static_cast<EntityKind>(kind);
  }
  text(2, entity.id);
  text(3, entity.account);
  text(4, entity.name);
  text(5, entity.path);
  if (fields.find(6)) entity.created = UnZigZag(fields.number());
  if (fields.find(7)) entity.updated = UnZigZag(fields.number());
  text(8, entity.document);
  text(9, entity.permissions_boundary);
  ReadPairs(fields, 10, entity.tags);
  ReadPairs(fields, 11, entity.attributes);
  return entity;
}

PolicyVersion DecodeVersion(std::string_view value) {
  FieldReader fields(value, kFormat);
  PolicyVersion version;
  if (fields.find(1)) version.number = static_cast<std::uint32_t>(fields.number());
  if (fields.find(2)) version.created = UnZigZag(fields.number());
  if (fields.find(3)) version.document = fields.bytes();
  return version;
}

/// What stands after `prefix` in the keys below it.
std::vector<std::string> Rests(const Reader& reader, const std::string& prefix) {
  std::vector<std::string> rests;
  for (const auto cursor = reader.scan(Family::kPrincipals, prefix); cursor->valid(); cursor->next()) {
    rests.emplace_back(cursor->key().substr(prefix.size()));
  }
  return rests;
}

}  // namespace

std::optional<Entity> FindEntityById(const Reader& reader, std::string_view id) {
  auto value = reader.get(Family::kPrincipals, EntityKey(id));
  return value ? std::optional(DecodeEntity(*value)) : std::nullopt;
}

std::optional<Entity> FindEntity(const Reader& reader, EntityKind kind, std::string_view account,
                                 std::string_view name) {
  const auto id = reader.get(Family::kPrincipals, NameKey(kind, account, Fold(name)));
  return id ? FindEntityById(reader, *id) : std::nullopt;
}

std::vector<Entity> ListEntities(const Reader& reader, EntityKind kind, std::string_view account,
                                 std::string_view path_prefix, std::string_view after, std::size_t limit) {
  std::vector<Entity> entities;
  const auto cursor = reader.scan(Family::kPrincipals, NameKey(kind, account, {}));
  if (!after.empty()) cursor->seek(NameKey(kind, account, Fold(after) + '\0'));
  for (; cursor->valid() && entities.size() < limit; cursor->next()) {
    auto entity = FindEntityById(reader, cursor->value());
    if (entity && std::string_view(entity->path).starts_with(path_prefix)) entities.push_back(*std::move(entity));
  }
  return entities;
}

std::size_t CountEntities(const Reader& reader, EntityKind kind, std::string_view account) {
  return CountedRows(reader, NameKey(kind, account, {}));
}

std::vector<Entity> AllEntities(const Reader& reader, EntityKind kind) {
  std::vector<Entity> entities;
  const char code = Code(kind);
  const auto cursor = reader.scan(Family::kPrincipals, KeyBuilder(kEntityByName).text({&code, 1}).take());
  for (; cursor->valid(); cursor->next()) {
    if (auto entity = FindEntityById(reader, cursor->value())) entities.push_back(*std::move(entity));
  }
  return entities;
}

void PutEntity(Txn& txn, const Entity& entity, std::string_view former_name) {
  if (!former_name.empty()) {
    txn.erase(Family::kPrincipals, NameKey(entity.kind, entity.account, Fold(former_name)));
  }
  if (!FindEntityById(txn, entity.id)) CountRow(txn, NameKey(entity.kind, entity.account, {}), 1);
  txn.put(Family::kPrincipals, EntityKey(entity.id), Encode(entity));
  txn.put(Family::kPrincipals, NameKey(entity.kind, entity.account, Fold(entity.name)), entity.id);
  txn.touched(entity.id);
}

void EraseEntity(Txn& txn, const Entity& entity) {
  if (FindEntityById(txn, entity.id)) CountRow(txn, NameKey(entity.kind, entity.account, {}), -1);
  txn.erase(Family::kPrincipals, EntityKey(entity.id));
  txn.erase(Family::kPrincipals, NameKey(entity.kind, entity.account, Fold(entity.name)));
  if (entity.kind == EntityKind::kRole) EraseKeyUse(txn, entity.id);
  txn.touched(entity.id);
}

std::optional<std::string> FindInlinePolicy(const Reader& reader, std::string_view owner_id, std::string_view name) {
  return reader.get(Family::kPrincipals, InlineKey(owner_id, name));
}

std::vector<InlinePolicy> ListInlinePolicies(const Reader& reader, std::string_view owner_id) {
  std::vector<InlinePolicy> policies;
  const std::string prefix = InlineKey(owner_id, {});
  for (const auto cursor = reader.scan(Family::kPrincipals, prefix); cursor->valid(); cursor->next()) {
    policies.push_back({std::string(cursor->key().substr(prefix.size())), std::string(cursor->value())});
  }
  return policies;
}

void PutInlinePolicy(Txn& txn, std::string_view owner_id, const InlinePolicy& policy) {
  txn.put(Family::kPrincipals, InlineKey(owner_id, policy.name), policy.document);
  txn.touched(std::string(owner_id));
}

void EraseInlinePolicy(Txn& txn, std::string_view owner_id, std::string_view name) {
  txn.erase(Family::kPrincipals, InlineKey(owner_id, name));
  txn.touched(std::string(owner_id));
}

std::optional<PolicyVersion> FindPolicyVersion(const Reader& reader, std::string_view policy_id, std::uint32_t number) {
  auto value = reader.get(Family::kPrincipals, VersionKey(policy_id, number));
  return value ? std::optional(DecodeVersion(*value)) : std::nullopt;
}

std::vector<PolicyVersion> ListPolicyVersions(const Reader& reader, std::string_view policy_id) {
  std::vector<PolicyVersion> versions;
  const std::string prefix = KeyBuilder(kVersion).text(policy_id).take();
  for (const auto cursor = reader.scan(Family::kPrincipals, prefix); cursor->valid(); cursor->next()) {
    versions.push_back(DecodeVersion(cursor->value()));
  }
  return versions;
}

void PutPolicyVersion(Txn& txn, std::string_view policy_id, const PolicyVersion& version) {
  std::string out;
  FieldWriter fields(out, kFormat);
  fields.number(1, version.number);
  fields.number(2, ZigZag(version.created));
  fields.bytes(3, version.document);
  txn.put(Family::kPrincipals, VersionKey(policy_id, version.number), out);
  txn.touched(std::string(policy_id));
}

void ErasePolicyVersion(Txn& txn, std::string_view policy_id, std::uint32_t number) {
  txn.erase(Family::kPrincipals, VersionKey(policy_id, number));
  txn.touched(std::string(policy_id));
}

bool Linked(const Reader& reader, Relation relation, std::string_view from, std::string_view to) {
  return reader.get(Family::kPrincipals, LinkKey(kForward, relation, from, to)).has_value();
}

std::vector<std::string> LinksFrom(const Reader& reader, Relation relation, std::string_view from) {
  return Rests(reader, LinkKey(kForward, relation, from, {}));
}

std::vector<std::string> LinksTo(const Reader& reader, Relation relation, std::string_view to) {
  return Rests(reader, LinkKey(kBackward, relation, to, {}));
}

void Link(Txn& txn, Relation relation, std::string_view from, std::string_view to) {
  txn.put(Family::kPrincipals, LinkKey(kForward, relation, from, to), {});
  txn.put(Family::kPrincipals, LinkKey(kBackward, relation, to, from), {});
  txn.touched(std::string(from));
}

void Unlink(Txn& txn, Relation relation, std::string_view from, std::string_view to) {
  txn.erase(Family::kPrincipals, LinkKey(kForward, relation, from, to));
  txn.erase(Family::kPrincipals, LinkKey(kBackward, relation, to, from));
  txn.touched(std::string(from));
}

}  // namespace keymill::store
