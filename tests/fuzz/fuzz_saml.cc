// SAML responses: nothing crashes, and nothing is read but the two texts that the key has signed.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/federation/saml_assertion.h"
#include "server/federation/saml_response.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace {

// Its private key has signed the assertion and the response of the corpus, and is gone.
constexpr char kCertificate[] =
    "MIIBCTCBsaADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBGZ1enowHhcNMjUwMTAxMDAwMDAwWhcNNDUwMTAxMDAwMDAw"
    "WjAPMQ0wCwYDVQQDDARmdXp6MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEn6adkrrii3gerIiSuIHJnv/eScPVc0pkaYibSp1M"
    "8KqMzMQBTFmy87kfxQEo1dlwXGRH+gsXtsGUCQTAdZdsGDAKBggqhkjOPQQDAgNHADBEAiBpw9jQ566KF3SVRLfQEf1JHMJYyUp0"
    "5z46R8ngaiu8xAIgHCVkpG3rDCRETt/r/YkrCdhKNYCcWYVGT6rZvAIAP7Y=";
constexpr char kAssertion[] = "30105ccee7d884eb209c96acb3a6f7d5332c0f5d4eebe9f5c2809d42086239c6";
constexpr char kResponse[] = "34b4c0bdfce92b26f3ff37f1b00ec3dfc166b4d33b1caf4fbd63a13bd07cd946";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using keymill::federation::SamlAssertion;
  using keymill::federation::SamlResponse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const std::vector<std::string> kCertificates{*keymill::federation::DecodeXmlBase64(kCertificate)};
  if (const auto response = SamlResponse::Parse(text)) {
    static_cast<void>(response->claimed_issuer());
    if (const auto octets = response->verify(kCertificates)) {
      const std::string digest = keymill::sigv4::hex(keymill::sigv4::sha256(*octets));
      if (digest != kAssertion && digest != kResponse) std::abort();
      const auto assertion = SamlAssertion::Read(*octets);
      if (!assertion || assertion->subject != "ann") std::abort();
    }
  }
  static_cast<void>(SamlAssertion::Read(text));
  static_cast<void>(keymill::federation::ReadSamlMetadata(text));
  return 0;
}
