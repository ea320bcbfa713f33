#pragma once

#include <optional>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/pipeline/s3_access.h"

namespace keymill::s3 {

using aws::Error;

/// What an S3 permission is about: a key of a bucket, or the bucket itself.
struct Subject {
  const pipeline::BucketState* bucket = nullptr;
  std::string_view bucket_name;
  std::string_view key;                           ///< empty: the bucket, or without one the service
  std::optional<std::string_view> version_id;     ///< as the client wrote it
  const pipeline::ObjectFacts* object = nullptr;  ///< where its owner, ACL or tags matter
  std::string_view former_owner = {};             ///< as S3Question
  const store::StringPairs* stated = nullptr;     ///< as Circumstances
};

/// The bucket that the request names, and a key in it.
Subject SubjectOf(const pipeline::Call& call, std::string_view key);

/// Refuses with AccessDenied in AWS's words unless the caller has the permission. Does not read the store.
Result<> Authorize(const pipeline::Call& call, std::string_view action, const Subject& subject);

/// The same for what an existing object is asked for: reads its owner, ACL and tags first if they bear on the answer.
Task<Result<>> AuthorizeObject(pipeline::Call& call, std::string_view action, Subject subject);

/// Only who may list a bucket is told that a key is not there; others get what they would get for any key (GetObject).
inline Result<> MayLearnOfAbsence(const pipeline::Call& call) {
  return Authorize(call, "s3:ListBucket", SubjectOf(call, {}));
}

/// AccessDenied because of the bucket's public access block. `what` is "policies" or "ACLs", `setting` its name.
Error BlockedPublicAccess(const pipeline::Call& call, std::string_view action, std::string_view what,
                          std::string_view setting);

/// All permissions that the request needs, as far as its headers tell: that of its operation, and those of what it asks
/// for besides (an ACL, tags, a lock, …). Those on a copy's source and on each key of DeleteObjects are their handlers'
/// business. NoSuchBucket instead of a refusal on a bucket that does not exist.
/// Where policies ask for what only the body tells (the tags of PutObjectTagging, …), the handler asks AuthorizeStated.
Task<Result<>> AuthorizeOperation(pipeline::Call& call);

/// For handlers whose body holds values of condition keys, before anything is changed: all permissions of
/// AuthorizeOperation, if it left them open. `stated`: values by condition key, without its "s3:".
Task<Result<>> AuthorizeStated(pipeline::Call& call, const store::StringPairs& stated);

/// Tags that a body gives, as AuthorizeStated wants them.
store::StringPairs StatedTags(const store::StringPairs& tags);

}  // namespace keymill::s3
