#pragma once

#include <string>

#include "server/crypto/signature_key.h"

namespace keymill::tools {

/// The private key in `file`, PEM; the first time, a new one for this algorithm is written there (mode 0600, whole or
/// not at all). Throws std::runtime_error if the file cannot be read or written, or holds no key that this algorithm
/// signs with.
crypto::PrivateKey LoadOrCreateTokenKey(const std::string& file, const crypto::SigningAlgorithm& algorithm);

}  // namespace keymill::tools
