#pragma once

// A SAML identity provider for tests: writes responses in canonical form by hand, so that what is signed is the text
// itself and no library for XML has a say in it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/federation/issuer.h"

namespace keymill::test {

inline constexpr char kSamlNames[] =
    R"(xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol")";

/// What an assertion says; each test changes what it is about. Times are ISO texts.
struct SamlText {
  std::string id = "_a1";
  std::string issuer = "https://idp.example/saml";
  std::string issued;
  std::string name_id =
      R"(<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann</saml:NameID>)";
  std::string method = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
  std::string confirmation_data;  ///< its attributes, sorted by name
  std::string conditions;         ///< likewise
  std::string audience = "<saml:Audience>urn:amazon:webservices</saml:Audience>";
  std::string session;  ///< attributes of AuthnStatement, beginning with a space
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;

  std::string text() const {
    std::string xml =
        R"(<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID=")" + id + R"(" IssueInstant=")" +
        issued + R"(" Version="2.0"><saml:Issuer>)" + issuer + "</saml:Issuer><saml:Subject>" + name_id +
        R"(<saml:SubjectConfirmation Method=")" + method + R"("><saml:SubjectConfirmationData )" + confirmation_data +
        "></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions " + conditions +
        "><saml:AudienceRestriction>" + audience + "</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement" +
        session + "></saml:AuthnStatement><saml:AttributeStatement>";
    for (const auto& [name, values] : attributes) {
      xml += R"(<saml:Attribute Name=")" + name + R"(">)";
      for (const std::string& value : values) xml += "<saml:AttributeValue>" + value + "</saml:AttributeValue>";
      xml += "</saml:Attribute>";
    }
    return xml + "</saml:AttributeStatement></saml:Assertion>";
  }
};

/// A response around an assertion, or around anything else.
inline std::string SamlResponseText(const std::string& content, const std::string& status = "Success") {
  return R"(<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0">)"
         R"(<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example/saml</saml:Issuer>)"
         R"(<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:)" +
         status + R"("></samlp:StatusCode></samlp:Status>)" + content + "</samlp:Response>";
}

struct SamlSigning {
  std::string reference;  ///< ID that is referred to; empty = the element's own
  std::string digest_of;  ///< text to be digested instead of the element
  std::string digest_uri = "http://www.w3.org/2001/04/xmlenc#sha256";
  std::string signature_uri;  ///< empty = that of the key's algorithm
  std::string transforms =
      R"(<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>)"
      R"(<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>)";
  std::string key_info;
};

class SamlIdp {
 public:
  explicit SamlIdp(const std::string& algorithm = "RS256", unsigned rsa_bits = 2048) : key_(algorithm, "k", rsa_bits) {}

  std::string certificate() const { return key_.certificate(); }
  const TokenKey& key() const { return key_; }
  /// A thousand characters at least, as IAM demands.
  std::string metadata(const std::string& more = {}, const std::string& issuer = "https://idp.example/saml") const {
    return R"(<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID=")" +
           issuer + '"' + more +
           R"(><md:IDPSSODescriptor protocolSupportEnumeration=")"
           R"(urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo )"
           R"(xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>)"
           "\n" +
           sigv4::base64_encode(certificate()) + "\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo>" +
           "</md:KeyDescriptor></md:IDPSSODescriptor></md:EntityDescriptor>" + std::string(1000, ' ');
  }
  /// The <ds:Signature> of an element with this ID.
  std::string signature(const std::string& element, const std::string& id, const SamlSigning& how = {}) const {
    const std::string info =
        R"(<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm=")"
        R"(http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=")" +
        (how.signature_uri.empty() ? signature_uri() : how.signature_uri) +
        R"("></ds:SignatureMethod><ds:Reference URI="#)" + (how.reference.empty() ? id : how.reference) +
        R"("><ds:Transforms>)" + how.transforms + R"(</ds:Transforms><ds:DigestMethod Algorithm=")" + how.digest_uri +
        R"("></ds:DigestMethod><ds:DigestValue>)" + digest(how.digest_of.empty() ? element : how.digest_of, how) +
        "</ds:DigestValue></ds:Reference></ds:SignedInfo>";
    return R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">)" + info + "<ds:SignatureValue>" +
           sigv4::base64_encode(key_.sign(info)) + "</ds:SignatureValue>" + how.key_info + "</ds:Signature>";
  }
  /// The element with its signature after its Issuer, where SAML's schema has it.
  std::string sign(std::string element, const std::string& id, const SamlSigning& how = {}) const {
    const std::string inserted = signature(element, id, how);
    const std::string_view end = "</saml:Issuer>";
    return element.insert(element.find(end) + end.size(), inserted);
  }
  /// A response with the assertion signed.
  std::string respond(const SamlText& assertion, const SamlSigning& how = {}) const {
    return SamlResponseText(sign(assertion.text(), assertion.id, how));
  }

 private:
  static std::string digest(std::string text, const SamlSigning& how) {
    // Canonical within an element that is signed, a signature's own declaration is not repeated.
    const std::string_view inner = R"(<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">)";
    if (const auto at = text.find(inner); at != std::string::npos) text.replace(at, inner.size(), "<ds:SignedInfo>");
    const auto encode = [](const auto& octets) {
      return sigv4::base64_encode({reinterpret_cast<const char*>(octets.data()), octets.size()});
    };
    if (how.digest_uri.ends_with("#sha1")) {
      sigv4::Sha1 sha1;
      sha1.update(text);
      return encode(sha1.finish());
    }
    return encode(sigv4::sha256(text));
  }
  std::string signature_uri() const {
    const std::string& name = key_.algorithm();
    if (name == "RS1") return "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    return "http://www.w3.org/2001/04/xmldsig-more#" + std::string(name.starts_with("RS") ? "rsa" : "ecdsa") + "-sha" +
           name.substr(2);
  }
  TokenKey key_;
};

}  // namespace keymill::test
