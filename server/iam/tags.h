#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/aws/error.h"
#include "server/aws/xml_writer.h"
#include "store/records.h"

/// Tags as IAM keeps them on users, roles and policies: keys keep their case but are unique without it.
namespace keymill::iam {

inline constexpr std::size_t kMaxTags = 50;

/// The refusal of a list that names a key twice.
std::optional<aws::Error> CheckTags(const store::StringPairs& tags);
/// Adds or replaces. The result may hold more than kMaxTags: the caller refuses it.
void MergeTags(store::StringPairs& tags, const store::StringPairs& added);
void RemoveTags(store::StringPairs& tags, const std::vector<std::string>& keys);
/// <Tags><member><Key/><Value/></member>…</Tags>
void WriteTags(aws::XmlWriter& xml, const store::StringPairs& tags);

}  // namespace keymill::iam
