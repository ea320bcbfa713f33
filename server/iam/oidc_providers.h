#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// OpenID Connect identity providers: whose tokens AssumeRoleWithWebIdentity accepts, and for which clients.
namespace keymill::iam {

Task<Result<http::Response>> CreateOpenIDConnectProvider(pipeline::Call& call);
Task<Result<http::Response>> GetOpenIDConnectProvider(pipeline::Call& call);
Task<Result<http::Response>> ListOpenIDConnectProviders(pipeline::Call& call);
Task<Result<http::Response>> DeleteOpenIDConnectProvider(pipeline::Call& call);
Task<Result<http::Response>> AddClientIDToOpenIDConnectProvider(pipeline::Call& call);
Task<Result<http::Response>> RemoveClientIDFromOpenIDConnectProvider(pipeline::Call& call);
Task<Result<http::Response>> UpdateOpenIDConnectProviderThumbprint(pipeline::Call& call);
extern const TaggedKind<store::Item> kTaggedOidcProvider;

// For those who use providers. A provider is an item whose name is its URL without the scheme, which is also how its
// condition keys begin; its document is the JWK set that was registered for it, or empty if the issuer is to be asked.

/// The provider whose tokens say `issuer`, a whole URL; nullopt if the account has none.
std::optional<store::Item> FindOidcProvider(const store::Reader& reader, std::string_view account,
                                            std::string_view issuer);
/// The provider with this ARN in the account, or InvalidInput or NoSuchEntity.
Result<store::Item> RequireOidcProvider(const store::Reader& reader, const std::string& account,
                                        const std::string& arn);
/// CreateOpenIDConnectProvider's input.
Result<store::Item> ReadCreateOidcProvider(const aws::Form::Pairs& form, std::string_view account, store::Millis now);
/// Inside the commit. EntityAlreadyExists, LimitExceeded.
Result<> AddOidcProvider(store::Txn& txn, const store::Item& provider);
/// The issuer's whole URL, as tokens say it.
std::string IssuerOf(const store::Item& provider);
/// Adds those that the provider does not have. Errors: LimitExceeded, InvalidInput.
Result<> AddClientsAndThumbprints(store::Item& provider, const std::vector<std::string>& clients,
                                  const std::vector<std::string>& thumbprints);
/// What a provider is called: its URL without "https://".
std::string_view WithoutScheme(std::string_view url);
/// arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH
std::string OidcProviderArn(const store::Item& provider);
std::vector<std::string> ClientIds(const store::Item& provider);
std::vector<std::string> Thumbprints(const store::Item& provider);

}  // namespace keymill::iam
