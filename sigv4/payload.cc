#include "sigv4/payload.h"

#include <array>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

using Kind = PayloadHash::Kind;

constexpr std::array kTokens = {
    PayloadHash{Kind::Unsigned, false, false, false, kUnsignedPayload},
    PayloadHash{Kind::Streaming, false, true, false, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
    PayloadHash{Kind::Streaming, true, false, false, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
    PayloadHash{Kind::Streaming, true, true, false, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"},
    PayloadHash{Kind::Streaming, true, false, true, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"},
    PayloadHash{Kind::Streaming, true, true, true, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"},
};

}  // namespace

std::optional<PayloadHash> parse_payload_hash(std::string_view value) {
  if (value.size() == 64 && (value == kEmptySha256 || is_hex(value))) {
    return PayloadHash{Kind::Digest, false, false, false, value};
  }
  for (PayloadHash token : kTokens) {
    if (value != token.text) continue;
    token.text = value;
    return token;
  }
  return std::nullopt;
}

bool PayloadHash::matches(const Sha256Digest& digest) const {
  const auto announced = hex_decode(text);
  return announced && equal_constant_time(*announced, {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace keymill::sigv4
