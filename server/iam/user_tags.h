#pragma once

#include <string>
#include <vector>

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/principals.h"

/// The tags of IAM users. The console keeps the description of an access key as a user tag named by the key's id.
namespace keymill::iam {

Task<Result<http::Response>> TagUser(pipeline::Call& call);
Task<Result<http::Response>> UntagUser(pipeline::Call& call);
Task<Result<http::Response>> ListUserTags(pipeline::Call& call);

/// Inside the commit: refuses more than 50 tags on the user.
Result<> AddUserTags(store::Txn& txn, std::string_view account, std::string_view name, const store::StringPairs& tags);

}  // namespace keymill::iam
