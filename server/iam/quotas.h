#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/iam/errors.h"

/// How much an account, a user, a group or a role may have (AWS's default quotas, aws-facts B4).
namespace keymill::iam {

inline constexpr std::size_t kMaxUsers = 5000;
inline constexpr std::size_t kMaxGroups = 300;
inline constexpr std::size_t kMaxRoles = 1000;
inline constexpr std::size_t kMaxPolicies = 1500;
inline constexpr std::size_t kMaxInstanceProfiles = 1000;
inline constexpr std::size_t kMaxServerCertificates = 20;
inline constexpr std::size_t kMaxPolicyVersionsInUse = 10000;
inline constexpr std::size_t kMaxSamlProviders = 100;
inline constexpr std::size_t kMaxOidcProviders = 100;
inline constexpr std::size_t kMaxClientIds = 100;          ///< of an OIDC provider
inline constexpr std::size_t kMaxThumbprints = 5;          ///< of an OIDC provider
inline constexpr std::size_t kMaxMfaDevices = 8;           ///< of a user
inline constexpr std::size_t kMaxSigningCertificates = 2;  ///< of a user
inline constexpr std::size_t kMaxSshKeys = 5;              ///< of a user
inline constexpr std::size_t kMaxServiceCredentials = 2;   ///< of a user for one service

/// How IAM refuses what is one too many; `quota` is AWS's name for it.
inline aws::Error QuotaExceeded(std::string_view quota, std::size_t limit) {
  return {LimitExceeded, "Cannot exceed quota for " + std::string(quota) + ": " + std::to_string(limit)};
}

}  // namespace keymill::iam
