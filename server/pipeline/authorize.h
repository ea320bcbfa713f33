#pragma once

#include <string>

#include "server/aws/error.h"
#include "server/pipeline/call.h"
#include "server/pipeline/circumstances.h"
#include "server/policy/evaluate.h"

namespace keymill::pipeline {

/// May this identity do this? The root user may do everything in its account. A user's policies decide from the first
/// one that it is given, or the first group that it joins, and for good. A user that never had any may do S3 on every
/// bucket and IAM on itself: one has an access key to rotate at once (with --default-rights none, as on AWS, nothing).
/// Nobody else may do anything.
/// S3 asks DecideS3 (s3_access.h), which knows of bucket policies and ACLs too. `resource` is the ARN in question, "*"
/// if the operation has none.
policy::Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource,
                        const Circumstances& circumstances);

/// AccessDenied with AWS's text for this service (aws-facts D2).
aws::Error Denial(const Identity& identity, std::string_view action, std::string_view resource, Service service,
                  const policy::Decision& decision);
inline aws::Error Denial(const Identity& identity, const Operation& operation, std::string_view resource,
                         Service service, const policy::Decision& decision) {
  return Denial(identity, operation.action, resource, service, decision);
}

}  // namespace keymill::pipeline
