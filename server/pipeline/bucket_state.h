#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/policy/document.h"
#include "store/buckets.h"

namespace keymill::s3 {
struct WebsiteConfiguration;
}

namespace keymill::pipeline {

/// One grant of an access control list. Exactly one of `id` (a canonical user id) and `uri` (a group) is set.
struct Grant {
  std::string id, uri;
  std::string permission;  ///< FULL_CONTROL, READ, WRITE, READ_ACP, WRITE_ACP
};
using Grants = std::vector<Grant>;

/// A bucket's settings against public access.
struct PublicAccessBlock {
  bool block_acls = false;        ///< no new ACL may be public
  bool ignore_acls = false;       ///< public grants of ACLs count for nothing
  bool block_policy = false;      ///< no new policy may be public
  bool restrict_buckets = false;  ///< a public policy grants to the owner's account only
};

struct CorsRule {
  std::optional<std::string> id;
  std::vector<std::string> allowed_headers, allowed_methods, allowed_origins, expose_headers;
  std::optional<std::int32_t> max_age_seconds;
};

/// What is known of a bucket before an operation on it begins: its record, and who may do what with it, read from its
/// documents once and compiled. Never changed after it has been published.
struct BucketState {
  store::Bucket record;
  std::string owner_id;  ///< canonical user id of the owner's account
  std::optional<policy::Document> policy;
  std::vector<std::string> context_keys;  ///< that the policy asks for
  bool public_policy = false;
  PublicAccessBlock access_block;
  bool has_acls = false;  ///< false: BucketOwnerEnforced, every ACL counts for nothing
  Grants acl;
  std::vector<CorsRule> cors;
  std::shared_ptr<const s3::WebsiteConfiguration> website;  ///< nullptr: the bucket is none
  bool requester_pays = false;                              ///< other accounts than the owner's
};

/// Reads a bucket's state; nullptr if there is no such bucket. S3 knows how.
using BucketLoader = std::shared_ptr<const BucketState> (*)(const store::Reader& reader, std::string_view name);

}  // namespace keymill::pipeline
