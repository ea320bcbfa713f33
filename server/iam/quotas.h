#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "server/aws/error.h"
#include "store/entities.h"

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
aws::Error QuotaExceeded(std::string_view quota, std::size_t limit);

/// The refusal of one more user, or one more entity of this kind; nullopt if the account has room.
std::optional<aws::Error> UserQuota(const store::Reader& reader, std::string_view account);
std::optional<aws::Error> AccountQuota(const store::Reader& reader, store::EntityKind kind, std::string_view account);

}  // namespace keymill::iam
