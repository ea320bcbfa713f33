#pragma once

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// SAML identity providers: their metadata documents under an ARN.
namespace keymill::iam {

Task<Result<http::Response>> CreateSAMLProvider(pipeline::Call& call);
Task<Result<http::Response>> GetSAMLProvider(pipeline::Call& call);
Task<Result<http::Response>> UpdateSAMLProvider(pipeline::Call& call);
Task<Result<http::Response>> DeleteSAMLProvider(pipeline::Call& call);
Task<Result<http::Response>> ListSAMLProviders(pipeline::Call& call);
/// CreateSAMLProvider's input.
Result<store::Item> ReadCreateSamlProvider(const aws::Form::Pairs& form, std::string_view account, store::Millis now);
/// Inside the commit. EntityAlreadyExists, LimitExceeded.
Result<> AddSamlProvider(store::Txn& txn, store::Item& provider);
extern const TaggedKind<store::Item> kTaggedSamlProvider;

}  // namespace keymill::iam
