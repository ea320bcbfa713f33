#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/pipeline/bucket_state.h"
#include "server/pipeline/circumstances.h"
#include "server/policy/evaluate.h"

namespace keymill::pipeline {

/// What bears on access to one object beside its bucket. Read only where it matters.
struct ObjectFacts {
  std::string account;  ///< owner; empty = the bucket's
  Grants acl;
  store::StringPairs tags;
};

/// One permission that an S3 request needs.
struct S3Question {
  std::string_view action;              ///< "s3:GetObject"
  std::string_view resource;            ///< ARN; "arn:aws:s3:::*" for the service itself
  const BucketState* bucket = nullptr;  ///< nullptr: the service itself, or a bucket that does not exist
  const ObjectFacts* object = nullptr;
  /// The account of the object that the action replaces or removes, or of who began the upload; empty = there is none.
  /// Asked for only where a bucket's list may grant something to another account.
  std::string_view former_owner = {};
};

/// May this identity do this? AWS's order (aws-facts D1) over the identity's policies, the bucket's policy, ACLs and
/// the public access block. The root user may do everything in its account that the bucket's policy does not deny, and
/// can always mend that policy. A user that never had any policy may do S3 on every bucket of its own account,
/// unless --default-rights none.
policy::Decision DecideS3(const Identity& identity, const S3Question& question, const Circumstances& circumstances);

/// True if this identity is who pays for its requests to the bucket: a Requester Pays bucket of another account.
bool RequesterPays(const Identity& identity, const BucketState& bucket);

/// True if the identity's policies or the bucket's (nullptr: none) ask for a condition key that begins so, in lower
/// case.
bool AsksFor(const Identity& identity, const BucketState* bucket, std::string_view prefix);

/// True if a list grants something to everybody, or to everybody with an AWS account.
bool IsPublic(const Grants& grants);

inline constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
inline constexpr std::string_view kAuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

}  // namespace keymill::pipeline
