#include "server/iam/user_credentials.h"

#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"

namespace keymill::iam {

Result<Owner> FindCredentialOwner(const store::Reader& reader, const UserCredentialKind& kind,
                                  const pipeline::Identity& signer, const std::optional<std::string>& name) {
  auto owner = FindOwner(reader, signer, name);
  if (owner && !owner->user && !kind.roots_too) {
    return aws::Error(ValidationError, "Must specify userName when calling with non-User credentials");
  }
  return owner;
}

Result<UserCredential> RequireCredential(const store::Reader& reader, const UserCredentialKind& kind,
                                         const pipeline::Identity& signer, const std::optional<std::string>& name,
                                         const std::string& id) {
  auto owner = FindCredentialOwner(reader, kind, signer, name);
  if (!owner) return owner.error();
  auto item = store::FindItem(reader, kind.kind, owner->id, id);
  if (!item) return aws::Error(NoSuchEntity, std::string(kind.before_id).append(id).append(kind.after_id));
  return UserCredential{*std::move(item), owner->name()};
}

Result<std::vector<UserCredential>> ListCredentials(const store::Reader& reader, const UserCredentialKind& kind,
                                                    const pipeline::Identity& signer,
                                                    const std::optional<std::string>& name) {
  auto owner = FindCredentialOwner(reader, kind, signer, name);
  if (!owner) return owner.error();
  std::vector<UserCredential> credentials;
  for (store::Item& item : store::ListItems(reader, kind.kind, owner->id)) {
    credentials.push_back({std::move(item), owner->name()});
  }
  return credentials;
}

std::optional<std::string> ReadCredentialUser(aws::Form& form, const UserCredentialKind& kind) {
  if (kind.names_user) return form.required(kind.user);
  return form.optional(kind.user);
}

Task<Result<http::Response>> UpdateCredentialStatus(pipeline::Call& call, const UserCredentialKind& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kind);
  const std::string id = form.required(kind.id);
  const std::string status = form.required(kStatus);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto update = [&](store::Txn& txn) -> Result<> {
    auto credential = RequireCredential(txn, kind, call.identity(), name, id);
    if (!credential) return credential.error();
    store::Item& item = credential->item;
    if (Attribute(item.attributes, kStatusAttribute) == status) return {};
    SetAttribute(item.attributes, kStatusAttribute, status);
    item.updated = call.now();
    store::PutItem(txn, item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteCredential(pipeline::Call& call, const UserCredentialKind& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kind);
  const std::string id = form.required(kind.id);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto credential = RequireCredential(txn, kind, call.identity(), name, id);
    if (!credential) return credential.error();
    store::EraseItem(txn, credential->item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
