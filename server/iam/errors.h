#pragma once

#include "server/aws/error.h"
#include "server/aws/form.h"

namespace keymill::iam {

using aws::ErrorKind;
using aws::MalformedPolicyDocument;
using aws::ValidationError;

inline constexpr ErrorKind NoSuchEntity{"NoSuchEntity", 404, ""};
inline constexpr ErrorKind EntityAlreadyExists{"EntityAlreadyExists", 409, ""};
inline constexpr ErrorKind LimitExceeded{"LimitExceeded", 409, ""};
inline constexpr ErrorKind DeleteConflict{"DeleteConflict", 409, ""};
inline constexpr ErrorKind InvalidInput{"InvalidInput", 400, ""};
inline constexpr ErrorKind PolicyNotAttachable{"PolicyNotAttachable", 400, ""};
inline constexpr ErrorKind UnmodifiableEntity{"UnmodifiableEntity", 400, ""};
inline constexpr ErrorKind AccessDenied{"AccessDenied", 403, ""};
inline constexpr ErrorKind PasswordPolicyViolation{"PasswordPolicyViolation", 400, ""};
inline constexpr ErrorKind InvalidUserType{"InvalidUserType", 400, ""};
inline constexpr ErrorKind InvalidAuthenticationCode{"InvalidAuthenticationCode", 403, ""};
inline constexpr ErrorKind NotSupportedService{"NotSupportedService", 404, ""};
inline constexpr ErrorKind InvalidPublicKey{"InvalidPublicKey", 400,
                                            "The public key is malformed or otherwise invalid."};
inline constexpr ErrorKind UnrecognizedPublicKeyEncoding{"UnrecognizedPublicKeyEncoding", 400,
                                                         "Invalid public key uploaded."};
inline constexpr ErrorKind DuplicateSSHPublicKey{
    "DuplicateSSHPublicKey", 400, "The SSH public key is already associated with the specified IAM user."};
inline constexpr ErrorKind MalformedCertificate{
    "MalformedCertificate", 400, "Unable to parse certificate. Please ensure the certificate is in PEM format."};
inline constexpr ErrorKind InvalidCertificate{"InvalidCertificate", 400, "The certificate is invalid."};
inline constexpr ErrorKind DuplicateCertificate{"DuplicateCertificate", 409,
                                                "The same certificate is associated with an IAM user in the account."};
inline constexpr ErrorKind KeyPairMismatch{"KeyPairMismatch", 400,
                                           "The public key certificate and the private key do not match."};
inline constexpr ErrorKind FeatureEnabled{"FeatureEnabled", 409,
                                          "Outbound web identity federation is already enabled for your account."};
inline constexpr ErrorKind FeatureDisabled{"FeatureDisabled", 404,
                                           "Outbound web identity federation is disabled for your account."};
/// IAM's errors about organizations keep the "Exception" of their shapes: the model gives them no code of their own.
inline constexpr ErrorKind NotManagementAccount{
    "AccountNotManagementOrDelegatedAdministratorException", 400,
    "The account making the request is not the management account or delegated administrator account for centralized "
    "root access."};
/// AWS writes no Message for these (AWS CLI's transcripts show "Unknown" in its place).
inline constexpr ErrorKind ReportNotPresent{"ReportNotPresent", 410, ""};
inline constexpr ErrorKind ReportExpired{"ReportExpired", 410, ""};
inline constexpr ErrorKind ReportInProgress{"ReportInProgress", 404, ""};

}  // namespace keymill::iam
