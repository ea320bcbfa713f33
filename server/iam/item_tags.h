#pragma once

#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// Tagging of what is stored as an item and named by one parameter: MFA devices, SAML providers, …
namespace keymill::iam {

struct TaggedKind {
  const aws::StringField& name;
  std::string_view quota;  ///< AWS's name for the number of tags
  Result<store::Item> (*require)(const store::Reader& reader, const std::string& account, const std::string& name);
};

Task<Result<http::Response>> TagItem(pipeline::Call& call, const TaggedKind& kind);
Task<Result<http::Response>> UntagItem(pipeline::Call& call, const TaggedKind& kind);
Task<Result<http::Response>> ListItemTags(pipeline::Call& call, const TaggedKind& kind);

}  // namespace keymill::iam
