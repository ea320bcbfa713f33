#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/vault.h"

namespace keymill::pipeline {

/// What a temporary credential is, all of it: nothing about a session is stored on the server, the token carries it.
struct Session {
  /// Whose session: stored in tokens, never renumber.
  enum class Kind : std::uint8_t {
    kAssumedRole = 1,    ///< AssumeRole and its variants
    kFederatedUser = 2,  ///< GetFederationToken
    kUser = 3,           ///< GetSessionToken of an IAM user
    kRoot = 4,           ///< GetSessionToken of the root user, or AssumeRoot
  };

  Kind kind = Kind::kAssumedRole;
  std::string account;               ///< 12 digits
  std::string principal_id;          ///< AROA… of the role, AIDA… of the user behind it, or the account id for root
  std::uint64_t account_number = 0;  ///< store::Account::number if the principal is a root user: its id can come back
  std::string name;                  ///< the role session's or the federated user's; else empty
  std::string access_key_id;         ///< ASIA…
  std::string secret;
  store::Millis issued = 0;
  store::Millis expires = 0;
  bool limited = false;                      ///< session policies apply, even if the lists below are empty
  std::vector<std::string> policies;         ///< inline session policies (JSON)
  std::vector<std::string> policy_arns;      ///< managed session policies, read anew when they change
  store::StringPairs tags;                   ///< of the session: they win over the principal's
  std::vector<std::string> transitive_tags;  ///< keys of those tags that a chained session inherits
  std::string source_identity;               ///< empty = none
  store::Millis mfa_time = 0;                ///< when a second factor was given; 0 = never
  std::string provider;                      ///< of a web identity: ARN or name of who vouched for it
  store::StringPairs claims;                 ///< condition keys that the provider's token gave, in lower case
};

/// The text that clients send as x-amz-security-token: the session sealed with the master key (AES-256-GCM) and
/// base64. Nobody can read or make one without that key, and it outlives a restart. At least `least` octets long, as
/// callers may wish it to try out what carries their tokens; not more than the next multiple of four for that.
std::string SealSession(const store::Vault& vault, const Session& session, std::size_t least = 0);
/// nullopt for anything that SealSession() of this master key did not make. Says nothing about expiry.
std::optional<Session> OpenSession(const store::Vault& vault, std::string_view token);

}  // namespace keymill::pipeline
