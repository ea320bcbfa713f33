#pragma once

#include <optional>
#include <string>

#include "server/policy/document.h"
#include "server/result.h"
#include "store/entities.h"
#include "store/txn.h"

/// Who may assume a role: the policy's text and, beside it, the unique ids of the users and roles that it named when it
/// was set (server/pipeline/named_principals.h).
namespace keymill::iam {

inline constexpr std::size_t kMaxTrustSize = 2048;  ///< characters, white space not counted

/// Gives the role that trust policy, for the caller to store. MalformedPolicyDocument if it is none, or names users or
/// roles that do not exist; LimitExceeded.
Result<> SetTrust(const store::Reader& reader, store::Entity& role, const std::string& document);

/// Compiled, and meaning those who were named; nullopt if the stored text is no trust policy.
std::optional<policy::Document> TrustPolicyOf(const store::Entity& role);

/// The role with the trust policy that AWS shows now: with today's names, and unique ids of what is gone.
store::Entity ShowTrust(const store::Reader& reader, store::Entity role);

}  // namespace keymill::iam
