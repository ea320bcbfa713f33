#pragma once

#include <optional>
#include <string>

#include "server/pipeline/identity.h"
#include "server/result.h"
#include "store/principals.h"

namespace keymill::iam {

/// Whose keys a request is about: an IAM user, or the account's root user, whose keys hang on the account id.
struct Owner {
  std::string id;
  std::string account;
  std::optional<store::User> user;

  std::string name() const { return user ? user->name : std::string(); }
};

/// The user of that name in the signer's account; without a name the signer itself, as IAM infers it from the key.
Result<Owner> FindOwner(const store::Reader& reader, const pipeline::Identity& signer,
                        const std::optional<std::string>& user_name);

/// The user of that name in the signer's account, or NoSuchEntity.
Result<store::User> RequireUser(const store::Reader& reader, std::string_view account, std::string_view name);

}  // namespace keymill::iam
