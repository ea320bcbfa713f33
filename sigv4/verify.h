#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sigv4/authorization.h"
#include "sigv4/canonical_request.h"
#include "sigv4/reason.h"
#include "sigv4/request_view.h"
#include "sigv4/signing_key.h"

namespace keymill::sigv4 {

/// What an endpoint demands of the requests that reach it.
struct Expectation {
  Options options = kS3;
  std::string_view service;   ///< "s3", "iam", "sts"
  std::string_view region{};  ///< empty: any region is accepted
  std::int64_t now = 0;       ///< unix seconds
  std::int64_t max_skew_seconds = 900;
  bool allow_sigv2 = true;            ///< S3's old regions do, newer ones do not
  std::string_view virtual_bucket{};  ///< the bucket that Host names, if any: part of what SigV2 signs
};

/// Verifies one request after another. Two stages, because AWS looks for the key, and judges the session token, after
/// the shape, date and scope of a signature and before its value:
///
///     verifier.examine(request, expectation)  -> refuse, or claim()
///     (the server finds the key that claim().access_key_id names, and checks the token)
///     verifier.verify(key, cache, body hash)  -> refuse, or go on
///
/// Keep one object and use it again: it owns the memory that texts are built in, so that verification does not
/// allocate. Not safe from two threads. The claim's and failure's views, and the texts, last until the next `examine`.
/// The request and the expectation's strings must stay in place from `examine` to the last use of these.
class Verifier {
 public:
  /// Stage 1: finds the claim and makes every check that needs no key, in AWS's order for the dialect.
  const Failure& examine(const RequestView& request, const Expectation& expectation);

  /// Stage 1 for a POST object form. Time is not checked: the policy's expiration stands for it.
  const Failure& examine_post(const PostForm& form, const Expectation& expectation);

  const Claim& claim() const { return claim_; }
  const Failure& failure() const { return failure_; }

  /// Stage 2: builds the canonical request and the string to sign and compares signatures. `body` is the SHA-256 of the
  /// body, needed by services that hash it themselves (claim().payload.kind is Body) and ignored otherwise.
  /// Precondition: stage 1 succeeded and claim().form is not Anonymous.
  const Failure& verify(const KeyMaterial& key, SigningKeyCache& cache, const Sha256Digest* body = nullptr);

  /// After `verify`, whatever its result. Empty for SigV2 and POST, which have none.
  std::string_view canonical_request() const { return canonical_.view(); }
  std::string_view string_to_sign() const { return string_to_sign_.view(); }

  /// The parsed query, for those who need parameters with AWS's decoding rules.
  const CanonicalQuery& query() const { return query_; }
  const RequestView& request() const { return request_; }
  const Expectation& expectation() const { return expectation_; }

 private:
  struct Notable;

  void start(const RequestView& request, const Expectation& expectation);
  const Failure& conclude(Failure failure);

  Failure examine_anonymous(const Notable& headers);
  Failure examine_header(const Notable& headers);
  Failure examine_header_s3(const Notable& headers);
  Failure examine_header_query_service(const Notable& headers);
  Failure examine_query_s3(const Notable& headers);
  Failure examine_query_query_service(const Notable& headers);
  Failure examine_sigv2_header(const Notable& headers);
  Failure examine_sigv2_query();

  Failure check_credential();
  Failure check_scope(std::string_view sent_date);
  Failure check_all_of_scope();
  Failure check_signed_headers();
  Failure check_window();
  bool take_date(std::string_view text, bool http_date_too);
  void take_token_header(const Notable& headers);
  std::uint8_t take_query_parts();
  std::string_view decoded(std::string_view encoded);

  RequestView request_{};
  Expectation expectation_{};
  Claim claim_{};
  Failure failure_{};
  CanonicalQuery query_;
  SignedHeaders signed_headers_;
  TextBuffer canonical_, string_to_sign_, decoded_;
  char* decoded_end_ = nullptr;
  std::string names_;  ///< of the headers that are not signed
  std::vector<std::string_view> unsigned_;
  std::array<char, 64> body_hash_{};
};

/// The two comparisons of version 4, shared with chunk signatures. Signatures are hex as sent; lower case only.
bool hmac_matches(const HmacSha256Key& key, std::string_view string_to_sign, std::string_view hex_signature);
bool p256_matches(const P256PublicKey* key, std::string_view string_to_sign, std::string_view hex_signature);

/// `algorithm \n date \n scope \n hex(sha256(canonical request))`
void write_string_to_sign(TextBuffer& out, std::string_view algorithm, std::string_view iso_date,
                          std::string_view scope, std::string_view canonical_request);

}  // namespace keymill::sigv4
