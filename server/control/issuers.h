#pragma once

#include "server/pipeline/call.h"

/// What accounts that issue web identity tokens publish, as OpenID Connect issuers do: for everybody, public keys only.
namespace keymill::control {

/// GET /issuers/{issuer}/.well-known/openid-configuration: names the issuer, and where its keys are as this client
/// reaches them.
Task<Result<http::Response>> GetIssuerConfiguration(pipeline::Call& call);
/// GET /issuers/{issuer}/.well-known/jwks.json
Task<Result<http::Response>> GetIssuerKeys(pipeline::Call& call);

}  // namespace keymill::control
