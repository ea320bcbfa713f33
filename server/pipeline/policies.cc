#include "server/pipeline/policies.h"

#include "server/pipeline/permissions.h"

namespace keymill::pipeline {
namespace {

const policy::Document& Everything() {
  static const policy::Document document = std::get<policy::Document>(policy::Document::Parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
      policy::Kind::kIdentity));
  return document;
}

policy::Principal::Kind KindOf(Identity::Kind kind) {
  using Kind = policy::Principal::Kind;
  switch (kind) {
    case Identity::Kind::kAnonymous:
      return Kind::kAnonymous;
    case Identity::Kind::kRoot:
      return Kind::kRoot;
    case Identity::Kind::kUser:
      return Kind::kUser;
    case Identity::Kind::kAssumedRole:
      return Kind::kAssumedRole;
    case Identity::Kind::kFederatedUser:
      return Kind::kFederatedUser;
  }
  return Kind::kAnonymous;
}

}  // namespace

policy::Principal PrincipalOf(const Identity& identity) {
  policy::Principal principal;
  principal.kind = KindOf(identity.kind);
  principal.account = identity.account;
  principal.arn = identity.arn;
  principal.role_arn = identity.role_arn;
  if (identity.kind != Identity::Kind::kRoot) {
    principal.entity_id = identity.session ? identity.session->facts.principal_id : identity.user_id;
  }
  return principal;
}

bool OfRoot(const Identity& identity) {
  return identity.kind == Identity::Kind::kRoot ||
         (identity.session && identity.session->facts.principal_id == identity.account);
}

bool HasDefaultRights(const Identity& identity) {
  return identity.permissions && identity.permissions->default_rights;
}

PoliciesOf::PoliciesOf(const Identity& identity) : identity_(identity) {
  if (identity.permissions) {
    own_.reserve(identity.permissions->identity.size());
    for (const policy::Document& document : identity.permissions->identity) own_.push_back(&document);
  }
  if (identity.session && identity.session->policies) {
    for (const policy::Document& document : *identity.session->policies) session_.push_back(&document);
  }
  if (OfRoot(identity)) add_everything();
}

void PoliciesOf::add_everything() {
  own_.push_back(&Everything());
}

policy::Policies PoliciesOf::policies() const {
  policy::Policies policies;
  policies.identity = own_;
  if (identity_.permissions && identity_.permissions->boundary) policies.boundary = &*identity_.permissions->boundary;
  if (identity_.session && identity_.session->policies) policies.session = policy::Documents(session_);
  return policies;
}

const std::vector<std::string>& PoliciesOf::context_keys() const {
  static const std::vector<std::string> kNone;
  if (identity_.session) return identity_.session->context_keys;
  return identity_.permissions ? identity_.permissions->context_keys : kNone;
}

}  // namespace keymill::pipeline
