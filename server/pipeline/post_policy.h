#pragma once

#include <string_view>

#include "server/result.h"
#include "sigv4/post_policy.h"

namespace keymill::pipeline {

/// The policy of a POST form, from base64 and JSON. Line breaks in the base64 are ignored. Error: InvalidPolicyDocument
/// with S3's words (aws-facts A6).
Result<sigv4::PostPolicy> ReadPostPolicy(std::string_view base64);

/// What S3 answers when a policy does not allow what was sent: AccessDenied, EntityTooLarge or EntityTooSmall.
/// Precondition: `verdict` is a refusal.
aws::Error PolicyRefusal(const sigv4::PolicyVerdict& verdict);

}  // namespace keymill::pipeline
