#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/result.h"
#include "server/sts/trust.h"
#include "server/task.h"

namespace keymill::sts {

inline constexpr std::string_view kAssumeRoleWithSaml = "sts:AssumeRoleWithSAML";

/// What AssumeRoleWithSAML is asked.
struct SamlRequest {
  std::string role_arn;
  std::string provider_arn;
  std::string response;  ///< base64
};

/// What a SAML response that has been believed says of its user.
struct SamlIdentity {
  std::string issuer;
  std::string recipient;  ///< AWS's sign-in URL that the assertion is for: what AWS calls the audience
  std::string subject;
  std::string subject_type;    ///< persistent, transient, … or a whole URI of another family
  std::string name_qualifier;  ///< with the subject, unique among all providers
  std::int64_t longest;        ///< seconds that the session may last
  FederatedCaller caller;
};

/// Believes a response that a SAML provider of the role's account has signed, that is for AWS and for this pair of role
/// and provider, and good at the call's time; else AWS's refusal.
Task<Result<SamlIdentity>> CheckSamlToken(pipeline::Call& call, const SamlRequest& request);

}  // namespace keymill::sts
