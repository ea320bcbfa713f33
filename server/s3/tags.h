#pragma once

#include <string_view>
#include <vector>

#include "server/aws/fields.h"
#include "server/result.h"
#include "store/records.h"

namespace keymill::s3 {

/// What tags hang on: S3 complains differently.
enum class Tagged : std::uint8_t { kBucket, kObject };

/// At most 10 (objects) or 50 (buckets) tags of allowed characters and lengths, each key once.
Result<> CheckTags(const store::StringPairs& tags, Tagged what);

/// The value of x-amz-tagging, `k1=v1&k2=v2` percent-encoded.
Result<store::StringPairs> ParseTaggingHeader(std::string_view value);

/// A Tagging document's body.
struct TagElement {
  std::string key, value;
};
struct Tagging {
  std::vector<TagElement> tags;
};
/// Such a document, checked.
Result<store::StringPairs> ParseTagging(std::string_view document, Tagged what);
Tagging TaggingOf(const store::StringPairs& pairs);
store::StringPairs PairsOf(const Tagging& tagging);

}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::TagElement> =
    std::tuple{Field{"Key", &s3::TagElement::key, kRequired}, Field{"Value", &s3::TagElement::value, kRequired}};
template <>
inline constexpr auto kFields<s3::Tagging> = std::tuple{ListOf("TagSet", "Tag", &s3::Tagging::tags, kRequired)};

}  // namespace keymill::aws
