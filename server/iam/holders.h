#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/aws/error.h"
#include "server/aws/form.h"
#include "server/result.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::iam {

/// Who can hold policies, inline and attached.
enum class HolderKind : std::uint8_t { kUser, kGroup, kRole };

struct Holder {
  HolderKind kind;
  std::string id;
  std::string account;
  std::string name;
  std::string path;
  std::string arn() const;
};

/// How the kinds differ: in words, parameters and quotas.
struct HolderTraits {
  std::string_view word;            ///< "user": in ARNs and in AWS's sentences
  aws::StringField name;            ///< the parameter that names one
  aws::StringField attached_name;   ///< the same where managed policies are attached
  std::size_t inline_size;          ///< characters in all inline policies together, white space not counted
  std::string_view attached_quota;  ///< AWS's name for the number of attached policies
};
const HolderTraits& Traits(HolderKind kind);

/// By name, or NoSuchEntity: "The role with name X cannot be found."
Result<Holder> RequireHolder(const store::Reader& reader, HolderKind kind, std::string_view account,
                             std::string_view name);
/// By id; nullopt if there is none.
std::optional<Holder> FindHolder(const store::Reader& reader, std::string_view id);

/// The same for who is to be given or to lose a policy: UnmodifiableEntity for service-linked roles.
Result<Holder> RequireModifiableHolder(const store::Reader& reader, HolderKind kind, std::string_view account,
                                       std::string_view name);

Result<store::Entity> RequireGroup(const store::Reader& reader, std::string_view account, std::string_view name);
Result<store::Entity> RequireRole(const store::Reader& reader, std::string_view account, std::string_view name);
Result<store::Entity> RequireModifiableRole(const store::Reader& reader, std::string_view account,
                                            std::string_view name);

/// A role that belongs to a service, which alone knows what it needs.
inline constexpr std::string_view kServiceRolePath = "/aws-service-role/";
bool IsServiceLinked(const store::Entity& role);

/// The permissions of this user, group or role changed: those in memory are read again, also of a group's members.
void TouchPermissions(store::Txn& txn, std::string_view holder_id);

/// What stands in the way of deleting a user, group or role: the DeleteConflict, or nullopt.
std::optional<aws::Error> PolicyConflict(const store::Reader& reader, std::string_view holder_id);

/// Stores an entity under another name or path; `taken` words the refusal of a name that another one has.
Result<> MoveEntity(store::Txn& txn, store::Entity entity, const std::optional<std::string>& new_name,
                    const std::optional<std::string>& new_path, aws::Error (*taken)(const std::string& name));

/// A unique id with this prefix that nothing has yet.
std::string NewEntityId(const store::Reader& reader, std::string_view prefix);

std::string EntityArn(const store::Entity& entity);

}  // namespace keymill::iam
