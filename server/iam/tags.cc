#include "server/iam/tags.h"

#include <algorithm>

#include "server/iam/errors.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
namespace {

/// What AWS keeps for itself (IAM User Guide, tags for IAM resources).
constexpr std::string_view kReserved = "aws:";

auto FindTag(store::StringPairs& tags, std::string_view key) {
  return std::find_if(tags.begin(), tags.end(),
                      [&](const auto& tag) { return sigv4::equals_ignoring_case(tag.first, key); });
}

}  // namespace

std::optional<aws::Error> CheckTags(const store::StringPairs& tags) {
  for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
    bool repeated = std::any_of(
        tags.begin(), tag, [&](const auto& earlier) { return sigv4::equals_ignoring_case(earlier.first, tag->first); });
    if (repeated) {
      return aws::Error(InvalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (sigv4::lower(tag->first).starts_with(kReserved)) {
      return aws::Error(InvalidInput, "aws: prefixed tag key names are not allowed for external use.");
    }
  }
  return std::nullopt;
}

void MergeTags(store::StringPairs& tags, const store::StringPairs& added) {
  for (const auto& tag : added) {
    auto found = FindTag(tags, tag.first);
    if (found == tags.end()) {
      tags.push_back(tag);
    } else {
      *found = tag;
    }
  }
}

void RemoveTags(store::StringPairs& tags, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    auto found = FindTag(tags, key);
    if (found != tags.end()) tags.erase(found);
  }
}

void WriteTags(aws::XmlWriter& xml, const store::StringPairs& tags) {
  xml.open("Tags");
  for (const auto& [key, value] : tags) xml.open("member").text("Key", key).text("Value", value).close();
  xml.close();
}

}  // namespace keymill::iam
