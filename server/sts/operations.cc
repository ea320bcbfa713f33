#include "server/sts/operations.h"

#include <cstddef>
#include <iterator>

#include "server/sts/assume_role.h"
#include "server/sts/assume_root.h"
#include "server/sts/authorization_messages.h"
#include "server/sts/caller.h"
#include "server/sts/identity_token.h"
#include "server/sts/saml_identity.h"
#include "server/sts/user_sessions.h"
#include "server/sts/web_identity.h"

namespace keymill::sts {
namespace {

using pipeline::Operation;

// Every operation of AWS's service model, in its order. A row without a handler is authorised and answered 501;
// GetCallerIdentity and GetSessionToken need no permission, and no policy can deny them. AssumeRole is decided by its
// handler, since the role's trust policy has a say, and its variants
// are for callers without credentials.
constexpr Operation kOperations[] = {
    {"AssumeRole", "", &AssumeRole},
    {.name = "AssumeRoleWithSAML",
     .action = "sts:AssumeRoleWithSAML",
     .handler = &AssumeRoleWithSAML,
     .needs_no_signature = true},
    {.name = "AssumeRoleWithWebIdentity",
     .action = "sts:AssumeRoleWithWebIdentity",
     .handler = &AssumeRoleWithWebIdentity,
     .needs_no_signature = true},
    {"AssumeRoot", "sts:AssumeRoot", &AssumeRoot},
    {"DecodeAuthorizationMessage", "sts:DecodeAuthorizationMessage", &DecodeAuthorizationMessage},
    {"GetAccessKeyInfo", "sts:GetAccessKeyInfo", &GetAccessKeyInfo},
    {"GetCallerIdentity", "", &GetCallerIdentity},
    {"GetDelegatedAccessToken", "sts:GetDelegatedAccessToken"},
    {"GetFederationToken", "sts:GetFederationToken", &GetFederationToken},
    {"GetSessionToken", "", &GetSessionToken},
    {"GetWebIdentityToken", "sts:GetWebIdentityToken", &GetWebIdentityToken},
};

constexpr bool StrictlySorted() {
  for (std::size_t i = 1; i < std::size(kOperations); ++i) {
    if (kOperations[i - 1].name >= kOperations[i].name) return false;
  }
  return true;
}
static_assert(StrictlySorted(), "rows stand in the order of their names, each once");

}  // namespace

std::span<const Operation> Operations() {
  return kOperations;
}

}  // namespace keymill::sts
