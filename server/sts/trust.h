#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/pipeline/call.h"
#include "server/policy/evaluate.h"
#include "store/entities.h"

/// Roles, and who may assume them.
namespace keymill::sts {

/// nullopt unless the role exists and this is its ARN, path included.
std::optional<store::Entity> FindRole(const store::Reader& reader, std::string_view role_arn);

/// "X is invalid" unless the text is an ARN of IAM: AssumeRole calls users and policies roles that it may not assume.
std::optional<aws::Error> CheckRoleArn(const std::string& text);
/// "Request ARN is invalid" and "Principal ARN is invalid", as AWS answers callers without credentials, unless the text
/// is the ARN of some role, or of some SAML provider.
std::optional<aws::Error> CheckRequestArn(std::string_view text);
std::optional<aws::Error> CheckPrincipalArn(std::string_view text);

/// May the caller do `action` (sts:AssumeRole, sts:TagSession, …) to this role? Its trust policy and the caller's own
/// policies decide together, as for any resource with a policy.
bool Trusts(const pipeline::Call& call, const store::Entity& role, std::string_view action, bool with_mfa);

/// A caller without credentials, as an identity provider describes it.
struct FederatedCaller {
  std::string provider;      ///< its ARN
  std::string session_name;  ///< of the session that it asks for
  /// Condition keys in lower case, of several values one pair each: those that stay with the session, and those that
  /// only trust policies see.
  store::StringPairs claims, trust_claims;
  store::StringPairs tags;
  std::vector<std::string> transitive_tags;
  std::string source_identity;  ///< empty = none
};
/// The same for such a caller: the role's trust policy alone decides, by what the provider says and not by parameters,
/// which anybody could add to a request that nobody has signed.
bool TrustsFederated(const pipeline::Call& call, const store::Entity& role, std::string_view action,
                     const FederatedCaller& caller);

/// AccessDenied unless the caller's own policies allow this action beside that of the operation, as for tags.
std::optional<aws::Error> CheckAlso(const pipeline::Call& call, std::string_view action, std::string_view resource);

/// "User: X is not authorized to perform: A on resource: R", which does not tell whether the role exists.
aws::Error NotTrusted(const pipeline::Identity& caller, std::string_view action, std::string_view role_arn);

}  // namespace keymill::sts
