#include "server/federation/saml_assertion.h"

#include <algorithm>

#include "server/aws/time.h"
#include "server/aws/xml_reader.h"
#include "sigv4/encoding.h"

namespace keymill::federation {
namespace {

using aws::XmlElement;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kMaxCertificates = 20;  // each is tried on every signature

std::string Text(const XmlElement& element) {
  const std::string text = element.text();
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

std::string ChildText(const XmlElement& parent, std::string_view name) {
  const auto child = parent.child(name);
  return child ? Text(*child) : std::string();
}

/// False if the attribute is there and no time.
bool ReadTime(const XmlElement& element, std::string_view name, std::optional<std::int64_t>& time) {
  const auto text = element.attribute(name);
  if (!text) return true;
  time = aws::ParseIso(*text);
  return time.has_value();
}

bool ReadSubject(const XmlElement& subject, SamlAssertion& assertion) {
  if (const auto name = subject.child("NameID")) {
    assertion.subject = Text(*name);
    assertion.subject_format =
        name->attribute("Format").value_or("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
  }
  for (const XmlElement& element : subject.children("SubjectConfirmation")) {
    SamlAssertion::Confirmation confirmation;
    confirmation.method = element.attribute("Method").value_or("");
    if (const auto data = element.child("SubjectConfirmationData")) {
      confirmation.recipient = data->attribute("Recipient").value_or("");
      if (!ReadTime(*data, "NotBefore", confirmation.not_before)) return false;
      if (!ReadTime(*data, "NotOnOrAfter", confirmation.not_on_or_after)) return false;
    }
    assertion.confirmations.push_back(std::move(confirmation));
  }
  return true;
}

bool ReadConditions(const XmlElement& conditions, SamlAssertion& assertion) {
  for (const XmlElement& restriction : conditions.children("AudienceRestriction")) {
    std::vector<std::string>& audiences = assertion.audiences.emplace_back();
    for (const XmlElement& audience : restriction.children("Audience")) audiences.push_back(Text(audience));
  }
  return ReadTime(conditions, "NotBefore", assertion.not_before) &&
         ReadTime(conditions, "NotOnOrAfter", assertion.not_on_or_after);
}

void ReadAttributes(const XmlElement& statement, SamlAssertion& assertion) {
  for (const XmlElement& element : statement.children("Attribute")) {
    const std::string name = element.attribute("Name").value_or("");
    auto attribute = std::find_if(assertion.attributes.begin(), assertion.attributes.end(),
                                  [&](const auto& known) { return known.first == name; });
    if (attribute == assertion.attributes.end()) {
      assertion.attributes.emplace_back(name, std::vector<std::string>());
      attribute = assertion.attributes.end() - 1;
    }
    for (const XmlElement& value : element.children("AttributeValue")) attribute->second.push_back(Text(value));
  }
}

}  // namespace

std::optional<SamlAssertion> SamlAssertion::Read(std::string_view xml) {
  const auto document = aws::XmlDocument::Parse(xml, {});
  if (!document) return std::nullopt;
  std::optional<XmlElement> root = document->root();
  if (root->name() == "Response") root = root->child("Assertion");
  if (!root || root->name() != "Assertion") return std::nullopt;
  SamlAssertion assertion;
  assertion.issuer = ChildText(*root, "Issuer");
  if (!ReadTime(*root, "IssueInstant", assertion.issued)) return std::nullopt;
  const auto subject = root->child("Subject");
  if (subject && !ReadSubject(*subject, assertion)) return std::nullopt;
  for (const XmlElement& conditions : root->children("Conditions")) {
    if (!ReadConditions(conditions, assertion)) return std::nullopt;
  }
  for (const XmlElement& statement : root->children("AuthnStatement")) {
    std::optional<std::int64_t> ends;
    if (!ReadTime(statement, "SessionNotOnOrAfter", ends)) return std::nullopt;
    if (ends) assertion.session_ends = std::min(*ends, assertion.session_ends.value_or(*ends));
  }
  for (const XmlElement& statement : root->children("AttributeStatement")) ReadAttributes(statement, assertion);
  return assertion;
}

const std::vector<std::string>* SamlAssertion::attribute(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& attribute) { return attribute.first == name; });
  return found == attributes.end() ? nullptr : &found->second;
}

std::optional<SamlMetadata> ReadSamlMetadata(std::string_view xml) {
  const auto document = aws::XmlDocument::Parse(xml, "EntityDescriptor");
  const auto entity_id = document ? document->root().attribute("entityID") : std::nullopt;
  if (!entity_id || !document->root().child("IDPSSODescriptor")) return std::nullopt;
  SamlMetadata metadata;
  metadata.entity_id = *entity_id;
  if (const auto until = document->root().attribute("validUntil")) metadata.valid_until = aws::ParseIso(*until);
  for (const XmlElement& descriptor : document->root().children("IDPSSODescriptor")) {
    for (const XmlElement& key : descriptor.children("KeyDescriptor")) {
      if (key.attribute("use").value_or("signing") != "signing") continue;
      const auto info = key.child("KeyInfo");
      for (const XmlElement& data : info ? info->children("X509Data") : std::vector<XmlElement>()) {
        for (const XmlElement& certificate : data.children("X509Certificate")) {
          if (metadata.certificates.size() == kMaxCertificates) break;
          if (auto der = DecodeXmlBase64(certificate.text())) metadata.certificates.push_back(*std::move(der));
        }
      }
    }
  }
  return metadata;
}

std::optional<std::string> DecodeXmlBase64(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return kSpace.find(c) != std::string_view::npos; });
  return sigv4::base64_decode(packed);
}

}  // namespace keymill::federation
