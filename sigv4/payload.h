#pragma once

#include <optional>
#include <string_view>

#include "sigv4/digest.h"

namespace keymill::sigv4 {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// How the body is protected: the value of x-amz-content-sha256, understood.
struct PayloadHash {
  enum class Kind {
    Body,       ///< the service hashes the body itself (IAM, STS): `text` is empty until verification
    Digest,     ///< 64 hex digits, to be compared with the hash of the body
    Unsigned,   ///< `UNSIGNED-PAYLOAD`
    Streaming,  ///< aws-chunked; the three flags say how
  };
  Kind kind = Kind::Body;
  bool signed_chunks = false;  ///< each chunk carries a signature
  bool trailer = false;        ///< trailing headers follow the last chunk
  bool ecdsa = false;          ///< chunk signatures are SigV4A's
  std::string_view text;       ///< the last line of the canonical request, as sent

  /// True when `digest` is the one announced. Only for Kind::Digest; either hex case.
  bool matches(const Sha256Digest& digest) const;
};

/// nullopt for a value that S3 does not know.
std::optional<PayloadHash> parse_payload_hash(std::string_view value);

}  // namespace keymill::sigv4
