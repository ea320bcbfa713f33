#pragma once

#include <memory>
#include <string_view>

#include "server/pipeline/permissions.h"
#include "store/txn.h"

namespace keymill::iam {

/// Compiles the policies of a user: inline and attached, its own and its groups', and its boundary. nullptr for a user
/// that has never had a policy or a group.
std::shared_ptr<const pipeline::Permissions> LoadPermissions(const store::Reader& reader, const store::User& user);

/// From now on, and for good, this user may do only what policies allow. Other kinds of holders need no such mark.
void Govern(store::Txn& txn, std::string_view holder_id);

}  // namespace keymill::iam
