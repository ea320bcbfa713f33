#include "server/iam/owner.h"

#include "server/iam/errors.h"

namespace keymill::iam {
namespace {

aws::Error NoSuchUser(std::string_view name) {
  return {NoSuchEntity, "The user with name " + std::string(name) + " cannot be found."};
}

}  // namespace

Result<store::User> RequireUser(const store::Reader& reader, std::string_view account, std::string_view name) {
  if (auto user = store::FindUser(reader, account, name)) return *std::move(user);
  return NoSuchUser(name);
}

Result<Owner> FindOwner(const store::Reader& reader, const pipeline::Identity& signer,
                        const std::optional<std::string>& user_name) {
  if (user_name) {
    auto user = RequireUser(reader, signer.account, *user_name);
    if (!user) return user.error();
    return Owner{user->id, signer.account, *std::move(user)};
  }
  switch (signer.kind) {
    case pipeline::Identity::Kind::kRoot:
      return Owner{signer.account, signer.account, std::nullopt};
    case pipeline::Identity::Kind::kUser:
      // By id: the user may have been renamed since the request was authenticated.
      if (auto user = store::FindUserById(reader, signer.user_id)) {
        return Owner{signer.user_id, signer.account, *std::move(user)};
      }
      return NoSuchUser(signer.user_name);
    default:
      return aws::Error(ValidationError, "Must specify userName when calling with non-User credentials");
  }
}

}  // namespace keymill::iam
