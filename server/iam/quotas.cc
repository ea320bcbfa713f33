#include "server/iam/quotas.h"

#include <string>

#include "server/iam/errors.h"
#include "store/principals.h"

namespace keymill::iam {
namespace {

struct EntityQuota {
  store::EntityKind kind;
  std::string_view name;
  std::size_t limit;
};
constexpr EntityQuota kEntityQuotas[] = {
    {store::EntityKind::kGroup, "GroupsPerAccount", kMaxGroups},
    {store::EntityKind::kRole, "RolesPerAccount", kMaxRoles},
    {store::EntityKind::kPolicy, "PoliciesPerAccount", kMaxPolicies},
    {store::EntityKind::kInstanceProfile, "InstanceProfilesPerAccount", kMaxInstanceProfiles},
    {store::EntityKind::kServerCertificate, "ServerCertificatesPerAccount", kMaxServerCertificates},
};

}  // namespace

aws::Error QuotaExceeded(std::string_view quota, std::size_t limit) {
  return {LimitExceeded, "Cannot exceed quota for " + std::string(quota) + ": " + std::to_string(limit)};
}

std::optional<aws::Error> UserQuota(const store::Reader& reader, std::string_view account) {
  if (store::CountUsers(reader, account) < kMaxUsers) return std::nullopt;
  return QuotaExceeded("UsersPerAccount", kMaxUsers);
}

std::optional<aws::Error> AccountQuota(const store::Reader& reader, store::EntityKind kind, std::string_view account) {
  for (const EntityQuota& quota : kEntityQuotas) {
    if (quota.kind != kind || store::CountEntities(reader, kind, account) < quota.limit) continue;
    return QuotaExceeded(quota.name, quota.limit);
  }
  return std::nullopt;
}

}  // namespace keymill::iam
