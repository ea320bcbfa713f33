#pragma once

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// SSH public keys of users, which CodeCommit would ask for.
namespace keymill::iam {

Task<Result<http::Response>> UploadSSHPublicKey(pipeline::Call& call);
Task<Result<http::Response>> GetSSHPublicKey(pipeline::Call& call);
Task<Result<http::Response>> ListSSHPublicKeys(pipeline::Call& call);
Task<Result<http::Response>> UpdateSSHPublicKey(pipeline::Call& call);
Task<Result<http::Response>> DeleteSSHPublicKey(pipeline::Call& call);

}  // namespace keymill::iam
