#include "server/pipeline/auth_errors.h"

#include <string>

#include "server/pipeline/auth_text.h"

namespace keymill::pipeline {
namespace {

using aws::Error;
using aws::ErrorKind;

constexpr ErrorKind InvalidAccessKeyId{"InvalidAccessKeyId", 403,
                                       "The AWS Access Key Id you provided does not exist in our records."};
constexpr ErrorKind InvalidToken{"InvalidToken", 400, "The provided token is malformed or otherwise invalid."};
constexpr ErrorKind S3ExpiredToken{"ExpiredToken", 400, "The provided token has expired."};
// The Query services write these two without a period, and the next one with it.
constexpr ErrorKind QueryExpiredToken{"ExpiredToken", 403, "The security token included in the request is expired"};
constexpr ErrorKind UnreadableClientToken{"InvalidClientTokenId", 403,
                                          "The security token included in the request is invalid"};
constexpr ErrorKind InvalidClientTokenId{"InvalidClientTokenId", 403,
                                         "The security token included in the request is invalid."};

}  // namespace

Error AuthError(const sigv4::Verifier& verifier, Service service, store::Millis now) {
  return service == Service::kS3 ? S3AuthError(verifier, now) : QueryAuthError(verifier, now);
}

Error UnknownAccessKey(Service service, std::string_view access_key_id) {
  if (service != Service::kS3) return InvalidClientTokenId;
  return Error(InvalidAccessKeyId).with("AWSAccessKeyId", Text(access_key_id));
}

Error InvalidSessionToken(Service service, std::string_view token) {
  if (service != Service::kS3) return InvalidClientTokenId;
  return Error(InvalidToken).with("Token-0", Text(token));
}

Error ExpiredSessionToken(Service service, std::string_view token) {
  if (service != Service::kS3) return QueryExpiredToken;
  return Error(S3ExpiredToken).with("Token-0", Text(token));
}

Error MalformedSessionToken(Service service, std::string_view token) {
  if (service != Service::kS3) return UnreadableClientToken;
  return InvalidSessionToken(service, token);
}

Error MissingAuthentication() {
  return MissingAuthenticationToken;
}

}  // namespace keymill::pipeline
