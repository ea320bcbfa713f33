#include "server/iam/oidc_providers.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/aws/time.h"
#include "server/http/url.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;

constexpr std::string_view kArnKind = "oidc-provider/";
constexpr aws::StringField kUrl{"Url", {.min = 1, .max = 255}};
constexpr aws::StringField kProviderArn{"OpenIDConnectProviderArn", kPolicyArnRule};
constexpr aws::StringRule kClientIdRule{.min = 1, .max = 255};
constexpr aws::StringField kClientId{"ClientID", kClientIdRule};
constexpr aws::ListField kClientIdList{"ClientIDList"};
constexpr aws::StringRule kThumbprintRule{.min = 40, .max = 40};
constexpr aws::ListField kThumbprintList{"ThumbprintList"};

// Attributes: the issuer as tokens name it, and one for each client and thumbprint.
constexpr std::string_view kIssuerAttribute = "Issuer";
constexpr std::string_view kClientAttribute = "ClientId";
constexpr std::string_view kThumbprintAttribute = "Thumbprint";

std::vector<std::string> Values(const Item& provider, std::string_view attribute) {
  std::vector<std::string> values;
  for (const auto& [name, value] : provider.attributes) {
    if (name == attribute) values.push_back(value);
  }
  return values;
}

void Erase(Item& provider, std::string_view attribute, std::optional<std::string_view> value = std::nullopt) {
  std::erase_if(provider.attributes,
                [&](const auto& pair) { return pair.first == attribute && (!value || pair.second == *value); });
}

/// Each value once, in the order of their coming.
void Add(Item& provider, std::string_view attribute, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    const std::pair<std::string, std::string> pair(attribute, value);
    auto& all = provider.attributes;
    if (std::find(all.begin(), all.end(), pair) == all.end()) all.push_back(pair);
  }
}

/// AWS demands https. Plain http is for issuers on this machine, which tests run.
std::optional<aws::Error> CheckUrl(const std::string& text) {
  const auto url = http::ParseUrl(text);
  const bool scheme = text.starts_with("https://") || text.starts_with("http://");
  if (scheme && url && (url->secure || http::IsLoopback(url->host)) && text.find('?') == std::string::npos) {
    return std::nullopt;
  }
  return aws::Error(InvalidInput, "Invalid Open ID Connect Provider URL");
}

std::optional<aws::Error> CheckClientIds(const std::vector<std::string>& ids) {
  if (ids.size() <= kMaxClientIds) return std::nullopt;
  return QuotaExceeded("ClientIdsPerOpenIdConnectProvider", kMaxClientIds);
}

std::optional<aws::Error> CheckThumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() <= kMaxThumbprints) return std::nullopt;
  // AWS's words, although the fifth is let in.
  return aws::Error(InvalidInput,
                    "Thumbprint list must contain fewer than " + std::to_string(kMaxThumbprints) + " entries.");
}

void WriteList(aws::XmlWriter& xml, std::string_view name, const std::vector<std::string>& values) {
  xml.open(name);
  for (const std::string& value : values) xml.text("member", value);
  xml.close();
}

/// One commit of `change(Item&) -> std::optional<aws::Error>` to the provider with this ARN.
template <class Change>
Task<Result<http::Response>> ChangeProvider(pipeline::Call& call, const std::string& arn, Change& change) {
  auto update = [&](store::Txn& txn) -> Result<> {
    auto provider = RequireOidcProvider(txn, call.identity().account, arn);
    if (!provider) return provider.error();
    if (auto refusal = change(*provider)) return *refusal;
    provider->updated = call.now();
    store::PutItem(txn, *provider);
    return {};
  };
  co_return co_await CommitThenAnswer(call, update);
}

}  // namespace

constexpr TaggedKind<Item> kTaggedOidcProvider{kProviderArn, "TagsPerOpenIdConnectProvider", &RequireOidcProvider};

std::string_view WithoutScheme(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(scheme + 3);
}

std::string OidcProviderArn(const Item& provider) {
  return aws::IamArn(provider.owner, "oidc-provider", "/", provider.name);
}

std::vector<std::string> ClientIds(const Item& provider) {
  return Values(provider, kClientAttribute);
}

std::vector<std::string> Thumbprints(const Item& provider) {
  return Values(provider, kThumbprintAttribute);
}

std::optional<Item> FindOidcProvider(const store::Reader& reader, std::string_view account, std::string_view issuer) {
  auto provider = store::FindItem(reader, ItemKind::kOidcProvider, account, WithoutScheme(issuer));
  if (!provider || Attribute(provider->attributes, kIssuerAttribute) != issuer) return std::nullopt;
  return provider;
}

Result<Item> RequireOidcProvider(const store::Reader& reader, const std::string& account, const std::string& arn) {
  const auto parsed = aws::Arn::Parse(arn);
  if (!parsed || parsed->service != "iam" || !parsed->resource.starts_with(kArnKind)) {
    return aws::Error(InvalidInput, "Invalid OpenIDConnect Provider ARN: " + arn);
  }
  auto provider = store::FindItem(reader, ItemKind::kOidcProvider, account, parsed->resource.substr(kArnKind.size()));
  if (!provider || OidcProviderArn(*provider) != arn) {
    return aws::Error(NoSuchEntity, "OpenIDConnect Provider not found for arn " + arn);
  }
  return *std::move(provider);
}

std::string IssuerOf(const Item& provider) {
  return Attribute(provider.attributes, kIssuerAttribute);
}

Result<> AddClientsAndThumbprints(Item& provider, const std::vector<std::string>& clients,
                                  const std::vector<std::string>& thumbprints) {
  Add(provider, kClientAttribute, clients);
  Add(provider, kThumbprintAttribute, thumbprints);
  if (auto refusal = CheckClientIds(ClientIds(provider))) return *refusal;
  if (auto refusal = CheckThumbprints(Thumbprints(provider))) return *refusal;
  return {};
}

Result<Item> ReadCreateOidcProvider(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  const std::string url = form.required(kUrl);
  const std::vector<std::string> clients = form.strings(kClientIdList, kClientIdRule);
  const std::vector<std::string> thumbprints = form.strings(kThumbprintList, kThumbprintRule);
  Item provider;
  provider.kind = ItemKind::kOidcProvider;
  provider.owner = account;
  provider.name = WithoutScheme(url);
  provider.created = provider.updated = now;
  provider.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckUrl(url)) return *refusal;
  if (auto refusal = CheckClientIds(clients)) return *refusal;
  if (auto refusal = CheckThumbprints(thumbprints)) return *refusal;
  if (auto refusal = CheckTags(provider.tags)) return *refusal;
  SetAttribute(provider.attributes, kIssuerAttribute, url);
  Add(provider, kClientAttribute, clients);
  Add(provider, kThumbprintAttribute, thumbprints);
  return provider;
}

Result<> AddOidcProvider(store::Txn& txn, const Item& provider) {
  if (store::FindItem(txn, provider.kind, provider.owner, provider.name)) {
    return aws::Error(EntityAlreadyExists, "Provider with url " + IssuerOf(provider) + " already exists.");
  }
  if (store::ListItems(txn, provider.kind, provider.owner).size() >= kMaxOidcProviders) {
    return QuotaExceeded("OpenIdConnectProvidersPerAccount", kMaxOidcProviders);
  }
  store::PutItem(txn, provider);
  return {};
}

Task<Result<http::Response>> CreateOpenIDConnectProvider(pipeline::Call& call) {
  auto provider = ReadCreateOidcProvider(call.params().all(), call.identity().account, call.now());
  if (!provider) co_return provider.error();
  auto create = [&](store::Txn& txn) { return AddOidcProvider(txn, *provider); };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("OpenIDConnectProviderArn", OidcProviderArn(*provider));
    if (!provider->tags.empty()) WriteTags(xml, provider->tags);
  });
}

Task<Result<http::Response>> GetOpenIDConnectProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return RequireOidcProvider(reader, call.identity().account, arn); };
  auto provider = co_await call.read(find);
  if (!provider) co_return provider.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("Url", provider->name);  // as AWS shows it, without the scheme
    WriteList(xml, kClientIdList.name, ClientIds(*provider));
    WriteList(xml, kThumbprintList.name, Thumbprints(*provider));
    xml.text("CreateDate", aws::IsoSeconds(provider->created));
    WriteTags(xml, provider->tags);
  });
}

Task<Result<http::Response>> ListOpenIDConnectProviders(pipeline::Call& call) {
  auto list = [&](const store::Reader& reader) {
    return store::ListItems(reader, ItemKind::kOidcProvider, call.identity().account);
  };
  const auto providers = co_await call.read(list);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("OpenIDConnectProviderList");
    for (const Item& provider : providers) xml.open("member").text("Arn", OidcProviderArn(provider)).close();
    xml.close();
  });
}

/// AWS calls this idempotent: a provider that does not exist counts as deleted.
Task<Result<http::Response>> DeleteOpenIDConnectProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto provider = RequireOidcProvider(txn, call.identity().account, arn);
    if (provider) {
      store::EraseItem(txn, *provider);
    } else if (provider.error().code() != NoSuchEntity.code) {
      return provider.error();
    }
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> AddClientIDToOpenIDConnectProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  const std::string client = form.required(kClientId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto add = [&](Item& provider) {
    Add(provider, kClientAttribute, {client});
    return CheckClientIds(ClientIds(provider));
  };
  co_return co_await ChangeProvider(call, arn, add);
}

Task<Result<http::Response>> RemoveClientIDFromOpenIDConnectProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  const std::string client = form.required(kClientId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](Item& provider) -> std::optional<aws::Error> {
    Erase(provider, kClientAttribute, client);
    return std::nullopt;
  };
  co_return co_await ChangeProvider(call, arn, remove);
}

Task<Result<http::Response>> UpdateOpenIDConnectProviderThumbprint(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  const std::vector<std::string> thumbprints = form.strings(kThumbprintList, kThumbprintRule, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (thumbprints.empty()) co_return aws::Error(InvalidInput, "Thumbprint list must contain at least one entry.");
  if (auto refusal = CheckThumbprints(thumbprints)) co_return *refusal;
  auto replace = [&](Item& provider) -> std::optional<aws::Error> {
    Erase(provider, kThumbprintAttribute);
    Add(provider, kThumbprintAttribute, thumbprints);
    return std::nullopt;
  };
  co_return co_await ChangeProvider(call, arn, replace);
}

}  // namespace keymill::iam
