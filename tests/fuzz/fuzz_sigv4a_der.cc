// DER signatures: no crash, and none is accepted but one that signs.
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "sigv4/verify.h"
#include "tests/fuzz/fuzz_sigv4.h"

using namespace keymill::sigv4;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto scalar = *derive_p256_private_key(HmacSha256Key("secret", "AWS4A"), "AKIDEXAMPLE");
  static const auto key = *P256PublicKey::from_private(scalar);
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  fuzz::require(!key.verify(sha256("message"), der));
  fuzz::require(!p256_matches(&key, "message", der));
  fuzz::require(!p256_matches(&key, "message", hex({data, size})));
  return 0;
}
