#include "server/federation/saml_response.h"

#include <algorithm>
#include <climits>
#include <set>
#include <stdexcept>
#include <vector>

#include "server/federation/saml_decryption.h"
#include "server/federation/xmlsec.h"

namespace keymill::federation {
namespace {

using xml::AttributeOf;
using xml::Children;
using xml::Free;
using xml::Is;
using xml::Key;
using xml::OnlyChild;
using xml::TextOf;
using xml::View;

constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
constexpr std::string_view kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success";
constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr xmlSecSize kMinRsaBits = 1024;  // IAM's user guide: "a key size of at least 1024 bits"

using Parser = std::unique_ptr<xmlParserCtxt, Free<&xmlFreeParserCtxt>>;
using Document = std::unique_ptr<xmlDoc, Free<&xmlFreeDoc>>;
using Context = std::unique_ptr<xmlSecDSigCtx, Free<&xmlSecDSigCtxDestroy>>;

/// NCName, of ASCII: xmlsec puts it into an XPath expression between quotes.
bool IsPlainId(std::string_view id) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !id.empty() && letter(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

/// No entities, external subsets or defaults for attributes: the parser stops where a document type begins.
void RefuseDocumentType(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  auto* parser = static_cast<xmlParserCtxtPtr>(context);
  parser->wellFormed = 0;
  xmlStopParser(parser);
}

Document ParseXml(std::string_view text) {
  Parser parser(xmlNewParserCtxt());
  if (!parser) throw std::bad_alloc();
  parser->sax->internalSubset = &RefuseDocumentType;
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  Document document(
      xmlCtxtReadMemory(parser.get(), text.data(), static_cast<int>(text.size()), nullptr, "UTF-8", kOptions));
  if (!document || parser->wellFormed != 1 || document->intSubset != nullptr) return nullptr;
  return document;
}

/// What Parse() asks of every element, found in one walk.
struct Survey {
  int depth = 0;
  bool acceptable = true;
  std::set<std::string> ids;
  std::vector<xmlNode*> assertions, encrypted, signatures;

  void visit(xmlNode* element) {
    acceptable = acceptable && ++depth <= SamlResponse::kMaxDepth;
    if (!acceptable) return;
    for (const xmlAttr* attribute = element->properties; attribute != nullptr; attribute = attribute->next) {
      const std::string_view name = View(attribute->name);
      if (name != "ID" && name != "Id" && name != "id") continue;
      // libxml2 would take xml:id for an ID by itself.
      const bool fresh = ids.insert(xml::Take(xmlNodeGetContent(reinterpret_cast<const xmlNode*>(attribute)))).second;
      acceptable = acceptable && fresh && attribute->ns == nullptr;
    }
    if (Is(element, kAssertion, "Assertion")) assertions.push_back(element);
    if (Is(element, kAssertion, "EncryptedAssertion")) encrypted.push_back(element);
    if (Is(element, kDsig, "Signature")) signatures.push_back(element);
    for (xmlNode* child = element->children; child != nullptr; child = child->next) {
      acceptable = acceptable && child->type != XML_ENTITY_REF_NODE;
      if (child->type == XML_ELEMENT_NODE) visit(child);
    }
    --depth;
  }
};

/// As SAML 2.0 core, 5.4.2 to 5.4.4 has it: one reference, to the element that the signature stands in.
bool RefersToParent(const xmlNode* signature, const std::string& id) {
  const xmlNode* info = OnlyChild(signature, kDsig, "SignedInfo");
  const xmlNode* reference = info != nullptr ? OnlyChild(info, kDsig, "Reference") : nullptr;
  const xmlNode* transforms = reference != nullptr ? OnlyChild(reference, kDsig, "Transforms") : nullptr;
  if (transforms == nullptr || !IsPlainId(id) || AttributeOf(reference, "URI") != "#" + id) return false;
  const std::vector<xmlNode*> steps = Children(transforms);
  return steps.size() == 2 && Is(steps[0], kDsig, "Transform") && AttributeOf(steps[0], "Algorithm") == kEnveloped &&
         Is(steps[1], kDsig, "Transform") && AttributeOf(steps[1], "Algorithm") == kExclusive;
}

Key LoadKey(const std::string& certificate) {
  if (certificate.size() > INT_MAX) return nullptr;
  Key key(xmlSecOpenSSLAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(certificate.data()),
                                        static_cast<xmlSecSize>(certificate.size()), xmlSecKeyDataFormatCertDer,
                                        nullptr, nullptr, nullptr));
  xmlSecKeyData* value = key ? xmlSecKeyGetValue(key.get()) : nullptr;
  if (value == nullptr) return nullptr;
  const bool rsa = xmlSecKeyDataCheckId(value, xmlSecOpenSSLKeyDataRsaId);
  if (rsa && xmlSecKeyDataGetSize(value) < kMinRsaBits) return nullptr;
  return key;
}

Context NewContext() {
  Context context(xmlSecDSigCtxCreate(nullptr));  // without keys of its own
  if (!context) throw std::bad_alloc();
  context->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
  context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  bool done = true;
  for (xmlSecTransformId each :
       {xmlSecTransformExclC14NId, xmlSecOpenSSLTransformRsaSha256Id, xmlSecOpenSSLTransformRsaSha384Id,
        xmlSecOpenSSLTransformRsaSha512Id, xmlSecOpenSSLTransformEcdsaSha256Id, xmlSecOpenSSLTransformEcdsaSha384Id,
        xmlSecOpenSSLTransformEcdsaSha512Id}) {
    done = done && xmlSecDSigCtxEnableSignatureTransform(context.get(), each) == 0;
  }
  for (xmlSecTransformId each : {xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId, xmlSecOpenSSLTransformSha256Id,
                                 xmlSecOpenSSLTransformSha384Id, xmlSecOpenSSLTransformSha512Id}) {
    done = done && xmlSecDSigCtxEnableReferenceTransform(context.get(), each) == 0;
  }
  if (!done) throw std::bad_alloc();
  return context;
}

/// What the signature signs, as octets; nullopt if this key did not make it.
std::optional<std::string> Verify(xmlNode* signature, Key key) {
  const Context context = NewContext();
  context->signKey = key.release();  // so that KeyInfo is not looked at
  if (xmlSecDSigCtxVerify(context.get(), signature) != 0 || context->status != xmlSecDSigStatusSucceeded ||
      xmlSecPtrListGetSize(&context->signedInfoReferences) != 1) {
    return std::nullopt;
  }
  auto* reference = static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(&context->signedInfoReferences, 0));
  if (reference == nullptr || reference->status != xmlSecDSigStatusSucceeded) return std::nullopt;
  const xmlSecBuffer* octets = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
  if (octets == nullptr || octets->data == nullptr) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(octets->data), octets->size);
}

/// `parent` has `signature`: what it signs if one of these keys made it.
std::optional<std::string> VerifyParent(const xmlNode* parent, xmlNode* signature,
                                        std::span<const std::string> certificates) {
  if (!RefersToParent(signature, AttributeOf(parent, "ID"))) return std::nullopt;
  for (const std::string& certificate : certificates) {
    Key key = LoadKey(certificate);
    if (!key) continue;
    if (auto octets = Verify(signature, std::move(key))) return octets;
  }
  return std::nullopt;
}

bool RegisterId(xmlDoc* document, xmlNode* element) {
  xmlAttr* attribute = xmlHasProp(element, reinterpret_cast<const xmlChar*>("ID"));
  if (attribute == nullptr) return true;  // then nothing can refer to it
  const std::string id = AttributeOf(element, "ID");
  return xmlAddID(nullptr, document, reinterpret_cast<const xmlChar*>(id.c_str()), attribute) != nullptr;
}

/// A response with this assertion alone.
std::string Around(const std::string& assertion) {
  std::string text = R"(<Response xmlns=")";
  return text.append(kProtocol).append(R"(">)").append(assertion).append("</Response>");
}

}  // namespace

struct SamlResponse::Impl {
  Document document;
  xmlNode* response = nullptr;
  xmlNode* assertion = nullptr;           // nullptr = none
  xmlNode* response_signature = nullptr;  // likewise
  xmlNode* assertion_signature = nullptr;
  xmlNode* encrypted = nullptr;  // likewise
  bool succeeded = false;
  std::string issuer;
};

SamlResponse::SamlResponse(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SamlResponse::SamlResponse(SamlResponse&&) noexcept = default;
SamlResponse::~SamlResponse() = default;

bool SamlResponse::succeeded() const {
  return impl_->succeeded;
}

bool SamlResponse::encrypted() const {
  return impl_->encrypted != nullptr;
}

const std::string& SamlResponse::claimed_issuer() const {
  return impl_->issuer;
}

std::optional<SamlResponse> SamlResponse::Parse(std::string_view text) {
  if (text.size() > kMaxSize) return std::nullopt;
  xml::Prepare();
  auto impl = std::make_unique<Impl>();
  impl->document = ParseXml(text);
  impl->response = impl->document ? xmlDocGetRootElement(impl->document.get()) : nullptr;
  if (impl->response == nullptr || !Is(impl->response, kProtocol, "Response")) return std::nullopt;

  Survey survey;
  survey.visit(impl->response);
  if (!survey.acceptable || survey.assertions.size() + survey.encrypted.size() > 1) return std::nullopt;
  if (!survey.assertions.empty()) impl->assertion = survey.assertions.front();
  if (!survey.encrypted.empty()) impl->encrypted = survey.encrypted.front();
  for (const xmlNode* only : {impl->assertion, impl->encrypted}) {
    if (only != nullptr && only->parent != impl->response) return std::nullopt;
  }
  for (xmlNode* signature : survey.signatures) {
    xmlNode*& place = signature->parent == impl->response ? impl->response_signature : impl->assertion_signature;
    const bool known =
        signature->parent == impl->response || (impl->assertion != nullptr && signature->parent == impl->assertion);
    if (!known || place != nullptr) return std::nullopt;
    place = signature;
  }
  if (!RegisterId(impl->document.get(), impl->response)) return std::nullopt;
  if (impl->assertion != nullptr && !RegisterId(impl->document.get(), impl->assertion)) return std::nullopt;

  const xmlNode* status = OnlyChild(impl->response, kProtocol, "Status");
  const xmlNode* code = status != nullptr ? OnlyChild(status, kProtocol, "StatusCode") : nullptr;
  impl->succeeded = code != nullptr && AttributeOf(code, "Value") == kSuccess;
  const xmlNode* issued = impl->encrypted != nullptr ? impl->response : impl->assertion;
  const xmlNode* issuer = issued != nullptr ? OnlyChild(issued, kAssertion, "Issuer") : nullptr;
  if (issuer != nullptr) impl->issuer = TextOf(issuer);
  return SamlResponse(std::move(impl));
}

std::optional<std::string> SamlResponse::verify(std::span<const std::string> certificates,
                                                std::span<const std::string> private_keys) const {
  if (impl_->assertion == nullptr && impl_->encrypted == nullptr) return std::nullopt;
  xml::Prepare();  // on another thread than Parse(), perhaps
  std::optional<std::string> octets;
  if (impl_->response_signature != nullptr) {
    octets = VerifyParent(impl_->response, impl_->response_signature, certificates);
    if (!octets) return std::nullopt;
  }
  if (impl_->encrypted != nullptr) {
    const auto assertion = DecryptAssertion(impl_->encrypted, private_keys);
    const auto inner = assertion ? Parse(Around(*assertion)) : std::nullopt;
    if (!inner || inner->impl_->assertion == nullptr) return std::nullopt;
    // What is signed as a whole is so with the assertion encrypted.
    if (inner->impl_->assertion_signature == nullptr) return octets ? assertion : std::nullopt;
    return inner->verify(certificates);
  }
  if (impl_->assertion_signature != nullptr) {
    octets = VerifyParent(impl_->assertion, impl_->assertion_signature, certificates);
  }
  return octets;
}

}  // namespace keymill::federation
