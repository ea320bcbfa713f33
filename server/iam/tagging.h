#pragma once

#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"
#include "store/items.h"
#include "store/principals.h"

/// Tagging, untagging and listing the tags of whatever one parameter names. A Record is a store::User, store::Entity or
/// store::Item.
namespace keymill::iam {

template <class Record>
struct TaggedKind {
  const aws::StringField& name;
  std::string_view quota;  ///< AWS's name for the number of tags
  Result<Record> (*require)(const store::Reader& reader, const std::string& account, const std::string& name);
};

template <class Record>
Task<Result<http::Response>> TagRecord(pipeline::Call& call, const TaggedKind<Record>& kind);
template <class Record>
Task<Result<http::Response>> UntagRecord(pipeline::Call& call, const TaggedKind<Record>& kind);
template <class Record>
Task<Result<http::Response>> ListTagsOfRecord(pipeline::Call& call, const TaggedKind<Record>& kind);

// Handlers for the table of operations.
template <const auto& kind>
Task<Result<http::Response>> Tag(pipeline::Call& call) {
  return TagRecord(call, kind);
}
template <const auto& kind>
Task<Result<http::Response>> Untag(pipeline::Call& call) {
  return UntagRecord(call, kind);
}
template <const auto& kind>
Task<Result<http::Response>> ListTags(pipeline::Call& call) {
  return ListTagsOfRecord(call, kind);
}

/// What TagRecord() does inside its commit: LimitExceeded if there are then more than 50.
template <class Record>
Result<> AddTags(store::Txn& txn, const TaggedKind<Record>& kind, const std::string& account, const std::string& name,
                 const store::StringPairs& tags);

}  // namespace keymill::iam
