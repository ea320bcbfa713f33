#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sigv4/canonical_request.h"
#include "sigv4/payload.h"
#include "sigv4/reason.h"
#include "sigv4/timestamp.h"

namespace keymill::sigv4 {

/// Where and how a request carries its signature.
enum class Form : std::uint8_t { Anonymous, Header, Query, Post, SigV2Header, SigV2Query, SigV2Post };

enum class Algorithm : std::uint8_t { HmacSha256, EcdsaP256, HmacSha1 };

inline constexpr std::string_view kHmacSha256Name = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kEcdsaP256Name = "AWS4-ECDSA-P256-SHA256";

/// `date/region/service/aws4_request`; SigV4A has no region.
struct CredentialScope {
  std::string_view date, region, service, terminator;
  std::string_view text;  ///< the whole of it, as it stands in the string to sign
};

enum class TokenSource : std::uint8_t { None, Header, Query, Form };

/// What a request says of itself. Nothing in it is proven until verification succeeds. Views point into the request or
/// into the Verifier that made the claim, and last as long as both.
struct Claim {
  Form form = Form::Anonymous;
  Algorithm algorithm = Algorithm::HmacSha256;

  std::string_view authorization{};  ///< the whole header value, or empty
  std::string_view credential{};
  std::string_view access_key_id{};
  CredentialScope scope{};
  std::string_view signed_headers{};  ///< the list as sent
  std::string_view signature{};       ///< hex (version 4, DER for SigV4A) or base64 (version 2), as sent

  std::int64_t request_time = 0;  ///< unix seconds
  std::string_view date{};        ///< as sent
  IsoBasic iso_date{};            ///< as it stands in the string to sign
  std::string_view expires{};     ///< X-Amz-Expires or Expires as sent
  std::int64_t expires_at = 0;    ///< unix seconds, query forms only

  std::string_view session_token{};  ///< empty when there is none or it is empty
  TokenSource token_source = TokenSource::None;
  bool token_signed = false;
  bool token_conflict = false;  ///< several token headers or fields with different values

  std::string_view region_set{};  ///< SigV4A
  PayloadHash payload{};
  std::string_view policy{};  ///< POST: base64 as sent, which is also the string to sign
};

/// The fields of a POST object form that carry its signature, as the server found them (names ignoring case; nullopt
/// when the field is absent). Values must outlive the Verifier's use.
struct PostForm {
  std::optional<std::string_view> policy{};
  std::optional<std::string_view> algorithm{};          ///< X-Amz-Algorithm
  std::optional<std::string_view> credential{};         ///< X-Amz-Credential
  std::optional<std::string_view> date{};               ///< X-Amz-Date
  std::optional<std::string_view> signature{};          ///< X-Amz-Signature
  std::optional<std::string_view> security_token{};     ///< x-amz-security-token
  bool security_token_conflict = false;                 ///< sent twice with different values
  std::optional<std::string_view> aws_access_key_id{};  ///< SigV2's AWSAccessKeyId
  std::optional<std::string_view> v2_signature{};       ///< SigV2's signature
};

/// Fills algorithm, credential, signed_headers and signature, or access_key_id and signature for SigV2. `Dialect::S3`
/// refuses unknown and repeated components; `Dialect::Query` lets the last of equal names win.
Failure parse_authorization(std::string_view header, Dialect dialect, Claim& claim);

/// Splits claim.credential. Checks the number of parts only.
bool parse_credential(Claim& claim);

/// nullopt for anything but the two version 4 algorithms.
std::optional<Algorithm> parse_algorithm(std::string_view name);

/// A region set such as `us-east-1,eu-*` or `*`; an empty region matches any set that is not empty.
bool region_set_matches(std::string_view set, std::string_view region);

/// The service that a request's credential scope names, empty when it carries none that can be read. For routing,
/// before anything is verified: an endpoint that serves several services chooses by it which Expectation to verify
/// against.
std::string_view peek_service(const RequestView& request);

}  // namespace keymill::sigv4
