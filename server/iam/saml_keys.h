#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/result.h"
#include "store/items.h"

/// The private keys of a SAML provider, two at most, with which encrypted assertions are read, and whether assertions
/// must be encrypted. Keys are sealed where they are stored, and never shown again.
namespace keymill::iam {

/// What CreateSAMLProvider and UpdateSAMLProvider may ask for.
struct SamlKeyChanges {
  std::optional<std::string> mode;    ///< AssertionEncryptionMode: Required or Allowed
  std::optional<std::string> add;     ///< PEM
  std::optional<std::string> remove;  ///< id of a key

  bool any() const { return mode || add || remove; }
};
/// `removable`: RemovePrivateKey is a parameter too.
SamlKeyChanges ReadSamlKeyChanges(aws::Form& form, bool removable);
/// InvalidInput for what is no private RSA key, an unknown id, and Required without a key; LimitExceeded.
Result<> ChangeSamlKeys(store::Item& provider, const SamlKeyChanges& changes, store::Millis now);

std::vector<std::string> SamlPrivateKeys(const store::Item& provider);  ///< PEM
bool RequiresEncryption(const store::Item& provider);
/// <AssertionEncryptionMode> and <PrivateKeyList> as GetSAMLProvider has them; nothing if there are neither.
void WriteSamlKeys(aws::XmlWriter& xml, const store::Item& provider);

}  // namespace keymill::iam
