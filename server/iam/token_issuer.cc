#include "server/iam/token_issuer.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "server/aws/ids.h"
#include "server/federation/jwk.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/pipeline/router.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using pipeline::kTokenIssuerDomain;
using store::Item;
using store::ItemKind;

// An account has one issuer, whose name is its id, and a key for each algorithm, named by it: the secret is the private
// key in PEM, the document the public one as a JWK.
constexpr std::string_view kScheme = "https://";
constexpr std::string_view kEnabled = "Enabled";
constexpr std::string_view kKeyId = "KeyId";

std::optional<Item> FindIssuer(const store::Reader& reader, std::string_view account) {
  auto items = store::ListItems(reader, ItemKind::kTokenIssuer, account);
  return items.empty() ? std::nullopt : std::optional(std::move(items.front()));
}

bool IsEnabled(const std::optional<Item>& issuer) {
  return issuer && Attribute(issuer->attributes, kStatusAttribute) == kEnabled;
}

/// Both keys at once, although few clients want RSA, which is slow to make: verifiers keep the key set that they
/// fetched, and take no token by a key that was added to it later.
std::vector<Item> MakeKeys(const std::string& account, store::Millis now) {
  std::vector<Item> keys;
  for (const std::string_view name : kTokenAlgorithms) {
    const auto key = crypto::PrivateKey::Generate(*crypto::FindSigningAlgorithm(name));
    const crypto::PublicNumbers numbers = key.numbers();
    const std::string id = federation::Thumbprint(numbers);
    Item& item = keys.emplace_back();
    item.kind = ItemKind::kTokenKey;
    item.owner = account;
    item.name = name;
    item.created = item.updated = now;
    item.secret = key.pem();
    item.document = federation::JwkText(numbers, id, name);
    SetAttribute(item.attributes, kKeyId, id);
  }
  return keys;
}

}  // namespace

std::string TokenIssuerUrl(std::string_view id) {
  return std::string(kScheme).append(id).append(kTokenIssuerDomain);
}

std::optional<std::string> FindEnabledTokenIssuer(const store::Reader& reader, std::string_view account) {
  const auto issuer = FindIssuer(reader, account);
  return IsEnabled(issuer) ? std::optional(TokenIssuerUrl(issuer->name)) : std::nullopt;
}

TokenKey RequireTokenKey(const store::Reader& reader, std::string_view account, std::string_view algorithm) {
  const auto item = store::FindItem(reader, ItemKind::kTokenKey, account, algorithm);
  auto key = item ? crypto::PrivateKey::FromPem(item->secret) : std::nullopt;
  if (!key) throw std::runtime_error("an account that issues tokens has no " + std::string(algorithm) + " key");
  return {Attribute(item->attributes, kKeyId), *std::move(key)};
}

std::optional<std::string> FindTokenIssuerKeys(const store::Reader& reader, std::string_view id) {
  for (const Item& issuer : store::AllItems(reader, ItemKind::kTokenIssuer)) {  // a short record for each account
    if (issuer.name != id) continue;
    std::vector<std::string> jwks;
    for (const Item& key : store::ListItems(reader, ItemKind::kTokenKey, issuer.owner)) jwks.push_back(key.document);
    return federation::JwkSetText(jwks);
  }
  return std::nullopt;
}

std::optional<std::string> FindTokenIssuerKeysByUrl(const store::Reader& reader, std::string_view url) {
  if (!url.starts_with(kScheme) || !url.ends_with(kTokenIssuerDomain)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  url.remove_suffix(std::min(url.size(), kTokenIssuerDomain.size()));
  return FindTokenIssuerKeys(reader, url);
}

/// An account that enables the feature again has the issuer and the keys that it had: relying parties know them.
Task<Result<http::Response>> EnableOutboundWebIdentityFederation(pipeline::Call& call) {
  const std::string& account = call.identity().account;
  auto find = [&](const store::Reader& reader) { return FindIssuer(reader, account); };
  const auto former = co_await call.read(find);
  if (IsEnabled(former)) co_return aws::Error(FeatureEnabled);
  std::vector<Item> keys;
  if (!former) {
    auto make = [&] { return MakeKeys(account, call.now()); };
    keys = co_await http::Blocking(make);
  }
  auto enable = [&](store::Txn& txn) -> Result<std::string> {
    auto issuer = FindIssuer(txn, account);
    if (IsEnabled(issuer)) return aws::Error(FeatureEnabled);
    if (!issuer) {
      if (keys.empty()) throw std::runtime_error("the issuer that is to be enabled again was removed meanwhile");
      issuer.emplace();
      issuer->kind = ItemKind::kTokenIssuer;
      issuer->owner = account;
      issuer->name = aws::NewUuid();
      issuer->created = call.now();
      for (const Item& key : keys) store::PutItem(txn, key);
    }
    SetAttribute(issuer->attributes, kStatusAttribute, std::string(kEnabled));
    issuer->updated = call.now();
    store::PutItem(txn, *issuer);
    return TokenIssuerUrl(issuer->name);
  };
  const auto url = co_await call.commit(enable);
  if (!url) co_return url.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("IssuerIdentifier", *url); });
}

Task<Result<http::Response>> DisableOutboundWebIdentityFederation(pipeline::Call& call) {
  auto disable = [&](store::Txn& txn) -> Result<> {
    auto issuer = FindIssuer(txn, call.identity().account);
    if (!IsEnabled(issuer)) return aws::Error(FeatureDisabled);
    SetAttribute(issuer->attributes, kStatusAttribute, "Disabled");
    issuer->updated = call.now();
    store::PutItem(txn, *issuer);
    return {};
  };
  co_return co_await CommitThenAnswer(call, disable);
}

Task<Result<http::Response>> GetOutboundWebIdentityFederationInfo(pipeline::Call& call) {
  auto find = [&](const store::Reader& reader) { return FindEnabledTokenIssuer(reader, call.identity().account); };
  const auto url = co_await call.read(find);
  if (!url) co_return aws::Error(FeatureDisabled);
  co_return Answer(call,
                   [&](aws::XmlWriter& xml) { xml.text("IssuerIdentifier", *url).text("JwtVendingEnabled", "true"); });
}

}  // namespace keymill::iam
