#pragma once

#include <string>
#include <string_view>

#include "server/aws/error.h"
#include "server/http/request.h"
#include "server/http/response.h"

/// STS in JSON, for those who ask by `Accept: application/json`: they are few, but AWS listens to them, and programs
/// that check a caller by a signed GetCallerIdentity rely on it (aws-iam-authenticator, Consul, Teleport; Envoy for
/// AssumeRoleWithWebIdentity).
namespace keymill::pipeline {

bool WantsJson(const http::Request& request);

/// An answer of STS with its XML turned into JSON: {"XResponse":{"XResult":{…},"ResponseMetadata":{…}}}. Times are
/// seconds since the epoch, as the floating-point numbers that AWS writes (Envoy's pull request 34426 shows them).
http::Response JsonAnswer(const http::Response& xml);

/// {"Error":{"Code":…,"Message":…,"Type":"Sender"},"RequestId":…}
std::string JsonError(const aws::Error& error, std::string_view request_id);

}  // namespace keymill::pipeline
