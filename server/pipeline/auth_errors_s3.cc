#include <string>

#include "server/aws/time.h"
#include "server/pipeline/auth_errors.h"
#include "server/pipeline/auth_text.h"
#include "server/pipeline/errors.h"

namespace keymill::pipeline {
namespace {

using aws::Error;
using sigv4::Claim;
using sigv4::Failure;
using sigv4::Form;
using sigv4::Reason;

constexpr ErrorKind AuthorizationHeaderMalformed{"AuthorizationHeaderMalformed", 400, ""};
constexpr ErrorKind AuthorizationQueryParametersError{"AuthorizationQueryParametersError", 400, ""};
constexpr ErrorKind RequestTimeTooSkewed{"RequestTimeTooSkewed", 403,
                                         "The difference between the request time and the current time is too large."};
constexpr ErrorKind S3SignatureDoesNotMatch{"SignatureDoesNotMatch", 403,
                                            "The request signature we calculated does not match the signature you "
                                            "provided. Check your key and signing method."};

std::string IsoSeconds(std::int64_t unix_seconds) {
  return aws::IsoSeconds(unix_seconds * 1000);
}

std::string SpacedHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 3);
  for (char c : bytes) {
    auto octet = static_cast<unsigned char>(c);
    if (!out.empty()) out += ' ';
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

// The three ways of carrying a signature to S3 are refused under different codes, with the same knowledge.
Error CredentialError(const Claim& claim, std::string_view region, std::string header_text, std::string query_text) {
  switch (claim.form) {
    case Form::Header:
      return Error(AuthorizationHeaderMalformed, "The authorization header is malformed; " + header_text);
    case Form::Post: {
      Error error = Error(InvalidArgument, query_text)
                        .with("ArgumentName", "X-Amz-Credential")
                        .with("ArgumentValue", Text(claim.credential));
      if (!region.empty()) error.with("Region", Text(region));
      return error;
    }
    default:
      return Error(AuthorizationQueryParametersError, query_text);
  }
}

Error ScopeError(const Claim& claim, const Failure& failure) {
  const bool header = claim.form == Form::Header;
  const std::string prefix = claim.form == Form::Query ? "Error parsing the X-Amz-Credential parameter; " : "";
  std::string text;
  switch (failure.reason) {
    case Reason::CredentialMalformed:
      text = "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
      break;
    case Reason::ScopeTerminator:
      text = "incorrect terminal " + Quoted(failure.subject, '"') + ". This endpoint uses \"aws4_request\".";
      break;
    case Reason::ScopeDateMalformed:
      text = "incorrect date format " + Quoted(failure.subject, '"') +
             ". This date in the credential must be in the format \"yyyyMMdd\".";
      break;
    case Reason::ScopeService:
      text = "incorrect service " + Quoted(failure.subject, '"') + ". This endpoint belongs to " +
             Quoted(failure.expected, '"') + ".";
      break;
    case Reason::ScopeRegion: {
      text = "the region " + Quoted(failure.subject, '\'') + " is wrong; expecting " + Quoted(failure.expected, '\'');
      Error error = CredentialError(claim, failure.expected, text, prefix + text);
      if (claim.form != Form::Post) error.with("Region", Text(failure.expected));
      return std::move(error).with_header("x-amz-bucket-region", Text(failure.expected));
    }
    default:  // ScopeDateMismatch
      if (header) {
        return CredentialError(claim, {}, "Invalid credential date. Date is not the same as X-Amz-Date.", {});
      }
      return CredentialError(claim, {}, {},
                             "Invalid credential date " + Quoted(failure.subject, '"') +
                                 ". This date is not the same as X-Amz-Date: " + Quoted(failure.expected, '"') + ".");
  }
  return CredentialError(claim, {}, text, prefix + text);
}

}  // namespace

Error S3AuthError(const sigv4::Verifier& verifier, store::Millis now) {
  const auto& failure = verifier.failure();
  const auto& claim = verifier.claim();
  switch (failure.reason) {
    case Reason::MalformedPath:
    case Reason::PathAboveRoot:
    case Reason::MalformedQuery:
      return Error(MalformedTarget).without_body();
    case Reason::MultipleMechanisms:
      return InvalidArgumentNamed(
          "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
          "or the Authorization header should be specified",
          "Authorization", failure.subject);
    case Reason::AuthorizationRepeated:
      return Error(NotImplemented).with("Header", "Authorization");
    case Reason::AuthorizationNoSpace:
      return InvalidArgumentNamed("Authorization header is invalid -- one and only one ' ' (space) required.",
                                  "Authorization", failure.subject);
    case Reason::AlgorithmUnsupported:
      if (claim.form == Form::Query) {
        return Error(AuthorizationQueryParametersError,
                     "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
      }
      if (claim.form == Form::Post) {
        return InvalidArgumentNamed("Only AWS4-HMAC-SHA256 is supported", "X-Amz-Algorithm", failure.subject);
      }
      return InvalidArgumentNamed("Unsupported Authorization Type", "Authorization", claim.authorization);
    case Reason::SigV2NotAllowed:
      return Error(InvalidRequest,
                   "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
    case Reason::SigV2Malformed:
      return InvalidArgumentNamed("AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                                  "Authorization", failure.subject);
    case Reason::ComponentsWrong:
      return Error(AuthorizationHeaderMalformed,
                   "The authorization header is malformed; the authorization header requires three components: "
                   "Credential, SignedHeaders, and Signature.");
    case Reason::ComponentMalformed:
      return Error(AuthorizationHeaderMalformed, "The authorization header is malformed; the authorization component " +
                                                     Quoted(failure.subject, '"') + " is malformed.");
    case Reason::QueryParametersMissing:
      return Error(AuthorizationQueryParametersError,
                   "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                   "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    case Reason::SigV2ParametersMissing:
      return Error(AccessDenied,
                   "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
    case Reason::FormFieldMissing:
      return MissingFormField(failure.subject);
    case Reason::CredentialMalformed:
    case Reason::ScopeTerminator:
    case Reason::ScopeDateMalformed:
    case Reason::ScopeDateMismatch:
    case Reason::ScopeRegion:
    case Reason::ScopeService:
      return ScopeError(claim, failure);
    case Reason::DateMissing:
    case Reason::DateMalformed:
      if (claim.form == Form::Query) {
        return Error(AuthorizationQueryParametersError,
                     "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
      }
      if (claim.form == Form::Post) {
        return InvalidArgumentNamed("X-Amz-Date must be formated via ISO8601 Long format", "X-Amz-Date",
                                    failure.subject);
      }
      return Error(AccessDenied, "AWS authentication requires a valid Date or x-amz-date header");
    case Reason::RequestTimeTooSkewed:
      return Error(RequestTimeTooSkewed)
          .with("RequestTime", Text(claim.date))
          .with("ServerTime", aws::IsoSeconds(now))
          .with("MaxAllowedSkewMilliseconds", "900000");
    case Reason::ExpiresNotNumber:
      if (claim.form == Form::SigV2Query) {
        return Error(AccessDenied, "Invalid date (should be seconds since epoch): " + Text(failure.subject));
      }
      return Error(AuthorizationQueryParametersError, "X-Amz-Expires should be a number");
    case Reason::ExpiresNegative:
      return Error(AuthorizationQueryParametersError, "X-Amz-Expires must be non-negative");
    case Reason::ExpiresTooLarge:
      return Error(AuthorizationQueryParametersError,
                   "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
                   "than 604800 seconds");
    case Reason::RequestExpired: {
      Error error(AccessDenied, "Request has expired");
      if (claim.form == Form::Query) error.with("X-Amz-Expires", Text(claim.expires));
      return std::move(error).with("Expires", IsoSeconds(claim.expires_at)).with("ServerTime", aws::IsoSeconds(now));
    }
    case Reason::RequestNotYetValid:
      return Error(AccessDenied, "Request is not yet valid")
          .with("X-Amz-Date", Text(claim.date))
          .with("Expires", IsoSeconds(claim.expires_at))
          .with("ServerTime", aws::IsoSeconds(now));
    case Reason::HostNotSigned:
    case Reason::TokenNotSigned:
    case Reason::HeadersNotSigned:
      return Error(AccessDenied, "There were headers present in the request which were not signed")
          .with("HeadersNotSigned", Text(failure.subject));
    case Reason::ContentSha256Missing:
      return Error(InvalidRequest, "Missing required header for this request: x-amz-content-sha256");
    case Reason::ContentSha256Invalid:
      return InvalidArgumentNamed(
          "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
          "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid "
          "sha256 value.",
          "x-amz-content-sha256", failure.subject);
    case Reason::AnonymousStreamingPayload:
      return Error(InvalidRequest,
                   "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or "
                   "STREAMING-UNSIGNED-PAYLOAD-TRAILER.");
    case Reason::SignatureMismatch:
      return S3SignatureMismatch(claim.access_key_id, verifier.string_to_sign(), claim.signature,
                                 verifier.canonical_request());
    default:  // AuthorizationEmpty, DateWithoutAuthorization
      return AccessDenied;
  }
}

Error S3SignatureMismatch(std::string_view access_key_id, std::string_view string_to_sign, std::string_view signature,
                          std::string_view canonical_request) {
  Error error = Error(S3SignatureDoesNotMatch)
                    .with("AWSAccessKeyId", Text(access_key_id))
                    .with("StringToSign", Text(string_to_sign))
                    .with("SignatureProvided", Text(signature))
                    .with("StringToSignBytes", SpacedHex(string_to_sign));
  if (canonical_request.empty()) return error;
  return std::move(error)
      .with("CanonicalRequest", Text(canonical_request))
      .with("CanonicalRequestBytes", SpacedHex(canonical_request));
}

Error MissingFormField(std::string_view name) {
  return InvalidArgumentNamed("Bucket POST must contain a field named '" + Text(name) +
                                  "'.  If it is specified, please check the order of the fields.",
                              name, "");
}

}  // namespace keymill::pipeline
