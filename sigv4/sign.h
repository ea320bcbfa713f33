#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sigv4/authorization.h"
#include "sigv4/canonical_request.h"
#include "sigv4/digest.h"

/// The client's side: signs requests with the code that verifies them. For tools, tests and benchmarks; it allocates.
namespace keymill::sigv4 {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token{};  ///< empty for long-lived keys
};

struct HeaderLine {
  std::string name, value;
};

struct SignRequest {
  std::string method = "GET";
  std::string path = "/";             ///< as it goes on the wire: percent-encoded
  std::string query{};                ///< likewise, without '?'
  std::vector<HeaderLine> headers{};  ///< Host among them
  /// The payload line: 64 hex digits or one of S3's tokens. Empty means the hash of an empty body, and in a presigned
  /// S3 URL UNSIGNED-PAYLOAD.
  std::string payload{};
};

/// Under which scope, and when.
struct Signing {
  std::string region;
  std::string service;
  std::int64_t time = 0;  ///< unix seconds
  Options options = kS3;
  Algorithm algorithm = Algorithm::HmacSha256;  ///< EcdsaP256 signs for `region` taken as a region set
};

struct SignedRequest {
  std::vector<HeaderLine> headers{};  ///< to be added to the request's own
  std::string query{};                ///< what to send instead of the request's own (presigned)
  std::string canonical_request{};
  std::string string_to_sign{};
  std::string signature{};  ///< hex, or base64 for SigV2
  std::string scope{};
};

/// Adds X-Amz-Date, x-amz-content-sha256 where the service wants it, X-Amz-Security-Token, and Authorization. Signs
/// every header but those that proxies and HTTP libraries change (the list of botocore).
SignedRequest sign(const SignRequest& request, const Credentials& credentials, const Signing& signing);

/// Makes a presigned URL's query, valid for `expires` seconds. Signs Host and every given header.
SignedRequest presign(const SignRequest& request, const Credentials& credentials, const Signing& signing,
                      std::int64_t expires);

/// The form fields of a POST upload, `policy` (JSON) among them encoded, in the order in which to send them.
std::vector<HeaderLine> sign_post_policy(std::string_view policy_json, const Credentials& credentials,
                                         const Signing& signing);

/// SigV2, for what old clients send. `virtual_bucket` as in Expectation. The request needs a Date or x-amz-date header.
SignedRequest sign_v2(const SignRequest& request, const Credentials& credentials, std::string_view virtual_bucket = {});
SignedRequest presign_v2(const SignRequest& request, const Credentials& credentials, std::int64_t expires_at,
                         std::string_view virtual_bucket = {});

/// Signs one text with the key of a scope: hex. What sign, presign and chunk signatures have in common.
std::string sign_text(std::string_view text, const Credentials& credentials, const Signing& signing);

/// `YYYYMMDD/region/service/aws4_request`, without the region for SigV4A.
std::string scope_of(const Signing& signing);

}  // namespace keymill::sigv4
