#pragma once

#include "server/aws/error.h"
#include "server/aws/form.h"

namespace keymill::iam {

using aws::ErrorKind;
using aws::ValidationError;

inline constexpr ErrorKind NoSuchEntity{"NoSuchEntity", 404, ""};
inline constexpr ErrorKind EntityAlreadyExists{"EntityAlreadyExists", 409, ""};
inline constexpr ErrorKind LimitExceeded{"LimitExceeded", 409, ""};
inline constexpr ErrorKind DeleteConflict{"DeleteConflict", 409, ""};
inline constexpr ErrorKind InvalidInput{"InvalidInput", 400, ""};
inline constexpr ErrorKind MalformedPolicyDocument{"MalformedPolicyDocument", 400, ""};
inline constexpr ErrorKind PolicyNotAttachable{"PolicyNotAttachable", 400, ""};
inline constexpr ErrorKind UnmodifiableEntity{"UnmodifiableEntity", 400, ""};
inline constexpr ErrorKind AccessDenied{"AccessDenied", 403, ""};
inline constexpr ErrorKind PasswordPolicyViolation{"PasswordPolicyViolation", 400, ""};
inline constexpr ErrorKind InvalidUserType{"InvalidUserType", 400, ""};
inline constexpr ErrorKind InvalidAuthenticationCode{"InvalidAuthenticationCode", 403, ""};
inline constexpr ErrorKind NotSupportedService{"NotSupportedService", 404, ""};
inline constexpr ErrorKind ReportNotPresent{"ReportNotPresent", 410,
                                            "No report was found. Call GenerateCredentialReport to start one."};
inline constexpr ErrorKind ReportExpired{
    "ReportExpired", 410, "The most recent report has expired. Call GenerateCredentialReport to start a new one."};
inline constexpr ErrorKind ReportInProgress{"ReportInProgress", 404, "The report is still being generated."};

}  // namespace keymill::iam
