#include "server/iam/holders.h"

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/owner.h"

namespace keymill::iam {
namespace {

constexpr HolderTraits kTraits[] = {
    {"user", kUserName, kShortUserName, 2048, "PoliciesPerUser"},
    {"group", kGroupName, kGroupName, 5120, "PoliciesPerGroup"},
    {"role", kRoleName, kRoleName, 10240, "PoliciesPerRole"},
};

std::string_view KindInArn(store::EntityKind kind) {
  switch (kind) {
    case store::EntityKind::kGroup:
      return "group";
    case store::EntityKind::kRole:
      return "role";
    case store::EntityKind::kPolicy:
      return "policy";
    case store::EntityKind::kInstanceProfile:
      return "instance-profile";
    case store::EntityKind::kProvider:
      return "oidc-provider";
    case store::EntityKind::kServerCertificate:
      return "server-certificate";
  }
  return {};
}

Result<store::Entity> Require(const store::Reader& reader, store::EntityKind kind, std::string_view account,
                              std::string_view name) {
  if (auto entity = store::FindEntity(reader, kind, account, name)) return *std::move(entity);
  return aws::Error(NoSuchEntity,
                    "The " + std::string(KindInArn(kind)) + " with name " + std::string(name) + " cannot be found.");
}

Holder FromEntity(HolderKind kind, store::Entity entity) {
  return {kind, std::move(entity.id), std::move(entity.account), std::move(entity.name), std::move(entity.path)};
}

Holder FromUser(store::User user) {
  return {HolderKind::kUser, std::move(user.id), std::move(user.account), std::move(user.name), std::move(user.path)};
}

}  // namespace

std::string Holder::arn() const {
  return aws::IamArn(account, Traits(kind).word, path, name);
}

const HolderTraits& Traits(HolderKind kind) {
  return kTraits[static_cast<std::size_t>(kind)];
}

Result<store::Entity> RequireGroup(const store::Reader& reader, std::string_view account, std::string_view name) {
  return Require(reader, store::EntityKind::kGroup, account, name);
}

Result<store::Entity> RequireRole(const store::Reader& reader, std::string_view account, std::string_view name) {
  return Require(reader, store::EntityKind::kRole, account, name);
}

Result<Holder> RequireHolder(const store::Reader& reader, HolderKind kind, std::string_view account,
                             std::string_view name) {
  if (kind == HolderKind::kUser) {
    auto user = RequireUser(reader, account, name);
    if (!user) return user.error();
    return FromUser(*std::move(user));
  }
  auto entity = kind == HolderKind::kGroup ? RequireGroup(reader, account, name) : RequireRole(reader, account, name);
  if (!entity) return entity.error();
  return FromEntity(kind, *std::move(entity));
}

Result<Holder> RequireModifiableHolder(const store::Reader& reader, HolderKind kind, std::string_view account,
                                       std::string_view name) {
  if (kind != HolderKind::kRole) return RequireHolder(reader, kind, account, name);
  auto role = RequireModifiableRole(reader, account, name);
  if (!role) return role.error();
  return FromEntity(kind, *std::move(role));
}

Result<store::Entity> RequireModifiableRole(const store::Reader& reader, std::string_view account,
                                            std::string_view name) {
  auto role = RequireRole(reader, account, name);
  if (!role || !IsServiceLinked(*role)) return role;
  return aws::Error(UnmodifiableEntity, "Cannot perform the operation on the protected role '" + role->name +
                                            "' - this role is only modifiable by AWS");
}

bool IsServiceLinked(const store::Entity& role) {
  return std::string_view(role.path).starts_with(kServiceRolePath);
}

std::optional<Holder> FindHolder(const store::Reader& reader, std::string_view id) {
  if (auto user = store::FindUserById(reader, id)) return FromUser(*std::move(user));
  auto entity = store::FindEntityById(reader, id);
  if (!entity) return std::nullopt;
  if (entity->kind == store::EntityKind::kGroup) return FromEntity(HolderKind::kGroup, *std::move(entity));
  if (entity->kind == store::EntityKind::kRole) return FromEntity(HolderKind::kRole, *std::move(entity));
  return std::nullopt;
}

void TouchPermissions(store::Txn& txn, std::string_view holder_id) {
  txn.touched(std::string(holder_id));
  for (std::string& member : store::LinksTo(txn, store::Relation::kMember, holder_id)) txn.touched(std::move(member));
}

std::optional<aws::Error> PolicyConflict(const store::Reader& reader, std::string_view holder_id) {
  if (!store::ListInlinePolicies(reader, holder_id).empty()) {
    return aws::Error(DeleteConflict, "Cannot delete entity, must delete policies first.");
  }
  if (!store::LinksFrom(reader, store::Relation::kAttachment, holder_id).empty()) {
    return aws::Error(DeleteConflict, "Cannot delete entity, must detach all policies first.");
  }
  return std::nullopt;
}

Result<> MoveEntity(store::Txn& txn, store::Entity entity, const std::optional<std::string>& new_name,
                    const std::optional<std::string>& new_path, aws::Error (*taken)(const std::string& name)) {
  const std::string former_name = entity.name;
  if (new_name) {
    auto holder = store::FindEntity(txn, entity.kind, entity.account, *new_name);
    if (holder && holder->id != entity.id) return taken(*new_name);
    entity.name = *new_name;
  }
  if (new_path) entity.path = *new_path;
  store::PutEntity(txn, entity, entity.name == former_name ? std::string_view{} : former_name);
  return {};
}

std::string NewEntityId(const store::Reader& reader, std::string_view prefix) {
  for (;;) {
    std::string id = aws::NewUniqueId(prefix);
    if (!store::FindEntityById(reader, id)) return id;
  }
}

std::string EntityArn(const store::Entity& entity) {
  return aws::IamArn(entity.account, KindInArn(entity.kind), entity.path, entity.name);
}

}  // namespace keymill::iam
