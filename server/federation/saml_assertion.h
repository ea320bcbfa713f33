#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What SAML 2.0 identity providers write: assertions about users, and metadata about themselves.
namespace keymill::federation {

/// An assertion as it stands: nothing is checked here but its form. Texts come without white space around them; times
/// are milliseconds since the epoch.
struct SamlAssertion {
  struct Confirmation {
    std::string method;
    std::string recipient;  ///< empty if absent
    std::optional<std::int64_t> not_before, not_on_or_after;
  };

  std::string issuer;
  std::string subject;         ///< the NameID; empty if there is none
  std::string subject_format;  ///< its Format, which is "unspecified" unless it says so
  std::vector<Confirmation> confirmations;
  std::optional<std::int64_t> issued, not_before, not_on_or_after;
  std::optional<std::int64_t> session_ends;         ///< the earliest SessionNotOnOrAfter
  std::vector<std::vector<std::string>> audiences;  ///< of each AudienceRestriction: all of them must be met
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;  ///< in order, each Name once

  /// Reads an Assertion, or the one within a Response. nullopt for what is no such thing, or has times that are none.
  static std::optional<SamlAssertion> Read(std::string_view xml);
  /// nullptr if there is no such attribute.
  const std::vector<std::string>* attribute(std::string_view name) const;
};

/// What is needed of a provider's metadata document.
struct SamlMetadata {
  std::string entity_id;
  std::vector<std::string> certificates;    ///< DER, of its keys for signing
  std::optional<std::int64_t> valid_until;  ///< milliseconds since the epoch
};
/// nullopt unless the text is the EntityDescriptor of an identity provider. Certificates that are not base64 are left
/// out, as are those after the twentieth, and a date that is none.
std::optional<SamlMetadata> ReadSamlMetadata(std::string_view xml);

/// Base64 as XML has it: white space anywhere. nullopt if it is none.
std::optional<std::string> DecodeXmlBase64(std::string_view text);

}  // namespace keymill::federation
