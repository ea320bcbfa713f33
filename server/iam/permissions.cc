#include "server/iam/permissions.h"

#include <algorithm>

#include "server/iam/attributes.h"
#include "server/iam/managed.h"
#include "store/entities.h"

namespace keymill::iam {
namespace {
/// A stored text that does not parse, which only a later version of the program can have written, grants nothing.
/// `arn`: of a managed policy.
void AddDocument(std::vector<policy::Document>& documents, std::string_view text, std::string arn = {}) {
  auto parsed = policy::Document::Parse(text, policy::Kind::kIdentity);
  auto* document = std::get_if<policy::Document>(&parsed);
  if (document == nullptr) return;
  document->set_arn(std::move(arn));
  documents.push_back(std::move(*document));
}

void AddPoliciesOf(const store::Reader& reader, std::string_view holder_id, std::vector<policy::Document>& documents) {
  for (const store::InlinePolicy& policy : store::ListInlinePolicies(reader, holder_id)) {
    AddDocument(documents, policy.document);
  }
  for (const std::string& arn : store::LinksFrom(reader, store::Relation::kAttachment, holder_id)) {
    if (auto policy = FindManagedPolicy(reader, arn)) AddDocument(documents, policy->document, arn);
  }
}

/// The boundary's policy; an empty one, which allows nothing, if it cannot be read.
policy::Document Boundary(const store::Reader& reader, std::string_view arn) {
  return LoadManagedPolicy(reader, arn).value_or(policy::Document());
}

void AddKeys(std::vector<std::string>& keys, const policy::Document& document) {
  auto more = document.context_keys();
  keys.insert(keys.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void CollectKeys(pipeline::Permissions& permissions) {
  auto& keys = permissions.context_keys;
  for (const policy::Document& document : permissions.identity) AddKeys(keys, document);
  if (permissions.boundary) AddKeys(keys, *permissions.boundary);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace

std::shared_ptr<const pipeline::Permissions> LoadPermissions(const store::Reader& reader, const store::User& user) {
  if (Attribute(user.attributes, kGovernedAttribute) == kGovernedValue) return LoadGrantedPermissions(reader, user);
  auto permissions = std::make_shared<pipeline::Permissions>();
  permissions->default_rights = true;
  permissions->tags = user.tags;
  return permissions;
}

std::shared_ptr<const pipeline::Permissions> LoadGrantedPermissions(const store::Reader& reader,
                                                                    const store::User& user) {
  auto permissions = std::make_shared<pipeline::Permissions>();
  AddPoliciesOf(reader, user.id, permissions->identity);
  for (const std::string& group_id : store::LinksFrom(reader, store::Relation::kMember, user.id)) {
    AddPoliciesOf(reader, group_id, permissions->identity);
  }
  if (!user.permissions_boundary.empty()) permissions->boundary = Boundary(reader, user.permissions_boundary);
  permissions->tags = user.tags;
  CollectKeys(*permissions);
  return permissions;
}

std::shared_ptr<const pipeline::Permissions> LoadRolePermissions(const store::Reader& reader,
                                                                 const store::Entity& role) {
  auto permissions = std::make_shared<pipeline::Permissions>();
  AddPoliciesOf(reader, role.id, permissions->identity);
  if (!role.permissions_boundary.empty()) permissions->boundary = Boundary(reader, role.permissions_boundary);
  permissions->tags = role.tags;
  CollectKeys(*permissions);
  return permissions;
}

std::optional<policy::Document> LoadManagedPolicy(const store::Reader& reader, std::string_view arn) {
  std::vector<policy::Document> documents;
  if (auto policy = FindManagedPolicy(reader, arn)) AddDocument(documents, policy->document, std::string(arn));
  return documents.empty() ? std::nullopt : std::optional(std::move(documents.front()));
}

void Govern(store::Txn& txn, std::string_view holder_id) {
  auto user = store::FindUserById(txn, holder_id);
  if (!user || Attribute(user->attributes, kGovernedAttribute) == kGovernedValue) return;
  SetAttribute(user->attributes, kGovernedAttribute, std::string(kGovernedValue));
  store::PutUser(txn, *user);
}

}  // namespace keymill::iam
