#include "server/iam/saml_providers.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/federation/saml_assertion.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/quotas.h"
#include "server/iam/saml_keys.h"
#include "server/iam/tags.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;

/// [\w._-]+
bool IsProviderName(std::u32string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char32_t c) {
    return c == U'.' || c == U'-' || IsWord(std::u32string_view(&c, 1));
  });
}

constexpr aws::StringRule kMetadataRule{.min = 1000, .max = 10'000'000};
constexpr aws::StringField kMetadata{"SAMLMetadataDocument", kMetadataRule};
constexpr aws::StringField kName{"Name", {.min = 1, .max = 128, .matches = &IsProviderName, .pattern = R"([\w._-]+)"}};
constexpr aws::StringField kProviderArn{"SAMLProviderArn", kPolicyArnRule};
constexpr std::string_view kUuidAttribute = "Uuid";
constexpr store::Millis kCentury = 100LL * 365 * 24 * 60 * 60 * 1000;

Result<Item> RequireProvider(const store::Reader& reader, const std::string& account, const std::string& text) {
  const auto arn = aws::Arn::Parse(text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("saml-provider/")) {
    return aws::Error(InvalidInput, "Invalid SAML provider ARN: " + text);
  }
  auto provider = FindSamlProvider(reader, account, text);
  if (!provider) return aws::Error(NoSuchEntity, "Manifest not found for arn " + text);
  return *std::move(provider);
}

std::optional<aws::Error> CheckMetadata(const std::string& document) {
  if (federation::ReadSamlMetadata(document)) return std::nullopt;
  return aws::Error(InvalidInput, "Could not parse metadata");
}

/// The metadata's own date, or a hundred years as AWS gives to metadata without one.
std::string ValidUntil(const Item& provider) {
  const auto metadata = federation::ReadSamlMetadata(provider.document);
  const auto time = metadata ? metadata->valid_until : std::nullopt;
  return aws::IsoSeconds(time.value_or(provider.created + kCentury));
}

}  // namespace

std::optional<Item> FindSamlProvider(const store::Reader& reader, std::string_view account, std::string_view arn) {
  const auto parsed = aws::Arn::Parse(arn);
  if (!parsed) return std::nullopt;
  auto provider = store::FindItem(reader, ItemKind::kSamlProvider, account, parsed->name());
  if (!provider || SamlProviderArn(*provider) != arn) return std::nullopt;
  return provider;
}

std::string SamlProviderArn(const Item& provider) {
  return aws::IamArn(provider.owner, "saml-provider", "/", provider.name);
}

constexpr TaggedKind<Item> kTaggedSamlProvider{kProviderArn, "TagsPerSAMLProvider", &RequireProvider};

Result<Item> ReadCreateSamlProvider(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  Item provider;
  provider.kind = ItemKind::kSamlProvider;
  provider.owner = account;
  provider.created = provider.updated = now;
  provider.document = form.required(kMetadata);
  provider.name = form.required(kName);
  const SamlKeyChanges keys = ReadSamlKeyChanges(form, false);
  provider.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(provider.tags)) return *refusal;
  if (auto refusal = CheckMetadata(provider.document)) return *refusal;
  if (auto changed = ChangeSamlKeys(provider, keys, now); !changed) return changed.error();
  return provider;
}

Result<> AddSamlProvider(store::Txn& txn, Item& provider) {
  if (store::FindItem(txn, provider.kind, provider.owner, provider.name)) {
    return aws::Error(EntityAlreadyExists, "Provider with name " + provider.name + " already exists.");
  }
  if (store::ListItems(txn, provider.kind, provider.owner).size() >= kMaxSamlProviders) {
    return QuotaExceeded("SAMLProvidersPerAccount", kMaxSamlProviders);
  }
  SetAttribute(provider.attributes, kUuidAttribute, aws::NewUniqueId("SAMLP"));
  store::PutItem(txn, provider);
  return {};
}

Task<Result<http::Response>> CreateSAMLProvider(pipeline::Call& call) {
  auto provider = ReadCreateSamlProvider(call.params().all(), call.identity().account, call.now());
  if (!provider) co_return provider.error();
  auto create = [&](store::Txn& txn) { return AddSamlProvider(txn, *provider); };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("SAMLProviderArn", SamlProviderArn(*provider));
    if (!provider->tags.empty()) WriteTags(xml, provider->tags);
  });
}

Task<Result<http::Response>> GetSAMLProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return RequireProvider(reader, call.identity().account, arn); };
  auto provider = co_await call.read(find);
  if (!provider) co_return provider.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("SAMLProviderUUID", Attribute(provider->attributes, kUuidAttribute));
    xml.text("SAMLMetadataDocument", provider->document).text("CreateDate", aws::IsoSeconds(provider->created));
    xml.text("ValidUntil", ValidUntil(*provider));
    WriteTags(xml, provider->tags);
    WriteSamlKeys(xml, *provider);
  });
}

Task<Result<http::Response>> UpdateSAMLProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto document = form.optional(kMetadata);
  const std::string arn = form.required(kProviderArn);
  const SamlKeyChanges keys = ReadSamlKeyChanges(form, true);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (!document && !keys.any()) {
    co_return aws::Error(InvalidInput,
                         "Unable to update identity provider. No updates are defined for metadata or encryption "
                         "assertion.");
  }
  if (document) {
    if (auto refusal = CheckMetadata(*document)) co_return *refusal;
  }
  auto update = [&](store::Txn& txn) -> Result<> {
    auto provider = RequireProvider(txn, call.identity().account, arn);
    if (!provider) return provider.error();
    if (document) provider->document = *document;
    if (auto changed = ChangeSamlKeys(*provider, keys, call.now()); !changed) return changed.error();
    provider->updated = call.now();
    store::PutItem(txn, *provider);
    return {};
  };
  auto updated = co_await call.commit(update);
  if (!updated) co_return updated.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("SAMLProviderArn", arn); });
}

Task<Result<http::Response>> DeleteSAMLProvider(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kProviderArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto provider = RequireProvider(txn, call.identity().account, arn);
    if (!provider) return provider.error();
    store::EraseItem(txn, *provider);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListSAMLProviders(pipeline::Call& call) {
  auto list = [&](const store::Reader& reader) {
    return store::ListItems(reader, ItemKind::kSamlProvider, call.identity().account);
  };
  const auto providers = co_await call.read(list);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("SAMLProviderList");
    for (const Item& provider : providers) {
      xml.open("member").text("Arn", SamlProviderArn(provider)).text("ValidUntil", ValidUntil(provider));
      xml.text("CreateDate", aws::IsoSeconds(provider.created)).close();
    }
    xml.close();
  });
}

}  // namespace keymill::iam
