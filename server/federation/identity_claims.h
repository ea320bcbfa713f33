#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace keymill::federation {

/// What STS says in a web identity token about the principal that asked for it
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html). Texts that are
/// empty and lists without entries are left out.
struct IdentityClaims {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::string issuer, id;                ///< `iss` and `jti`
  std::string subject;                   ///< `sub`: the principal's ARN, of a session the role's
  std::vector<std::string> audiences;    ///< `aud`: one as a text, several as a list
  std::int64_t issued = 0, expires = 0;  ///< seconds since the epoch

  // Below https://sts.amazonaws.com/
  std::string account, region, organization;
  std::string session_expires;  ///< ISO 8601, if temporary credentials asked
  std::string provider;         ///< who vouched for a federated session
  Pairs principal_tags, request_tags;
};

/// A JSON object.
std::string Serialize(const IdentityClaims& claims);

}  // namespace keymill::federation
