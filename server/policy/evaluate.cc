#include "server/policy/evaluate.h"

#include <algorithm>

namespace keymill::policy {
namespace {

using Verdict = Decision::Verdict;

struct Findings {
  const Statement* deny = nullptr;
  const Statement* allow = nullptr;
  std::string_view denier = {};  ///< the ARN of the policy that denies, if it has one

  void note(const Statement& statement) {
    const Statement*& slot = statement.effect == Effect::kDeny ? deny : allow;
    if (slot == nullptr) slot = &statement;
  }
};

Findings Search(Documents documents, const Request& request) {
  Findings found;
  for (const Document* document : documents) {
    for (const Statement& statement : document->statements()) {
      if (statement.applies(request)) found.note(statement);
    }
    if (found.deny != nullptr) {
      found.denier = document->arn();
      break;
    }
  }
  return found;
}

struct ResourceFindings : Findings {
  Naming naming = Naming::kNot;  ///< the closest naming among the statements and lists that allow
};

/// Whether NotPrincipal leaves the principal out. The account's ARN stands there for its root user alone: beside the
/// ARNs of users, as AWS demands it, it excepts no other user. Nobody who has a permissions boundary is ever excepted
/// ("Permissions boundaries for IAM entities" warns of it).
bool Excepted(Naming naming, const Principal& principal, const Policies& policies) {
  if (policies.boundary != nullptr) return false;
  return naming > Naming::kAccount || (naming == Naming::kAccount && principal.kind == Principal::Kind::kRoot);
}

ResourceFindings SearchResource(const Policies& policies, const Principal& principal, const Request& request) {
  ResourceFindings found;
  found.naming = policies.listed;
  if (policies.resource == nullptr) return found;
  for (const Statement& statement : policies.resource->statements()) {
    if (statement.effect == Effect::kAllow && !policies.resource_grants) continue;
    Naming naming = statement.principals ? statement.principals->names(principal) : Naming::kNot;
    if (statement.not_principals) naming = Excepted(naming, principal, policies) ? Naming::kNot : Naming::kSelf;
    if (naming == Naming::kNot || !statement.applies(request)) continue;
    found.note(statement);
    if (statement.effect == Effect::kAllow) found.naming = std::max(found.naming, naming);
  }
  return found;
}

Decision Denied(Source source, const Findings& found) {
  return {Verdict::kExplicitDeny, source, found.deny, found.denier};
}
Decision Lacking(Source source) {
  return {Verdict::kImplicitDeny, source, nullptr, {}};
}
Decision Allowed(Source source, const Statement* statement) {
  return {Verdict::kAllow, source, statement, {}};
}

}  // namespace

Decision Evaluate(const Principal& principal, const Policies& policies, const Request& request) {
  const Findings identity = Search(policies.identity, request);
  const Findings boundary =
      policies.boundary != nullptr ? Search(Documents(&policies.boundary, 1), request) : Findings{};
  const Findings session = policies.session ? Search(*policies.session, request) : Findings{};
  const ResourceFindings resource = SearchResource(policies, principal, request);

  if (identity.deny != nullptr) return Denied(Source::kIdentity, identity);
  if (resource.deny != nullptr) return Denied(Source::kResource, resource);
  if (boundary.deny != nullptr) return Denied(Source::kBoundary, boundary);
  if (session.deny != nullptr) return Denied(Source::kSession, session);

  // Nobody with policies of their own: only the resource's can grant.
  if (principal.account.empty()) {
    return resource.naming != Naming::kNot ? Allowed(Source::kResource, resource.allow) : Lacking(Source::kResource);
  }
  const bool own_account = policies.resource_account.empty() || policies.resource_account == principal.account;
  if ((!own_account || policies.resource_must_allow) && resource.naming == Naming::kNot)
    return Lacking(Source::kResource);
  if (principal.kind == Principal::Kind::kRoot && !policies.session)
    return Allowed(own_account ? Source::kNone : Source::kResource, resource.allow);
  if (own_account && resource.naming == Naming::kSelf) return Allowed(Source::kResource, resource.allow);

  const bool role_named = own_account && resource.naming == Naming::kRole;
  if (identity.allow == nullptr && !role_named) return Lacking(Source::kIdentity);
  if (policies.boundary != nullptr && boundary.allow == nullptr) return Lacking(Source::kBoundary);
  const bool needs_session = policies.session.has_value() || principal.kind == Principal::Kind::kFederatedUser;
  if (needs_session && session.allow == nullptr) return Lacking(Source::kSession);
  return identity.allow != nullptr ? Allowed(Source::kIdentity, identity.allow)
                                   : Allowed(Source::kResource, resource.allow);
}

std::string Reason(const Decision& decision, std::string_view action) {
  struct Words {
    Source source;
    std::string_view article;
    std::string_view name;
  };
  static constexpr Words kWords[] = {
      {Source::kIdentity, "an", "identity-based policy"},
      {Source::kResource, "a", "resource-based policy"},
      {Source::kBoundary, "a", "permissions boundary"},
      {Source::kSession, "a", "session policy"},
  };
  for (const Words& words : kWords) {
    if (words.source != decision.source) continue;
    if (decision.verdict == Verdict::kExplicitDeny) {
      std::string text = std::string(" with an explicit deny in ").append(words.article).append(" ").append(words.name);
      if (!decision.policy_arn.empty()) text.append(": ").append(decision.policy_arn);
      return text;
    }
    if (decision.verdict == Verdict::kImplicitDeny) {
      return std::string(" because no ").append(words.name).append(" allows the ").append(action).append(" action");
    }
  }
  return {};
}

}  // namespace keymill::policy
