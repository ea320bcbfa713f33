#pragma once

#include <string>

#include "server/federation/jwt.h"
#include "server/pipeline/call.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// What a web identity token that has been believed says, and of whom.
struct WebIdentity {
  std::string provider_arn;
  std::string provider_name;  ///< the provider's URL without its scheme: how its condition keys begin
  std::string audience;       ///< the client of the provider that the token is for
  federation::Claims claims;
};

/// Believes a token that is for a client of a provider of `account`, signed by that provider and good at the call's
/// time; else AWS's refusal.
Task<Result<WebIdentity>> CheckWebToken(pipeline::Call& call, const std::string& account, const std::string& token);

}  // namespace keymill::sts
