#pragma once

#include <optional>
#include <string>

#include "server/http/response.h"
#include "server/iam/owner.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/principals.h"

/// Long-term access keys: what a rotation is made of. The secret leaves the server once, in CreateAccessKey's answer.
namespace keymill::iam {

Task<Result<http::Response>> CreateAccessKey(pipeline::Call& call);
Task<Result<http::Response>> ListAccessKeys(pipeline::Call& call);
Task<Result<http::Response>> UpdateAccessKey(pipeline::Call& call);
Task<Result<http::Response>> DeleteAccessKey(pipeline::Call& call);
Task<Result<http::Response>> GetAccessKeyLastUsed(pipeline::Call& call);

/// AWS's fixed quota, for users and for root; keys count whatever their status.
inline constexpr std::size_t kMaxAccessKeys = 2;

// What happens inside the commit, where the quota is exact.
/// A new active key. `id` and `secret` may be chosen, by whoever sets up a server; the id must not be taken.
Result<store::AccessKey> AddAccessKey(store::Txn& txn, const Owner& owner, store::Millis now,
                                      const std::string& id = {}, const std::string& secret = {});
/// The owner's key of that id; another owner's is NoSuchEntity, as an unknown one.
Result<store::AccessKey> RequireAccessKey(const store::Reader& reader, const Owner& owner, const std::string& id);
/// Setting the status that the key already has succeeds and changes nothing.
void ChangeStatus(store::Txn& txn, store::AccessKey key, store::KeyStatus status, store::Millis now);

bool IsAccessKeyId(std::string_view text);  ///< 16 to 128 of [A-Za-z0-9_]
std::string_view StatusName(store::KeyStatus status);

}  // namespace keymill::iam
