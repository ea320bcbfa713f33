#include "server/s3/ownership.h"

#include "server/aws/ids.h"
#include "server/pipeline/bucket_state.h"

namespace keymill::s3 {
namespace {

/// "Access control list overview": the id in ACLs of objects that anonymous requests uploaded.
constexpr std::string_view kAnonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

}  // namespace

bool HasAcls(const store::Bucket& bucket) {
  return !bucket.object_ownership.empty() && bucket.object_ownership != kOwnerEnforced;
}

std::string_view OwnerOf(const store::Bucket& bucket, std::string_view owner) {
  return owner.empty() || !HasAcls(bucket) ? std::string_view(bucket.account) : owner;
}

std::string OwnerOfNew(const pipeline::Call& call, const store::Bucket& bucket) {
  const bool handed_over = bucket.object_ownership == kOwnerPreferred &&
                           call.header("x-amz-acl") == std::string_view("bucket-owner-full-control");
  if (!HasAcls(bucket) || handed_over) return bucket.account;
  return call.identity().anonymous() ? std::string(kAnonymousOwner) : call.identity().account;
}

std::string OwnerId(std::string_view account) {
  return account == kAnonymousOwner ? std::string(kAnonymousId) : aws::CanonicalUserId(account);
}

std::string OwnerId(const pipeline::Call& call, std::string_view owner) {
  return call.bucket() != nullptr ? OwnerId(call.bucket()->record, owner) : OwnerId(owner);
}

}  // namespace keymill::s3
