#pragma once

#include "server/aws/error.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// Users' console passwords. Nobody signs in with one here; they are kept, checked and reported as AWS does.
namespace keymill::iam {

Task<Result<http::Response>> CreateLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> GetLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> UpdateLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> DeleteLoginProfile(pipeline::Call& call);
Task<Result<http::Response>> ChangePassword(pipeline::Call& call);

/// The constraints that hold for every password, whatever the account's policy: a ValidationError.
std::optional<aws::Error> CheckPasswordForm(const std::string& password);
/// Gives a user a hashed password, or another one: the former is remembered. For the caller to store.
void SetPassword(store::Item& profile, std::string hash, store::Millis now);
bool IsResetRequired(const store::Item& profile);
void SetResetRequired(store::Item& profile, bool required);

}  // namespace keymill::iam
