#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/iam/owner.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// What a user has under ids of their own beside access keys: SSH public keys, signing certificates and
/// service-specific credentials. Each is an item of the user's with a status.
namespace keymill::iam {

struct UserCredentialKind {
  store::ItemKind kind;
  const aws::StringField& user;  ///< the parameter that names the user
  const aws::StringField& id;    ///< the parameter that names the credential
  bool names_user;               ///< the user must be named; else the signer is meant
  bool roots_too;                ///< the root user can have them
  std::string_view before_id;    ///< AWS's sentence on one that does not exist, around its id
  std::string_view after_id;
};

/// An item with the name of its user, which can change; empty for root.
struct UserCredential {
  store::Item item;
  std::string user_name;
};

/// Whose credentials a request is about; ValidationError if that must be a user and is not.
Result<Owner> FindCredentialOwner(const store::Reader& reader, const UserCredentialKind& kind,
                                  const pipeline::Identity& signer, const std::optional<std::string>& name);
/// The owner's credential of that id; NoSuchEntity for an unknown one and for another user's.
Result<UserCredential> RequireCredential(const store::Reader& reader, const UserCredentialKind& kind,
                                         const pipeline::Identity& signer, const std::optional<std::string>& name,
                                         const std::string& id);

/// All of the owner's, in the order of their ids.
Result<std::vector<UserCredential>> ListCredentials(const store::Reader& reader, const UserCredentialKind& kind,
                                                    const pipeline::Identity& signer,
                                                    const std::optional<std::string>& name);

/// The parameter UserName as this kind reads it.
std::optional<std::string> ReadCredentialUser(aws::Form& form, const UserCredentialKind& kind);

/// Sets Status: Active or Inactive.
Task<Result<http::Response>> UpdateCredentialStatus(pipeline::Call& call, const UserCredentialKind& kind);
Task<Result<http::Response>> DeleteCredential(pipeline::Call& call, const UserCredentialKind& kind);

}  // namespace keymill::iam
