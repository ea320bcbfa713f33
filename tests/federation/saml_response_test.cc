// SAML responses: what is signed is read and nothing else is, whatever somebody without the key makes of the message.

#include "server/federation/saml_response.h"

#include <gtest/gtest.h>

#include "server/federation/saml_assertion.h"
#include "tests/federation/saml_issuer.h"

namespace keymill::federation {
namespace {

using test::SamlIdp;
using test::SamlResponseText;
using test::SamlSigning;
using test::SamlText;

SamlText Ann() {
  SamlText text;
  text.issued = "2025-01-31T08:00:00Z";
  text.confirmation_data = R"(NotOnOrAfter="2025-01-31T08:05:00.5Z" Recipient="https://signin.aws.amazon.com/saml")";
  text.conditions = R"(NotBefore="2025-01-31T07:59:00Z" NotOnOrAfter="2025-01-31T08:05:00Z")";
  text.attributes = {{"https://aws.amazon.com/SAML/Attributes/RoleSessionName", {"ann"}}};
  return text;
}

SamlText Eve() {
  SamlText text = Ann();
  text.id = "_e1";
  text.name_id = "<saml:NameID>eve</saml:NameID>";
  return text;
}

const SamlIdp& Idp() {
  static const SamlIdp idp;
  return idp;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + std::string(from));
  return text.replace(at, from.size(), to);
}

/// Whom the provider is believed to have signed in: "malformed" and "invalid" if nobody.
std::string SubjectOf(const std::string& xml, const std::vector<std::string>& certificates) {
  const auto response = SamlResponse::Parse(xml);
  if (!response) return "malformed";
  const auto octets = response->verify(certificates);
  if (!octets) return "invalid";
  const auto assertion = SamlAssertion::Read(*octets);
  return assertion ? assertion->subject : "unreadable";
}

std::string SubjectOf(const std::string& xml, const SamlIdp& idp = Idp()) {
  return SubjectOf(xml, std::vector{idp.certificate()});
}

TEST(SamlResponse, BelievesASignedAssertion) {
  const std::string xml = Idp().respond(Ann());
  EXPECT_EQ(SubjectOf(xml), "ann");
  EXPECT_EQ(SubjectOf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml + "\n"), "ann");
  const auto response = SamlResponse::Parse(xml);
  EXPECT_TRUE(response->succeeded());
  EXPECT_FALSE(response->encrypted());
  EXPECT_EQ(response->claimed_issuer(), "https://idp.example/saml");
}

TEST(SamlResponse, BelievesASignedResponseAndBothSigned) {
  EXPECT_EQ(SubjectOf(Idp().sign(SamlResponseText(Ann().text()), "_r1")), "ann");
  const std::string inner = SamlResponseText(Idp().sign(Ann().text(), "_a1"));
  EXPECT_EQ(SubjectOf(Idp().sign(inner, "_r1")), "ann");
}

TEST(SamlResponse, EverySignatureCounts) {
  const SamlIdp other;
  const std::string inner = SamlResponseText(other.sign(Ann().text(), "_a1"));
  EXPECT_EQ(SubjectOf(Idp().sign(inner, "_r1")), "invalid") << "the assertion is somebody else's";
  EXPECT_EQ(SubjectOf(other.sign(Idp().respond(Ann()), "_r1")), "invalid") << "the response is";
}

TEST(SamlResponse, VerifiesEachAlgorithm) {
  for (const char* algorithm : {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}) {
    const SamlIdp idp(algorithm);
    EXPECT_EQ(SubjectOf(idp.respond(Ann()), idp), "ann") << algorithm;
    EXPECT_EQ(SubjectOf(Replaced(idp.respond(Ann()), ">ann<", ">bob<"), idp), "invalid") << algorithm;
  }
}

TEST(SamlResponse, RefusesSha1AndShortKeys) {
  const SamlIdp sha1("RS1");
  EXPECT_EQ(SubjectOf(sha1.respond(Ann()), sha1), "invalid");
  SamlSigning digest;
  digest.digest_uri = "http://www.w3.org/2000/09/xmldsig#sha1";
  EXPECT_EQ(SubjectOf(Idp().respond(Ann(), digest)), "invalid");
  const SamlIdp small("RS256", 512), least("RS256", 1024);
  EXPECT_EQ(SubjectOf(small.respond(Ann()), small), "invalid");
  EXPECT_EQ(SubjectOf(least.respond(Ann()), least), "ann");
}

TEST(SamlResponse, AnyKeyOfTheProviderWillDo) {
  const SamlIdp old, other("ES256");
  EXPECT_EQ(SubjectOf(Idp().respond(Ann()), {old.certificate(), other.certificate(), Idp().certificate()}), "ann");
  EXPECT_EQ(SubjectOf(Idp().respond(Ann()), {old.certificate(), "", "no certificate"}), "invalid");
  EXPECT_EQ(SubjectOf(Idp().respond(Ann()), std::vector<std::string>{}), "invalid");
}

TEST(SamlResponse, KeysInTheMessageCountForNothing) {
  const SamlIdp eve;
  SamlSigning how;
  how.key_info = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + sigv4::base64_encode(eve.certificate()) +
                 "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>";
  EXPECT_EQ(SubjectOf(eve.respond(Ann(), how), eve), "ann");
  EXPECT_EQ(SubjectOf(eve.respond(Ann(), how)), "invalid");
}

TEST(SamlResponse, RefusesWhatIsNotSigned) {
  EXPECT_EQ(SubjectOf(SamlResponseText(Ann().text())), "invalid");
  EXPECT_EQ(SubjectOf(SamlResponseText("")), "invalid");
  EXPECT_EQ(SubjectOf(Replaced(Idp().respond(Ann()), "assertion\">https", "assertion\">http")), "ann")
      << "the response's own issuer is signed by nobody, and read by nobody";
  EXPECT_EQ(SubjectOf(Replaced(Idp().respond(Ann()), "07:59:00Z", "07:58:00Z")), "invalid");
}

TEST(SamlResponse, RefusesAssertionsThatWereMovedOrAdded) {
  const std::string signed_ann = Idp().sign(Ann().text(), "_a1");
  const std::string eve = Eve().text();
  EXPECT_EQ(SubjectOf(SamlResponseText(eve + signed_ann)), "malformed");
  EXPECT_EQ(SubjectOf(SamlResponseText(signed_ann + eve)), "malformed");
  EXPECT_EQ(SubjectOf(SamlResponseText("<samlp:Extensions>" + signed_ann + "</samlp:Extensions>" + eve)), "malformed");
  EXPECT_EQ(SubjectOf(SamlResponseText("<samlp:Extensions>" + signed_ann + "</samlp:Extensions>")), "malformed");
  // Within the forged assertion, beside a signature of it that refers to the real one.
  const std::string signature = Idp().signature(Ann().text(), "_a1");
  const std::string_view end = "</saml:Issuer>";
  std::string around = eve;
  around.insert(around.find(end) + end.size(), signature);
  EXPECT_EQ(SubjectOf(SamlResponseText(around)), "invalid") << "refers to nothing";
  const std::string object = "<ds:Object>" + Ann().text() + "</ds:Object></ds:Signature>";
  EXPECT_EQ(SubjectOf(SamlResponseText(Replaced(around, "</ds:Signature>", object))), "malformed");
  const std::string response = Idp().sign(SamlResponseText(Ann().text()), "_r1");
  EXPECT_EQ(SubjectOf(SamlResponseText(response + eve)), "malformed");
}

TEST(SamlResponse, RefusesElementsOfTheSameId) {
  const std::string signed_ann = Idp().sign(Ann().text(), "_a1");
  for (const char* twin : {R"(<x ID="_a1"></x>)", R"(<x Id="_a1"></x>)", R"(<x id="_a1"></x>)",
                           R"(<x xml:id="_a1"></x>)", R"(<x xml:id="_other"></x>)"}) {
    EXPECT_EQ(SubjectOf(SamlResponseText(twin + signed_ann)), "malformed") << twin;
    EXPECT_EQ(SubjectOf(SamlResponseText(signed_ann + twin)), "malformed") << twin;
  }
  // The forged assertion takes the ID of the real one, which then has none.
  SamlText eve = Eve();
  eve.id = "_a1";
  std::string forged = eve.text();
  const std::string_view end = "</saml:Issuer>";
  forged.insert(forged.find(end) + end.size(), Idp().signature(Ann().text(), "_a1"));
  EXPECT_EQ(SubjectOf(SamlResponseText(forged)), "invalid");
}

TEST(SamlResponse, RefusesReferencesToAnythingElse) {
  SamlSigning elsewhere;
  elsewhere.reference = "_r1";  // the whole response, signed within the assertion
  EXPECT_EQ(SubjectOf(Idp().respond(Ann(), elsewhere)), "invalid");
  const std::string good = Idp().respond(Ann());
  EXPECT_EQ(SubjectOf(Replaced(good, R"(URI="#_a1")", R"(URI="")")), "invalid");
  EXPECT_EQ(SubjectOf(Replaced(good, R"(URI="#_a1")", R"(URI="http://127.0.0.1:9/x")")), "invalid");
  EXPECT_EQ(SubjectOf(Replaced(good, R"(URI="#_a1")", R"x(URI="#xpointer(/)")x")), "invalid");
  SamlText injected = Ann();
  injected.id = "_a1') | id('_r1";
  EXPECT_EQ(SubjectOf(Idp().respond(injected)), "invalid") << "an ID is no XPath expression";
}

TEST(SamlResponse, RefusesSignaturesInExcess) {
  const std::string element = Ann().text();
  const std::string once = Idp().sign(element, "_a1");
  const std::string signature = Idp().signature(element, "_a1");
  EXPECT_EQ(SubjectOf(SamlResponseText(Replaced(once, "<saml:Subject>", signature + "<saml:Subject>"))), "malformed");
  EXPECT_EQ(SubjectOf(SamlResponseText("<samlp:Extensions>" + signature + "</samlp:Extensions>" + once)), "malformed");
  const std::string two =
      Replaced(once, "</ds:SignedInfo>", R"(<ds:Reference URI="#_r1"></ds:Reference></ds:SignedInfo>)");
  EXPECT_EQ(SubjectOf(SamlResponseText(two)), "invalid");
}

TEST(SamlResponse, AllowsOnlyTheTransformsOfSaml) {
  const auto step = [](const std::string& uri, const std::string& content = {}) {
    return R"(<ds:Transform Algorithm=")" + uri + R"(">)" + content + "</ds:Transform>";
  };
  const std::string enveloped = step("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
  const std::string exclusive = step("http://www.w3.org/2001/10/xml-exc-c14n#");
  const auto with = [&](const std::string& transforms) {
    SamlSigning how;
    how.transforms = transforms;
    return SubjectOf(Idp().respond(Ann(), how));
  };
  EXPECT_EQ(with(enveloped + exclusive), "ann");
  EXPECT_EQ(with(enveloped), "invalid");
  EXPECT_EQ(with(exclusive + enveloped), "invalid");
  EXPECT_EQ(with(enveloped + exclusive + exclusive), "invalid");
  EXPECT_EQ(with(enveloped + step("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")), "invalid");
  EXPECT_EQ(with(enveloped + step("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")), "invalid");
  EXPECT_EQ(with(enveloped + step("http://www.w3.org/TR/1999/REC-xslt-19991116")), "invalid");
  EXPECT_EQ(with(enveloped +
                 step("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>ancestor-or-self::node()</ds:XPath>")),
            "invalid");
  EXPECT_EQ(with(""), "invalid");
}

TEST(SamlResponse, CommentsHideNothing) {
  SamlText text = Ann();
  text.name_id = "<saml:NameID>ann@example.evil</saml:NameID>";
  const std::string xml = Idp().respond(text);
  // A comment is not signed: who reads a name up to the comment is another user.
  EXPECT_EQ(SubjectOf(Replaced(xml, "example.evil", "example<!-- -->.evil")), "ann@example.evil");
  EXPECT_EQ(SubjectOf(Replaced(xml, "example.evil", "example<![CDATA[.evil]]>")), "ann@example.evil");
  EXPECT_EQ(SubjectOf(Replaced(xml, "example.evil", "example<?x?>.evil")), "invalid");
}

TEST(SamlResponse, RefusesDocumentTypesAndEntities) {
  const std::string good = Idp().respond(Ann());
  EXPECT_EQ(SubjectOf("<!DOCTYPE samlp:Response>" + good), "malformed");
  EXPECT_EQ(SubjectOf("<!DOCTYPE r SYSTEM \"file:///etc/passwd\">" + good), "malformed");
  EXPECT_EQ(SubjectOf(R"(<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>)" +
                      Replaced(good, ">ann<", ">&b;<")),
            "malformed");
  EXPECT_EQ(SubjectOf(R"(<!DOCTYPE r [<!ATTLIST x ID ID #IMPLIED>]>)" + good), "malformed");
  EXPECT_EQ(SubjectOf(Replaced(good, ">ann<", ">&ann;<")), "malformed");
  EXPECT_EQ(SubjectOf(Replaced(good, ">ann<", ">&#97;nn<")), "ann") << "a character is no entity";
}

TEST(SamlResponse, RefusesWhatIsNoResponse) {
  for (const char* text : {"", "x", "<a/>", "<Response/>", "<samlp:Response/>", "\xEF\xBB\xBF",
                           R"(<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"></Response>)"}) {
    EXPECT_EQ(SubjectOf(text), "malformed") << text;
  }
  EXPECT_EQ(SubjectOf(Idp().sign(Ann().text(), "_a1")), "malformed") << "an assertion alone";
  EXPECT_EQ(SubjectOf(Idp().respond(Ann()) + "<x/>"), "malformed");
  const std::string wide = Replaced(SamlResponseText(""), "_r1", std::string("_r\xC3\x28"));
  EXPECT_EQ(SubjectOf(wide), "malformed") << "no UTF-8";
}

TEST(SamlResponse, KeepsToItsLimits) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<x>";
    for (int i = 0; i < depth; ++i) text += "</x>";
    return SamlResponseText(text);
  };
  EXPECT_EQ(SubjectOf(nested(SamlResponse::kMaxDepth - 1)), "invalid");
  EXPECT_EQ(SubjectOf(nested(SamlResponse::kMaxDepth)), "malformed");
  EXPECT_EQ(SubjectOf(nested(10'000)), "malformed");
  const std::string good = Idp().respond(Ann());
  EXPECT_EQ(SubjectOf(good + std::string(SamlResponse::kMaxSize - good.size(), ' ')), "ann");
  EXPECT_EQ(SubjectOf(good + std::string(SamlResponse::kMaxSize - good.size() + 1, ' ')), "malformed");
}

TEST(SamlResponse, TellsRefusalsAndEncryption) {
  const auto refused = SamlResponse::Parse(SamlResponseText("", "Responder"));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->succeeded());
  const auto encrypted = SamlResponse::Parse(SamlResponseText(
      R"(<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>)"));
  ASSERT_TRUE(encrypted);
  EXPECT_TRUE(encrypted->encrypted());
}

TEST(SamlResponse, EncryptionAloneProvesNothing) {
  const auto encrypted = [](const std::string& content) {
    return R"(<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">)" + content +
           "</saml:EncryptedAssertion>";
  };
  const std::string plain = Idp().sign(Ann().text(), "_a1");
  EXPECT_EQ(SubjectOf(SamlResponseText(encrypted("") + plain)), "malformed") << "which of the two?";
  EXPECT_EQ(SubjectOf(SamlResponseText(encrypted(plain))), "malformed") << "not a child of the response";
  EXPECT_EQ(SubjectOf(SamlResponseText(encrypted(""))), "invalid");
  const std::string signed_response = Idp().sign(SamlResponseText(encrypted("")), "_r1");
  const auto response = SamlResponse::Parse(signed_response);
  ASSERT_TRUE(response);
  EXPECT_FALSE(response->verify(std::vector{Idp().certificate()}, std::vector<std::string>{"no key"}));
  EXPECT_EQ(response->claimed_issuer(), "https://idp.example/saml");
}

TEST(SamlAssertion, ReadsWhatItSays) {
  SamlText text = Ann();
  text.session = R"( SessionNotOnOrAfter="2025-01-31T16:00:00Z")";
  text.attributes.push_back({"colours", {" red ", "green"}});
  text.attributes.push_back({"colours", {"blue"}});
  const auto assertion = SamlAssertion::Read(SamlResponseText(text.text()));
  ASSERT_TRUE(assertion);
  constexpr std::int64_t kEight = 1'738'310'400'000;
  EXPECT_EQ(assertion->issuer, "https://idp.example/saml");
  EXPECT_EQ(assertion->subject_format, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
  EXPECT_EQ(assertion->issued, kEight);
  EXPECT_EQ(assertion->not_before, kEight - 60'000);
  EXPECT_EQ(assertion->not_on_or_after, kEight + 300'000);
  EXPECT_EQ(assertion->session_ends, kEight + 8 * 3'600'000);
  ASSERT_EQ(assertion->confirmations.size(), 1u);
  EXPECT_EQ(assertion->confirmations[0].recipient, "https://signin.aws.amazon.com/saml");
  EXPECT_EQ(assertion->confirmations[0].not_on_or_after, kEight + 300'500);
  EXPECT_EQ(assertion->audiences, (std::vector<std::vector<std::string>>{{"urn:amazon:webservices"}}));
  ASSERT_NE(assertion->attribute("colours"), nullptr);
  EXPECT_EQ(*assertion->attribute("colours"), (std::vector<std::string>{"red", "green", "blue"}));
  EXPECT_EQ(assertion->attribute("Colours"), nullptr);
  text.issued = "yesterday";
  EXPECT_FALSE(SamlAssertion::Read(text.text()));
}

TEST(SamlMetadata, GivesEntityAndKeysForSigning) {
  const auto metadata = ReadSamlMetadata(Idp().metadata(R"( validUntil="2040-01-01T00:00:00Z")"));
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->entity_id, "https://idp.example/saml");
  EXPECT_EQ(metadata->valid_until, 2'208'988'800'000);
  EXPECT_EQ(SubjectOf(Idp().respond(Ann()), metadata->certificates), "ann");
  const auto encryption = ReadSamlMetadata(Replaced(Idp().metadata(), R"(use="signing")", R"(use="encryption")"));
  EXPECT_TRUE(encryption && encryption->certificates.empty());
  const auto both = ReadSamlMetadata(Replaced(Idp().metadata(), R"( use="signing")", ""));
  EXPECT_TRUE(both && both->certificates.size() == 1);
  EXPECT_FALSE(ReadSamlMetadata("<EntityDescriptor entityID=\"a\"/>"));
}

}  // namespace
}  // namespace keymill::federation
