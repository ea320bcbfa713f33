#pragma once

#include <string>

#include "server/aws/error.h"
#include "server/pipeline/call.h"

namespace keymill::pipeline {

/// May this identity do this? Until policies are evaluated the rule is one function, Decide(): the root user may do
/// everything; an IAM user may do S3 on every bucket and IAM on itself; nobody else may do anything.
enum class Decision : std::uint8_t { kAllow, kImplicitDeny };

/// `resource` is the ARN in question, "*" if the operation has none.
Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource);

/// The ARN of what an S3 request touches; empty for the service itself.
std::string S3Resource(const Route& route);

/// AccessDenied with AWS's text for this service (aws-facts D2).
aws::Error Denial(const Identity& identity, const Operation& operation, std::string_view resource, Service service);

}  // namespace keymill::pipeline
