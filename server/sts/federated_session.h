#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/result.h"
#include "server/sts/credentials.h"
#include "server/sts/session_limits.h"
#include "server/sts/trust.h"
#include "server/task.h"
#include "store/entities.h"

/// Sessions of roles for callers whom an identity provider has described, once that description is believed: what
/// AssumeRoleWithWebIdentity and AssumeRoleWithSAML share.
namespace keymill::sts {

inline constexpr std::int64_t kClockSkew = 60;  ///< seconds that a provider's clock may be ahead

struct FederatedRequest {
  std::string role_arn;
  std::string_view action;  ///< of the operation, "sts:AssumeRoleWithSAML" for example
  SessionLimits limits;
  std::int64_t seconds;  ///< asked for: the role must allow it
  std::int64_t longest;  ///< seconds that the provider allows; the session ends then
  std::int64_t least;    ///< octets of the token
};

struct FederatedSession {
  store::Entity role;
  Credentials credentials;
};

/// Makes the session, or refuses: IDPRejectedClaim or InvalidParameterValue for tags and a source identity that a
/// caller of AssumeRole could not have asked for; AccessDenied if the role does not exist, or does not trust the caller
/// with the action, its tags or its source identity; else as AssumeRole does for its limits and its duration.
Task<Result<FederatedSession>> AssumeFederated(pipeline::Call& call, const FederatedRequest& request,
                                               const FederatedCaller& caller);

}  // namespace keymill::sts
