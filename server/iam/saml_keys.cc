#include "server/iam/saml_keys.h"

#include <algorithm>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/crypto/x509.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"

namespace keymill::iam {
namespace {

constexpr std::size_t kMaxKeys = 2;
constexpr std::string_view kModeAttribute = "AssertionEncryptionMode";
constexpr std::string_view kKeyPrefix = "PrivateKey/";  // an attribute per key: its id, and when it came
constexpr std::string_view kRequired = "Required";
constexpr std::string_view kModes[] = {"Allowed", "Required"};

/// [A-Z0-9]+
bool IsKeyId(std::u32string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9'); });
}

constexpr aws::StringField kMode{kModeAttribute, {.values = kModes}};
constexpr aws::StringField kAddPrivateKey{"AddPrivateKey", kPemRule};
constexpr aws::StringField kRemovePrivateKey{"RemovePrivateKey",
                                             {.min = 22, .max = 64, .matches = &IsKeyId, .pattern = "[A-Z0-9]+"}};

struct Key {
  std::string id;
  store::Millis added = 0;
  std::string pem;
};

/// The item's secret is the keys' PEM, each ended by a zero octet, in the order of their attributes.
std::vector<Key> KeysOf(const store::Item& provider) {
  std::vector<Key> keys;
  std::size_t begin = 0;
  for (const auto& [name, value] : provider.attributes) {
    if (!name.starts_with(kKeyPrefix)) continue;
    const std::size_t end = std::min(provider.secret.find('\0', begin), provider.secret.size());
    keys.push_back({name.substr(kKeyPrefix.size()), NumberAttribute(provider.attributes, name),
                    provider.secret.substr(begin, end - begin)});
    begin = std::min(end + 1, provider.secret.size());
  }
  return keys;
}

void SetKeys(store::Item& provider, const std::vector<Key>& keys) {
  std::erase_if(provider.attributes, [](const auto& attribute) { return attribute.first.starts_with(kKeyPrefix); });
  provider.secret.clear();
  for (const Key& key : keys) {
    SetAttribute(provider.attributes, std::string(kKeyPrefix) + key.id, std::to_string(key.added));
    provider.secret.append(key.pem).push_back('\0');
  }
}

}  // namespace

SamlKeyChanges ReadSamlKeyChanges(aws::Form& form, bool removable) {
  SamlKeyChanges changes;
  changes.mode = form.optional(kMode);
  changes.add = form.optional(kAddPrivateKey);
  if (removable) changes.remove = form.optional(kRemovePrivateKey);
  return changes;
}

Result<> ChangeSamlKeys(store::Item& provider, const SamlKeyChanges& changes, store::Millis now) {
  if (changes.add && changes.remove) {
    return aws::Error(InvalidInput,
                      "Unable to add and remove private keys in the same request. Set a value for only one of the two "
                      "parameters.");
  }
  std::vector<Key> keys = KeysOf(provider);
  if (changes.add) {
    if (!crypto::IsRsaPrivateKey(*changes.add)) return aws::Error(InvalidInput, "Invalid private key.");
    if (keys.size() >= kMaxKeys) return aws::Error(LimitExceeded, "Private key limit of 2 is reached.");
    keys.push_back({aws::NewUniqueId("SAMLK"), now, *changes.add});
  }
  if (changes.remove && std::erase_if(keys, [&](const Key& key) { return key.id == *changes.remove; }) == 0) {
    return aws::Error(InvalidInput, "Failed to remove private key because the Key ID does not match a private key.");
  }
  const std::string mode = changes.mode.value_or(Attribute(provider.attributes, kModeAttribute));
  if (mode == kRequired && keys.empty()) {
    return changes.mode ? aws::Error(InvalidInput,
                                     "Unable to set assertion encryption mode to Required because no private key is "
                                     "provided.")
                        : aws::Error(InvalidInput, "Failed to remove private key.");
  }
  if (changes.mode) SetAttribute(provider.attributes, kModeAttribute, mode);
  SetKeys(provider, keys);
  return {};
}

std::vector<std::string> SamlPrivateKeys(const store::Item& provider) {
  std::vector<std::string> pems;
  for (Key& key : KeysOf(provider)) pems.push_back(std::move(key.pem));
  return pems;
}

bool RequiresEncryption(const store::Item& provider) {
  return Attribute(provider.attributes, kModeAttribute) == kRequired;
}

void WriteSamlKeys(aws::XmlWriter& xml, const store::Item& provider) {
  xml.optional_text("AssertionEncryptionMode", Attribute(provider.attributes, kModeAttribute));
  const std::vector<Key> keys = KeysOf(provider);
  if (keys.empty()) return;
  xml.open("PrivateKeyList");
  for (const Key& key : keys) {
    xml.open("member").text("KeyId", key.id).text("Timestamp", aws::IsoSeconds(key.added)).close();
  }
  xml.close();
}

}  // namespace keymill::iam
