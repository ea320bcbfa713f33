#pragma once

#include <cstdint>
#include <string_view>

namespace keymill::sigv4 {

/// Why a request is refused. The library knows no error codes: each service maps a reason to its own.
/// "subject" and "expected" below are the fields of Failure.
enum class Reason : std::uint8_t {
  None,

  // The target.
  MalformedPath,   ///< a '%' without two hex digits
  PathAboveRoot,   ///< `..` climbs above '/' (services that normalise paths)
  MalformedQuery,  ///< a '%' without two hex digits

  // Which mechanism.
  MultipleMechanisms,         ///< Authorization header and query authentication; subject: the header
  DateWithoutAuthorization,   ///< S3: x-amz-date on a request that carries no signature
  AnonymousStreamingPayload,  ///< S3: signed chunks announced by a request without a signature; subject: the value
  AuthorizationRepeated,      ///< two Authorization headers
  AuthorizationEmpty,
  AuthorizationNoSpace,    ///< nothing separates scheme and components; subject: the header
  AlgorithmUnsupported,    ///< subject: the algorithm or scheme
  SigV2NotAllowed,         ///< the endpoint takes version 4 only
  SigV2Malformed,          ///< `AWS ` not followed by `id:signature`; subject: the header
  ComponentsWrong,         ///< Authorization lacks, repeats or adds components; missing: Part bits
  ComponentMalformed,      ///< a component without '='; subject: the component
  QueryParametersMissing,  ///< presigned; missing: Part bits
  SigV2ParametersMissing,  ///< presigned version 2
  FormFieldMissing,        ///< POST; subject: the field's name as AWS prints it

  // The credential and its scope.
  CredentialMalformed,  ///< not five parts (four for SigV4A); subject: the credential
  ScopeTerminator,      ///< subject: the terminator
  ScopeDateMalformed,   ///< subject: the scope date
  ScopeDateMismatch,    ///< subject: the scope date; expected: the request's date as sent
  ScopeRegion,          ///< subject, expected. SigV4A: subject is the region set
  ScopeService,         ///< subject, expected

  // Time.
  DateMissing,
  DateMalformed,           ///< subject: the date
  RequestTimeTooSkewed,    ///< S3 header authentication
  SignatureExpired,        ///< Query services: older than the allowed skew
  SignatureNotYetCurrent,  ///< Query services: further ahead than the allowed skew
  ExpiresNotNumber,        ///< subject: X-Amz-Expires
  ExpiresNegative,         ///< subject
  ExpiresTooLarge,         ///< subject
  RequestExpired,          ///< presigned; Claim::expires_at
  RequestNotYetValid,      ///< presigned, dated further ahead than the allowed skew

  // What is signed.
  HostNotSigned,         ///< Query services; S3 reports it as HeadersNotSigned
  TokenNotSigned,        ///< Query services: x-amz-security-token header outside SignedHeaders
  HeadersNotSigned,      ///< S3; subject: the names joined with ", "
  ContentSha256Missing,  ///< S3 header authentication without x-amz-content-sha256
  ContentSha256Invalid,  ///< subject: the value

  SignatureMismatch,  ///< Verifier::canonical_request() and string_to_sign() hold what was hashed

  // aws-chunked bodies.
  BodyIncomplete,            ///< ended early, or bytes that are not a chunk
  DecodedLengthMismatch,     ///< the chunks do not add up to x-amz-decoded-content-length
  ChunkTooSmall,             ///< a chunk other than the last below 8192 octets; ChunkedDecoder::bad_chunk()
  ChunkSignatureMismatch,    ///< ChunkedDecoder::string_to_sign(), signature()
  TrailerMalformed,          ///< the trailer differs from what x-amz-trailer announced
  TrailerSignatureMismatch,  ///< as for a chunk
};

/// The enumerator's name, for logs and tests.
std::string_view name(Reason reason);

/// Bits of Failure::missing.
struct Part {
  static constexpr std::uint8_t kAlgorithm = 1;
  static constexpr std::uint8_t kCredential = 2;
  static constexpr std::uint8_t kSignature = 4;
  static constexpr std::uint8_t kSignedHeaders = 8;
  static constexpr std::uint8_t kDate = 16;
  static constexpr std::uint8_t kExpires = 32;
};

/// Bits of Failure::scope_faults: Query services report every fault of the scope at once.
struct ScopeFault {
  static constexpr std::uint8_t kRegion = 1;
  static constexpr std::uint8_t kService = 2;
  static constexpr std::uint8_t kTerminator = 4;
  static constexpr std::uint8_t kDate = 8;
};

/// One refusal with what its message quotes. Views point into the request, the Expectation or the Verifier.
struct Failure {
  Reason reason = Reason::None;
  std::uint8_t missing = 0;
  std::uint8_t scope_faults = 0;
  std::string_view subject{};
  std::string_view expected{};

  explicit operator bool() const { return reason != Reason::None; }
};

}  // namespace keymill::sigv4
