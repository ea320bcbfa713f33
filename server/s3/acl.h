#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/pipeline/bucket_state.h"
#include "server/pipeline/call.h"
#include "server/s3/ownership.h"

namespace keymill::s3 {

using pipeline::Grant;
using pipeline::Grants;

/// The canonical user ids of those whom a canned ACL may name. Of a bucket's ACL both are the same.
struct Owners {
  std::string owner;         ///< of what the ACL is for
  std::string bucket_owner;  ///< of the bucket
};

/// What a canned ACL stands for; nullopt if there is none of that name.
std::optional<Grants> CannedAcl(std::string_view name, const Owners& owners);

/// The grants of x-amz-acl or of the x-amz-grant-* headers; nullopt if the request has neither.
Result<std::optional<Grants>> ReadAclHeaders(const pipeline::Call& call, const Owners& owners);

/// The grants of an AccessControlPolicy document.
Result<Grants> ParseAclDocument(std::string_view text);
std::string AclDocument(const std::string& owner_id, const Grants& grants);

/// The stored form; empty text = private.
std::string EncodeGrants(const Grants& grants);
Grants DecodeGrants(std::string_view text, const std::string& owner_id);

/// Refuses grants to everybody in a bucket that blocks public ACLs.
Result<> CheckPublicGrants(const pipeline::Call& call, const Grants& grants);

/// The owner and the ACL that a request gives to a new object.
Result<> ReadObjectAcl(const pipeline::Call& call, const store::Bucket& bucket, store::Object& object);

/// True if it gives nobody more than a private one does: what buckets without ACLs accept.
bool IsPrivate(const Grants& grants, const std::string& owner_id);

}  // namespace keymill::s3
