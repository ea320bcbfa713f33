#pragma once

#include "server/http/response.h"
#include "server/iam/holders.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Managed policies attached to users, groups and roles.
namespace keymill::iam {

Task<Result<http::Response>> Attach(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> Detach(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> ListAttached(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> ListEntitiesForPolicy(pipeline::Call& call);

/// Inside the commit; what is attached already changes nothing. NoSuchEntity, LimitExceeded.
Result<> AttachPolicy(store::Txn& txn, const Holder& holder, const std::string& arn);

/// What a listing can be limited to.
inline constexpr std::string_view kEntityFilters[] = {"User", "Role", "Group", "LocalManagedPolicy",
                                                      "AWSManagedPolicy"};

/// What a managed policy can be used for.
inline constexpr std::string_view kUsedAsBoundary = "PermissionsBoundary";
inline constexpr std::string_view kPolicyUsages[] = {"PermissionsPolicy", kUsedAsBoundary};
inline constexpr aws::StringField kPolicyUsageFilter{"PolicyUsageFilter", {.values = kPolicyUsages}};

inline constexpr std::size_t kMaxAttached = 10;

}  // namespace keymill::iam
