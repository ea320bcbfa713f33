#pragma once

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// The account's alias and preferences, and how much of everything it has.
namespace keymill::iam {

Task<Result<http::Response>> CreateAccountAlias(pipeline::Call& call);
Task<Result<http::Response>> DeleteAccountAlias(pipeline::Call& call);
Task<Result<http::Response>> ListAccountAliases(pipeline::Call& call);
Task<Result<http::Response>> GetAccountSummary(pipeline::Call& call);
/// Keeps the version, which GetAccountSummary shows: session tokens are good in every region here.
Task<Result<http::Response>> SetSecurityTokenServicePreferences(pipeline::Call& call);

/// CreateAccountAlias's input.
Result<store::Item> ReadAccountAlias(const aws::Form::Pairs& form, std::string_view account, store::Millis now);
/// Inside the commit. An account has one alias at most: a second one takes the place of the first. EntityAlreadyExists
/// if any account has it.
Result<> SetAccountAlias(store::Txn& txn, const store::Item& alias);

}  // namespace keymill::iam
