#pragma once

#include <string>
#include <string_view>

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/vault.h"

namespace keymill::sts {

/// Details of a denial that only those may read who are allowed sts:DecodeAuthorizationMessage: `json` sealed with the
/// master key, as text without characters that forms escape, as AWS's are. For services that answer so; IAM, STS and S3
/// do not.
std::string EncodeAuthorizationMessage(const store::Vault& vault, std::string_view json);

Task<Result<http::Response>> DecodeAuthorizationMessage(pipeline::Call& call);

}  // namespace keymill::sts
