#pragma once

#include "server/aws/error.h"
#include "server/pipeline/operation.h"
#include "sigv4/verify.h"
#include "store/records.h"

namespace keymill::pipeline {

/// What AWS answers to a signature that is refused (aws-facts A4, A5, A7, A11). `verifier` has just refused; its texts
/// go into SignatureDoesNotMatch.
aws::Error AuthError(const sigv4::Verifier& verifier, Service service, store::Millis now);

// Refusals that need the server's knowledge of keys and sessions.
aws::Error UnknownAccessKey(Service service, std::string_view access_key_id);
aws::Error InvalidSessionToken(Service service, std::string_view token);
aws::Error MissingAuthentication();  ///< IAM and STS: nothing was signed

}  // namespace keymill::pipeline
