#pragma once

#include "server/http/response.h"
#include "server/iam/holders.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Policies embedded in one user, group or role.
namespace keymill::iam {

Task<Result<http::Response>> PutInline(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> GetInline(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> DeleteInline(pipeline::Call& call, HolderKind kind);
Task<Result<http::Response>> ListInline(pipeline::Call& call, HolderKind kind);

/// Inside the commit, with a document that CheckDocument() has accepted: adds or replaces. LimitExceeded if all of the
/// holder's together are too long.
Result<> SetInline(store::Txn& txn, const Holder& holder, const store::InlinePolicy& policy);

}  // namespace keymill::iam
