#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "server/pipeline/bucket_state.h"
#include "server/s3/website.h"

namespace keymill::s3 {

inline constexpr std::string_view kPolicyDocument = "policy";
inline constexpr std::string_view kNamedDocument = "policy-principals";  ///< whom the policy names (named_principals.h)

/// A bucket's record and the documents that decide who may do what with it, compiled; nullptr if there is no such
/// bucket. Reads six rows: pipeline::Buckets keeps what it gives.
std::shared_ptr<const pipeline::BucketState> LoadBucketState(const store::Reader& reader, std::string_view name);

pipeline::PublicAccessBlock ReadPublicAccessBlock(const store::Reader& reader, const store::Bucket& bucket);
std::vector<pipeline::CorsRule> ReadCorsRules(const store::Reader& reader, const store::Bucket& bucket);
bool ReadRequesterPays(const store::Reader& reader, const store::Bucket& bucket);

}  // namespace keymill::s3
