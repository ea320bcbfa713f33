#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/signature_key.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/txn.h"

/// Outbound web identity federation: an account as an issuer of tokens (https://docs.aws.amazon.com/IAM/latest/
/// UserGuide/id_roles_providers_outbound.html). STS signs them, anybody may have the public keys.
namespace keymill::iam {

Task<Result<http::Response>> EnableOutboundWebIdentityFederation(pipeline::Call& call);
Task<Result<http::Response>> DisableOutboundWebIdentityFederation(pipeline::Call& call);
Task<Result<http::Response>> GetOutboundWebIdentityFederationInfo(pipeline::Call& call);

/// https://ID.tokens.sts.global.api.aws
std::string TokenIssuerUrl(std::string_view id);

/// The account's issuer URL while the feature is enabled.
std::optional<std::string> FindEnabledTokenIssuer(const store::Reader& reader, std::string_view account);

struct TokenKey {
  std::string id;  ///< `kid`
  crypto::PrivateKey key;
};
/// The key with which an account that has been an issuer signs by this algorithm of kTokenAlgorithms.
TokenKey RequireTokenKey(const store::Reader& reader, std::string_view account, std::string_view algorithm);
inline constexpr std::string_view kTokenAlgorithms[] = {"RS256", "ES384"};

/// The public keys, a JWK set, of the issuer with this id. Disabled ones have theirs still: disabling does not affect
/// tokens that were issued before. nullopt if no account has had it.
std::optional<std::string> FindTokenIssuerKeys(const store::Reader& reader, std::string_view id);
/// The same by the issuer's URL; nullopt also for URLs of issuers elsewhere.
std::optional<std::string> FindTokenIssuerKeysByUrl(const store::Reader& reader, std::string_view url);

}  // namespace keymill::iam
