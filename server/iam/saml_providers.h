#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// SAML identity providers: whose responses AssumeRoleWithSAML accepts, as their metadata documents say.
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

// For those who use providers. A provider is an item whose document is its metadata.

/// The provider with this ARN; nullopt if the account has none.
std::optional<store::Item> FindSamlProvider(const store::Reader& reader, std::string_view account,
                                            std::string_view arn);
/// arn:aws:iam::ACCOUNT:saml-provider/NAME
std::string SamlProviderArn(const store::Item& provider);

}  // namespace keymill::iam
