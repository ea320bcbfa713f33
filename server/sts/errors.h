#pragma once

#include "server/aws/error.h"
#include "server/aws/form.h"

namespace keymill::sts {

using aws::ErrorKind;
using aws::MalformedPolicyDocument;
using aws::ValidationError;

inline constexpr ErrorKind AccessDenied{"AccessDenied", 403, "Access denied"};
inline constexpr ErrorKind InvalidParameterValue{"InvalidParameterValue", 400, ""};
inline constexpr ErrorKind PackedPolicyTooLarge{"PackedPolicyTooLarge", 400, ""};
inline constexpr ErrorKind InvalidAuthorizationMessage{
    "InvalidAuthorizationMessageException", 400,
    "The specified authorization message is invalid or could not be decoded."};
inline constexpr ErrorKind InvalidIdentityToken{"InvalidIdentityToken", 400, ""};
inline constexpr ErrorKind ExpiredToken{"ExpiredTokenException", 400, ""};
inline constexpr ErrorKind IdpRejectedClaim{"IDPRejectedClaim", 403, ""};
inline constexpr ErrorKind OutboundFederationDisabled{
    "OutboundWebIdentityFederationDisabledException", 403,
    "Outbound web identity federation is not enabled for this account. Enable it in IAM first."};
inline constexpr ErrorKind SessionDurationEscalation{
    "SessionDurationEscalationException", 403,
    "The requested token duration would extend the session beyond its original expiration time."};
inline constexpr ErrorKind JwtPayloadSizeExceeded{
    "JWTPayloadSizeExceededException", 400,
    "The requested token payload size exceeds the maximum allowed size. Reduce the number of request tags."};
inline constexpr ErrorKind IdpCommunicationError{"IDPCommunicationError", 400, ""};

}  // namespace keymill::sts
