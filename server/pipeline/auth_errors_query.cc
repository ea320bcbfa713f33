#include <string>

#include "server/aws/time.h"
#include "server/pipeline/auth_errors.h"
#include "server/pipeline/auth_text.h"
#include "server/pipeline/errors.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

using aws::Error;
using sigv4::Claim;
using sigv4::Failure;
using sigv4::Form;
using sigv4::Part;
using sigv4::Reason;
using sigv4::ScopeFault;

constexpr ErrorKind QuerySignatureDoesNotMatch{
    "SignatureDoesNotMatch", 403,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."};
constexpr ErrorKind IncompleteSignature{"IncompleteSignature", 400, ""};

constexpr std::string_view kHashedHeader = "(Hashed with SHA-256 and encoded with Base64) Authorization=";

// The services never echo an Authorization header: they print its hash.
std::string HashedAuthorization(const Claim& claim) {
  auto digest = sigv4::sha256(claim.authorization);
  return Text(kHashedHeader) + sigv4::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string MissingComponents(const Claim& claim, std::uint8_t missing) {
  std::string text;
  auto need = [&](std::uint8_t part, std::string_view name) {
    if ((missing & part) != 0) text += "Authorization header requires '" + Text(name) + "' parameter. ";
  };
  need(Part::kCredential, "Credential");
  need(Part::kSignature, "Signature");
  need(Part::kSignedHeaders, "SignedHeaders");
  if ((missing & Part::kDate) != 0) {
    text += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  return text + HashedAuthorization(claim);
}

std::string MissingParameters(std::uint8_t missing) {
  std::string text;
  auto need = [&](std::uint8_t part, std::string_view name) {
    if ((missing & part) != 0) text += "AWS query-string parameters must include '" + Text(name) + "'. ";
  };
  need(Part::kAlgorithm, "X-Amz-Algorithm");
  need(Part::kCredential, "X-Amz-Credential");
  need(Part::kSignature, "X-Amz-Signature");
  need(Part::kSignedHeaders, "X-Amz-SignedHeaders");
  need(Part::kDate, "X-Amz-Date");
  return text + "Re-examine the query-string parameters.";
}

// All faults of the scope at once, as these services list them.
std::string ScopeFaults(const Claim& claim, const Failure& failure, std::string_view service) {
  std::string text;
  if ((failure.scope_faults & ScopeFault::kRegion) != 0) text += "Credential should be scoped to a valid region. ";
  if ((failure.scope_faults & ScopeFault::kService) != 0) {
    text += "Credential should be scoped to correct service: '" + Text(service) + "'. ";
  }
  if ((failure.scope_faults & ScopeFault::kTerminator) != 0) {
    text += "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
            Text(claim.scope.terminator) + "'. ";
  }
  if ((failure.scope_faults & ScopeFault::kDate) != 0) {
    text += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
            Text(claim.scope.date) + "' != '" + std::string(sigv4::view(claim.iso_date).substr(0, 8)) + "', from '" +
            std::string(sigv4::view(claim.iso_date)) + "'. ";
  }
  return text;
}

}  // namespace

Error QueryAuthError(const sigv4::Verifier& verifier, store::Millis now) {
  const auto& failure = verifier.failure();
  const auto& claim = verifier.claim();
  const auto basic = [](std::int64_t unix_seconds) { return aws::IsoBasic(unix_seconds * 1000); };
  const std::int64_t seconds = now / 1000;
  const std::int64_t skew = verifier.expectation().max_skew_seconds;
  switch (failure.reason) {
    case Reason::MalformedPath:
    case Reason::PathAboveRoot:
      return Error(MalformedTarget).without_body();
    case Reason::MalformedQuery:
      return MalformedQueryString;
    case Reason::MultipleMechanisms:
      return Error(QuerySignatureDoesNotMatch, "");
    case Reason::AlgorithmUnsupported:
      if (claim.form == Form::Query) return Error(MissingAuthenticationToken, "Missing Authentication Token");
      return Error(IncompleteSignature, "Unsupported AWS 'algorithm': '" + Text(failure.subject) + "'.");
    case Reason::ComponentMalformed:
      return Error(IncompleteSignature,
                   Quoted(failure.subject, '\'') +
                       " not a valid key=value pair (missing equal-sign) in Authorization header " +
                       HashedAuthorization(claim) + ".");
    case Reason::ComponentsWrong:
      return Error(IncompleteSignature, MissingComponents(claim, failure.missing));
    case Reason::QueryParametersMissing:
      return Error(IncompleteSignature, MissingParameters(failure.missing));
    case Reason::DateMissing:
      return Error(IncompleteSignature, MissingComponents(claim, Part::kDate));
    case Reason::DateMalformed:
      return Error(IncompleteSignature, "Date must be in ISO-8601 'basic format'. Got '" + Text(failure.subject) +
                                            "'. See http://en.wikipedia.org/wiki/ISO_8601");
    case Reason::SignatureExpired:
      return Error(QuerySignatureDoesNotMatch, "Signature expired: " + basic(claim.request_time) +
                                                   " is now earlier than " + basic(seconds - skew) + " (" +
                                                   basic(seconds) + " - " + std::to_string(skew / 60) + " min.)");
    case Reason::SignatureNotYetCurrent:
      return Error(QuerySignatureDoesNotMatch, "Signature not yet current: " + basic(claim.request_time) +
                                                   " is still later than " + basic(seconds + skew) + " (" +
                                                   basic(seconds) + " + " + std::to_string(skew / 60) + " min.)");
    case Reason::CredentialMalformed:
      return Error(
          IncompleteSignature,
          "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
              Text(failure.subject) + "'");
    case Reason::ScopeRegion:
    case Reason::ScopeService:
    case Reason::ScopeTerminator:
    case Reason::ScopeDateMismatch:
      return Error(QuerySignatureDoesNotMatch, ScopeFaults(claim, failure, verifier.expectation().service));
    case Reason::HostNotSigned:
      return Error(QuerySignatureDoesNotMatch,
                   "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    case Reason::TokenNotSigned:
      return Error(QuerySignatureDoesNotMatch,
                   "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.");
    case Reason::SignatureMismatch:
      return QuerySignatureDoesNotMatch;
    default:  // an Authorization header without a scheme or without content
      return Error(IncompleteSignature,
                   MissingComponents(claim, Part::kCredential | Part::kSignature | Part::kSignedHeaders));
  }
}

}  // namespace keymill::pipeline
