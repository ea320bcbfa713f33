#pragma once

#include <memory>
#include <optional>

#include "server/pipeline/identities.h"
#include "server/pipeline/operation.h"
#include "server/pipeline/services.h"
#include "server/result.h"
#include "sigv4/authorization.h"

/// Temporary credentials: from the session token of a request to the credential that must have signed it. What a token
/// says cannot change, so each thread keeps those that it opened lately; whose it is can, so the role or user behind it
/// is looked up each time.
namespace keymill::pipeline {

/// The credential that `claim` names, a long-term key or a session, before its signature is compared. Refuses in AWS's
/// order and words (aws-facts A8): token malformed, expired, of another key; key unknown or inactive; role or user
/// deleted. For every form that carries a signature, headers, query and POST alike.
/// Never nullptr.
Result<std::shared_ptr<const Credential>> FindCredential(const Services& services, Service service,
                                                         const sigv4::Claim& claim, store::Millis now);

/// What is refused only once the signature has proved right: S3 then finds fault with a token beside a long-term key,
/// and IAM with the sessions that may not call it.
std::optional<aws::Error> AfterSignature(const Credential& credential, Service service, const sigv4::Claim& claim);

/// False for what a session may not do whatever its policies say: those of GetSessionToken and GetFederationToken have
/// no STS but AssumeRole (only the former) and the operations that need no permission. GetFederationToken refuses them
/// itself.
bool WithinSession(const Identity& identity, std::string_view action);

}  // namespace keymill::pipeline
