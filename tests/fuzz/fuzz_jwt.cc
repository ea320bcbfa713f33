// Web identity tokens: nothing crashes, and nothing is believed that no key of the set has signed.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/federation/jwt.h"

namespace {

// The P-256 key of RFC 7515, appendix A.3; nobody is to have signed what a fuzzer makes up.
constexpr char kKeys[] = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                         R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  using keymill::federation::Jwt;
  if (const auto jwt = Jwt::Parse(text)) {
    static_cast<void>(jwt->verify(kKeys));
    static_cast<void>(jwt->verify(text));
    // The set itself is no one's friend either: with no key in it nothing is valid.
    if (jwt->verify(R"({"keys":[]})") == Jwt::Signature::kValid) std::abort();
  }
  static_cast<void>(keymill::federation::CheckJwkSet(text));
  return 0;
}
