#pragma once

#include "server/aws/error.h"

// The refusals of the control API's own operations. All have the one shape {"error": {"code", "message", "request_id",
// …}}.

namespace keymill::control {

using aws::ErrorKind;

inline constexpr ErrorKind InvalidJson{"InvalidJson", 400, ""};
inline constexpr ErrorKind InvalidBody{"InvalidRequest", 400, ""};
inline constexpr ErrorKind NotTheServersAccount{
    "AccessDenied", 403, "Only the account that the server was started with (--account-id) may do this."};
inline constexpr ErrorKind NoSuchAccount{"NoSuchAccount", 404, "There is no account with this id."};
inline constexpr ErrorKind AccountAlreadyExists{"AccountAlreadyExists", 409, "An account with this id exists."};
inline constexpr ErrorKind AccountNotEmpty{
    "AccountNotEmpty", 409, "The account has users, groups, roles, policies or buckets; force=true removes them too."};
inline constexpr ErrorKind ServersOwnAccount{"ServersOwnAccount", 409,
                                             "The account that the server was started with cannot be deleted."};
inline constexpr ErrorKind AccessKeyAlreadyExists{"AccessKeyAlreadyExists", 409,
                                                  "An access key with this id exists already."};

inline constexpr ErrorKind InvalidSeed{"InvalidSeed", 400, ""};
inline constexpr ErrorKind SeedTooLarge{"SeedTooLarge", 400, ""};
inline constexpr ErrorKind ExportTooLarge{"ExportTooLarge", 409,
                                          "The export would be larger than a seed may be; snapshots keep everything."};

inline constexpr ErrorKind NoSuchSnapshot{"NoSuchSnapshot", 404, "There is no snapshot of this name."};
inline constexpr ErrorKind SnapshotAlreadyExists{"SnapshotAlreadyExists", 409,
                                                 "A snapshot of this name exists; \"replace\": true overwrites it."};

inline constexpr ErrorKind NoSuchWebhook{"NoSuchWebhook", 404, "There is no web hook for this ARN."};
inline constexpr ErrorKind TooManyWebhooks{"TooManyWebhooks", 409, "There are as many web hooks as there may be."};

}  // namespace keymill::control
