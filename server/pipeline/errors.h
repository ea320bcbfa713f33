#pragma once

#include "server/aws/error.h"

// Errors that the pipeline itself raises. Those of one service's operations stand with that service.

namespace keymill::pipeline {

using aws::ErrorKind;

inline constexpr ErrorKind InternalError{"InternalError", 500, "We encountered an internal error. Please try again."};
inline constexpr ErrorKind BadRequest{"BadRequest", 400, "An error occurred when parsing the HTTP request."};
inline constexpr ErrorKind MalformedTarget{"BadRequest", 400, ""};
inline constexpr ErrorKind InvalidRequest{"InvalidRequest", 400, ""};
inline constexpr ErrorKind InvalidUri{"InvalidURI", 400, "Couldn't parse the specified URI."};
inline constexpr ErrorKind InvalidBucketName{"InvalidBucketName", 400, "The specified bucket is not valid."};
inline constexpr ErrorKind RequestHeaderSectionTooLarge{
    "RequestHeaderSectionTooLarge", 400, "Your request header section exceeds the maximum allowed size."};
inline constexpr ErrorKind RequestTimeout{
    "RequestTimeout", 400,
    "Your socket connection to the server was not read from or written to within the timeout period. Idle connections "
    "will be closed."};
inline constexpr ErrorKind MethodNotAllowed{"MethodNotAllowed", 405,
                                            "The specified method is not allowed against this resource."};
inline constexpr ErrorKind NotImplemented{"NotImplemented", 501,
                                          "A header you provided implies functionality that is not implemented"};
inline constexpr ErrorKind AccessDenied{"AccessDenied", 403, "Access Denied"};
inline constexpr ErrorKind MaxMessageLengthExceeded{"MaxMessageLengthExceeded", 400, "Your request was too big."};
inline constexpr ErrorKind KeyTooLongError{"KeyTooLongError", 400, "Your key is too long"};
inline constexpr ErrorKind PreconditionFailed{"PreconditionFailed", 412,
                                              "At least one of the pre-conditions you specified did not hold"};
inline constexpr ErrorKind EntityTooLarge{"EntityTooLarge", 400,
                                          "Your proposed upload exceeds the maximum allowed size"};
inline constexpr ErrorKind EntityTooSmall{"EntityTooSmall", 400,
                                          "Your proposed upload is smaller than the minimum allowed size"};
inline constexpr ErrorKind XAmzContentSha256Mismatch{
    "XAmzContentSHA256Mismatch", 400, "The provided 'x-amz-content-sha256' header does not match what was computed."};

/// InvalidArgument names what was wrong and, mostly, its value.
inline constexpr ErrorKind InvalidArgument{"InvalidArgument", 400, "Invalid Argument"};
inline aws::Error InvalidArgumentNamed(std::string message, std::string_view name, std::string_view value) {
  return aws::Error(InvalidArgument, std::move(message))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(value));
}

// Control API.
inline constexpr ErrorKind NoSuchResource{"NoSuchResource", 404, "There is nothing at this path of the control API."};
inline constexpr ErrorKind OpenControlRefused{"AccessDenied", 403, ""};

// Query protocol.
inline constexpr ErrorKind InvalidAction{"InvalidAction", 400, ""};
inline constexpr ErrorKind MalformedQueryString{"MalformedQueryString", 400, "The query string is malformed"};
inline constexpr ErrorKind RequestEntityTooLarge{"RequestEntityTooLarge", 413, "Request body is too large"};
inline constexpr ErrorKind ServiceFailure{"ServiceFailure", 500,
                                          "The request processing has failed because of an unknown error"};

}  // namespace keymill::pipeline
