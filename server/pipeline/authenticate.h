#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/http/request.h"
#include "server/pipeline/call.h"
#include "server/pipeline/chunked_payload.h"
#include "server/pipeline/identities.h"
#include "sigv4/digest.h"

namespace keymill::pipeline {

/// A verified request: who, and what was promised about the body. Owns its texts: it outlives the verifier's.
struct Authenticated {
  std::shared_ptr<const Credential> credential;  ///< nullptr = anonymous
  std::optional<std::string> body_sha256;        ///< 64 hex digits as sent, if the body was announced by its hash
  std::optional<ChunkedClaim> chunked;           ///< if the body is aws-chunked
  bool presigned = false;
};

struct AuthenticationInput {
  const http::Request& request;
  Service service;
  std::string_view virtual_bucket;            ///< S3: the bucket that Host names, if it does
  const sigv4::Sha256Digest* body = nullptr;  ///< IAM and STS: hash of the body
  store::Millis now;
  std::string_view request_id;            ///< under which a failed signature's explanation is kept
  const sigv4::PostForm* form = nullptr;  ///< S3: the fields of a POST upload, which carry its signature
  bool unsigned_allowed = false;          ///< not S3: the operation may be called without a signature
};

/// What can be refused before the body is there: the signature's form, date and scope, an unknown key, a missing
/// signature. True if there is a signature to verify.
Result<bool> CheckClaim(const Services& services, const AuthenticationInput& input);

/// Verifies the signature of one request against the keys that exist, in AWS's order of complaint. Runs without
/// waiting and, in the steady state, without allocating. An unsigned request is anonymous for S3 and refused for the
/// other services, unless the operation is made for callers without credentials.
Result<Authenticated> Authenticate(const Services& services, const AuthenticationInput& input);

}  // namespace keymill::pipeline
