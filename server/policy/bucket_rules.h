#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/policy/document.h"

/// What S3 demands of a bucket policy beyond its form, before it stores it: that each statement is about this bucket,
/// and that actions, resources and condition keys go together. A policy that is stored already is never judged again.
namespace keymill::policy {

/// A statement's elements as written.
struct WrittenStatement {
  bool not_actions = false, not_resources = false;
  std::vector<std::string> actions, resources, condition_keys;
};

/// nullopt if a policy on `bucket` may say this; else S3's complaint (aws-facts D5).
std::optional<Invalid> CheckForBucket(const WrittenStatement& statement, std::string_view bucket);

/// The form of the ARNs that an action is about, with the placeholders of the service authorization reference: of S3's
/// actions on buckets and objects; "*" for all others.
std::string_view ResourceForm(std::string_view action);

/// True for the name of an action of S3 on buckets or objects, in any case, without wildcards.
bool IsS3Action(std::string_view action);

}  // namespace keymill::policy
