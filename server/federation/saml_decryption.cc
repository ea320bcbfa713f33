#include "server/federation/saml_decryption.h"

#include <climits>
#include <new>

#include "server/federation/xmlsec.h"

namespace keymill::federation {
namespace {

using xml::Key;

constexpr std::string_view kXmlEnc = "http://www.w3.org/2001/04/xmlenc#";
constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";
using Context = std::unique_ptr<xmlSecEncCtx, xml::Free<&xmlSecEncCtxDestroy>>;

xmlSecByte* Octets(std::string& text) {
  return reinterpret_cast<xmlSecByte*>(text.data());
}

/// One EncryptedKey or EncryptedData, by this key and one of these algorithms; no references to elsewhere.
std::optional<std::string> Decrypt(xmlNode* node, xmlEncCtxMode mode, Key key,
                                   std::initializer_list<xmlSecTransformId> algorithms) {
  const Context context(xmlSecEncCtxCreate(nullptr));  // without keys of its own
  if (!context) throw std::bad_alloc();
  context->mode = mode;
  context->encKey = key.release();  // so that KeyInfo is not looked at
  context->transformCtx.enabledUris = xmlSecTransformUriTypeNone;
  for (xmlSecTransformId each : algorithms) {
    if (xmlSecPtrListAdd(&context->transformCtx.enabledTransforms, const_cast<void*>(static_cast<const void*>(each))) !=
        0) {
      throw std::bad_alloc();
    }
  }
  const xmlSecBuffer* result = xmlSecEncCtxDecryptToBuffer(context.get(), node);
  if (result == nullptr || result->data == nullptr) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(result->data), result->size);
}

/// The key that the assertion is encrypted with stands beside its data, or within their KeyInfo.
xmlNode* FindEncryptedKey(const xmlNode* encrypted, const xmlNode* data) {
  if (xmlNode* beside = xml::OnlyChild(encrypted, kXmlEnc, "EncryptedKey")) return beside;
  const xmlNode* info = xml::OnlyChild(data, kDsig, "KeyInfo");
  return info != nullptr ? xml::OnlyChild(info, kXmlEnc, "EncryptedKey") : nullptr;
}

Key LoadPrivateKey(std::string pem) {
  if (pem.size() > INT_MAX) return nullptr;
  return Key(xmlSecOpenSSLAppKeyLoadMemory(Octets(pem), static_cast<xmlSecSize>(pem.size()), xmlSecKeyDataFormatPem,
                                           nullptr, nullptr, nullptr));
}

}  // namespace

std::optional<std::string> DecryptAssertion(xmlNode* encrypted, std::span<const std::string> private_keys) {
  xmlNode* data = xml::OnlyChild(encrypted, kXmlEnc, "EncryptedData");
  xmlNode* wrapped = data != nullptr ? FindEncryptedKey(encrypted, data) : nullptr;
  if (wrapped == nullptr) return std::nullopt;
  for (const std::string& pem : private_keys) {
    Key transport = LoadPrivateKey(pem);
    if (!transport) continue;
    auto secret = Decrypt(wrapped, xmlEncCtxModeEncryptedKey, std::move(transport), {xmlSecOpenSSLTransformRsaOaepId});
    if (!secret) continue;
    Key key(xmlSecKeyReadMemory(xmlSecOpenSSLKeyDataAesId, Octets(*secret), static_cast<xmlSecSize>(secret->size())));
    if (!key) continue;
    auto text = Decrypt(
        data, xmlEncCtxModeEncryptedData, std::move(key),
        {xmlSecOpenSSLTransformAes128CbcId, xmlSecOpenSSLTransformAes192CbcId, xmlSecOpenSSLTransformAes256CbcId,
         xmlSecOpenSSLTransformAes128GcmId, xmlSecOpenSSLTransformAes192GcmId, xmlSecOpenSSLTransformAes256GcmId});
    if (text) return text;
  }
  return std::nullopt;
}

}  // namespace keymill::federation
