#pragma once

#include "server/pipeline/call.h"

namespace keymill::control {

/// PUT /oidc/jwks: the keys that verify the tokens of an OpenID Connect provider of IAM, so that no issuer has to run.
/// Without keys in the request, those registered are forgotten and the issuer is asked again. For the account that has
/// the provider, and for the server's own.
Task<Result<http::Response>> PutOidcJwks(pipeline::Call& call);

}  // namespace keymill::control
