#pragma once

#include "server/aws/error.h"
#include "server/pipeline/operation.h"
#include "sigv4/verify.h"
#include "store/records.h"

namespace keymill::pipeline {

/// What AWS answers to a signature that is refused (aws-facts A4, A5, A7, A11). `verifier` has just refused; its texts
/// go into SignatureDoesNotMatch.
aws::Error AuthError(const sigv4::Verifier& verifier, Service service, store::Millis now);
aws::Error S3AuthError(const sigv4::Verifier& verifier, store::Millis now);
aws::Error QueryAuthError(const sigv4::Verifier& verifier, store::Millis now);  ///< IAM, STS and the control API

/// SignatureDoesNotMatch with what the server hashed; `canonical_request` is empty where there is none (SigV2, POST).
aws::Error S3SignatureMismatch(std::string_view access_key_id, std::string_view string_to_sign,
                               std::string_view signature, std::string_view canonical_request);

/// InvalidArgument for a POST form without one of its fields, by the name under which AWS asks for it.
aws::Error MissingFormField(std::string_view name);

// Refusals that need the server's knowledge of keys and sessions.
aws::Error UnknownAccessKey(Service service, std::string_view access_key_id);
aws::Error InvalidSessionToken(Service service, std::string_view token);    ///< not this key's
aws::Error MalformedSessionToken(Service service, std::string_view token);  ///< nobody's
aws::Error ExpiredSessionToken(Service service, std::string_view token);
aws::Error MissingAuthentication();  ///< IAM and STS: nothing was signed

}  // namespace keymill::pipeline
