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

}  // namespace keymill::iam
