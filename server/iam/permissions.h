#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "server/pipeline/permissions.h"
#include "store/txn.h"

namespace keymill::iam {

/// Compiles the policies of a user: inline and attached, its own and its groups', and its boundary. A user that has
/// never had any of them has default rights.
std::shared_ptr<const pipeline::Permissions> LoadPermissions(const store::Reader& reader, const store::User& user);

/// The same without default rights: who has no policy may do nothing, as on AWS.
std::shared_ptr<const pipeline::Permissions> LoadGrantedPermissions(const store::Reader& reader,
                                                                    const store::User& user);

/// The same for a role, which never has default rights.
std::shared_ptr<const pipeline::Permissions> LoadRolePermissions(const store::Reader& reader,
                                                                 const store::Entity& role);
/// The default version of the managed policy with this ARN; nullopt if there is none.
std::optional<policy::Document> LoadManagedPolicy(const store::Reader& reader, std::string_view arn);

inline constexpr pipeline::PolicyLoaders kPolicyLoaders{&LoadPermissions, &LoadRolePermissions, &LoadManagedPolicy};
/// Of --default-rights none.
inline constexpr pipeline::PolicyLoaders kGrantedPolicyLoaders{&LoadGrantedPermissions, &LoadRolePermissions,
                                                               &LoadManagedPolicy};

/// From now on, and for good, this user may do only what policies allow. Other kinds of holders need no such mark.
void Govern(store::Txn& txn, std::string_view holder_id);

}  // namespace keymill::iam
