#pragma once

#include <string>

#include "server/aws/error.h"
#include "server/pipeline/call.h"
#include "server/pipeline/circumstances.h"
#include "server/policy/evaluate.h"

namespace keymill::pipeline {

/// May this identity do this? The root user may do everything in its account. A user's policies decide from the first
/// one that it is given, or the first group that it joins, and for good. A user that never had any may do S3 on every
/// bucket and IAM on itself: one has an access key to rotate at once. Nobody else may do anything.
/// `resource` is the ARN in question, "*" if the operation has none.
policy::Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource,
                        const Circumstances& circumstances);

/// The ARN of what an S3 request touches; empty for the service itself.
std::string S3Resource(const Route& route);
/// The ARN that policies compare: that of all buckets for the service itself, and for DeleteObjects that of all keys in
/// the bucket.
std::string S3PolicyResource(const Route& route);

/// AccessDenied with AWS's text for this service (aws-facts D2).
aws::Error Denial(const Identity& identity, const Operation& operation, std::string_view resource, Service service,
                  const policy::Decision& decision);

}  // namespace keymill::pipeline
