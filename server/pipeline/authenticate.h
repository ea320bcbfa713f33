#pragma once

#include <memory>
#include <string>

#include "server/http/request.h"
#include "server/pipeline/call.h"
#include "server/pipeline/identities.h"
#include "sigv4/digest.h"
#include "sigv4/payload.h"

namespace keymill::pipeline {

/// What the signature says of the body; the Payload holds the body to it. Owns its texts: it outlives the verifier's.
struct PayloadClaim {
  sigv4::PayloadHash::Kind kind = sigv4::PayloadHash::Kind::Unsigned;
  bool signed_chunks = false;
  bool trailer = false;
  bool ecdsa = false;
  std::string text;  ///< x-amz-content-sha256 as sent
};

/// A verified request: who, and what was promised about the body.
struct Authenticated {
  std::shared_ptr<const Credential> credential;  ///< nullptr = anonymous
  PayloadClaim payload;
  bool presigned = false;
};

struct AuthenticationInput {
  const http::Request& request;
  Service service;
  std::string_view virtual_bucket;          ///< S3: the bucket that Host names, if it does
  const sigv4::Sha256Digest* body = nullptr;  ///< IAM and STS: hash of the body
  store::Millis now;
};

/// Verifies the signature of one request against the keys that exist, in AWS's order of complaint. Runs without
/// waiting and, in the steady state, without allocating. An unsigned request is anonymous for S3 and refused for the
/// other services.
Result<Authenticated> Authenticate(const Services& services, const AuthenticationInput& input);

}  // namespace keymill::pipeline
