#pragma once

#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "store/records.h"

/// Whose an object is. Without ACLs everything in a bucket belongs to the bucket's owner; with them an object belongs
/// to the account that wrote it ("Controlling ownership of objects and disabling ACLs for your bucket").
namespace keymill::s3 {

/// A bucket whose ownership controls say BucketOwnerEnforced, as all do from the start, has no ACLs.
inline constexpr std::string_view kOwnerEnforced = "BucketOwnerEnforced";
inline constexpr std::string_view kOwnerPreferred = "BucketOwnerPreferred";
inline constexpr std::string_view kObjectWriter = "ObjectWriter";

/// The account of objects that unsigned requests wrote: nobody's.
inline constexpr std::string_view kAnonymousOwner = "anonymous";

bool HasAcls(const store::Bucket& bucket);

/// The account that owns an object whose stored owner is `owner`. Switching ACLs off hands everything to the bucket's
/// owner, and switching them on again gives it back.
std::string_view OwnerOf(const store::Bucket& bucket, std::string_view owner);

/// The account that owns what this request writes. The bucket's owner gets it where ownership controls prefer that and
/// the request's ACL is bucket-owner-full-control.
std::string OwnerOfNew(const pipeline::Call& call, const store::Bucket& bucket);

/// The canonical user id of an account, or S3's one for anonymous writers.
std::string OwnerId(std::string_view account);
inline std::string OwnerId(const store::Bucket& bucket, std::string_view owner) {
  return OwnerId(OwnerOf(bucket, owner));
}
/// The same for objects of the request's bucket.
std::string OwnerId(const pipeline::Call& call, std::string_view owner);

}  // namespace keymill::s3
