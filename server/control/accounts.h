#pragma once

#include "server/pipeline/call.h"

/// The accounts in this server and their root keys. For callers of the server's own account only.
namespace keymill::control {

/// POST /accounts {account_id?, name?, access_key_id?, secret_access_key?}: 201 with the account and its root key. What
/// is not given is made up.
Task<Result<http::Response>> CreateAccount(pipeline::Call& call);
Task<Result<http::Response>> ListAccounts(pipeline::Call& call);
Task<Result<http::Response>> GetAccount(pipeline::Call& call);
/// DELETE /accounts/{account_id}?force=true: with force, everything that the account owns goes with it.
Task<Result<http::Response>> DeleteAccount(pipeline::Call& call);
/// POST /accounts/{account_id}/keys {access_key_id?, secret_access_key?}: another root key, of two at most.
Task<Result<http::Response>> CreateRootKey(pipeline::Call& call);

}  // namespace keymill::control
