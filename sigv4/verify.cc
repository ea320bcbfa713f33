#include "sigv4/verify.h"

#include "sigv4/encoding.h"
#include "sigv4/sigv2.h"

namespace keymill::sigv4 {

void write_string_to_sign(TextBuffer& buffer, std::string_view algorithm, std::string_view iso_date,
                          std::string_view scope, std::string_view canonical_request) {
  char* out = buffer.start(algorithm.size() + iso_date.size() + scope.size() + 64 + 3);
  out = put(put(out, algorithm), '\n');
  out = put(put(out, iso_date), '\n');
  out = put(put(out, scope), '\n');
  buffer.finish(write_hex(out, sha256(canonical_request)));
}

namespace {

bool hmac_sha1_matches(const HmacSha1Key& key, std::string_view message, std::string_view base64_signature) {
  const Sha1Digest computed = key.sign(message);
  const auto claimed = base64_decode(base64_signature);
  return claimed && equal_constant_time(*claimed, {reinterpret_cast<const char*>(computed.data()), computed.size()});
}

}  // namespace

bool hmac_matches(const HmacSha256Key& key, std::string_view message, std::string_view hex_signature) {
  Sha256Digest claimed;
  return read_lower_hex(hex_signature, claimed) && equal_constant_time(key.sign(message), claimed);
}

bool p256_matches(const P256PublicKey* key, std::string_view message, std::string_view hex_signature) {
  constexpr std::size_t kLongest = 72;  // octets of DER
  std::array<std::uint8_t, kLongest> der;
  const std::size_t size = hex_signature.size() / 2;
  if (key == nullptr || size > der.size() || !read_lower_hex(hex_signature, std::span(der).first(size))) return false;
  return key->verify(sha256(message), {reinterpret_cast<const char*>(der.data()), size});
}

const Failure& Verifier::verify(const KeyMaterial& key, SigningKeyCache& cache, const Sha256Digest* body) {
  failure_ = {};
  const Failure mismatch{.reason = Reason::SignatureMismatch};
  switch (claim_.form) {
    case Form::Anonymous:
      return conclude(mismatch);  // a caller that forgot to look must not let the request in
    case Form::Post:
    case Form::SigV2Post:
      string_to_sign_.finish(put(string_to_sign_.start(claim_.policy.size() + 1), claim_.policy));
      break;
    case Form::SigV2Header:
    case Form::SigV2Query:
      write_sigv2_string_to_sign(string_to_sign_, {.request = request_,
                                                   .query = query_,
                                                   .virtual_bucket = expectation_.virtual_bucket,
                                                   .in_query = claim_.form == Form::SigV2Query,
                                                   .expires = claim_.expires});
      break;
    case Form::Header:
    case Form::Query: {
      std::string_view payload = claim_.payload.text;
      if (claim_.payload.kind == PayloadHash::Kind::Body) {
        payload = kEmptySha256;
        if (body != nullptr) {
          write_hex(body_hash_.data(), *body);
          payload = {body_hash_.data(), body_hash_.size()};
        }
      }
      const Reason reason = write_canonical_request(canonical_, {.method = request_.method,
                                                                 .raw_path = request_.raw_path,
                                                                 .query = query_,
                                                                 .headers = signed_headers_,
                                                                 .payload = payload,
                                                                 .options = expectation_.options,
                                                                 .presigned = claim_.form == Form::Query});
      if (reason != Reason::None) return conclude({.reason = reason});
      const bool ecdsa = claim_.algorithm == Algorithm::EcdsaP256;
      write_string_to_sign(string_to_sign_, ecdsa ? kEcdsaP256Name : kHmacSha256Name, view(claim_.iso_date),
                           claim_.scope.text, canonical_.view());
      break;
    }
  }
  bool matches = false;
  switch (claim_.algorithm) {
    case Algorithm::HmacSha256:
      matches = hmac_matches(cache.get(key, claim_.scope), string_to_sign_.view(), claim_.signature);
      break;
    case Algorithm::EcdsaP256:
      matches = p256_matches(cache.get_public(key, claim_.access_key_id), string_to_sign_.view(), claim_.signature);
      break;
    case Algorithm::HmacSha1:
      matches = hmac_sha1_matches(key.sha1(), string_to_sign_.view(), claim_.signature);
      break;
  }
  return conclude(matches ? Failure{} : mismatch);
}

}  // namespace keymill::sigv4
