#pragma once

#include <optional>
#include <span>
#include <string>

struct _xmlNode;

namespace keymill::federation {

/// What an EncryptedAssertion holds, as XML text, if it is encrypted with AES (CBC or GCM) for one of these private
/// keys (PEM, RSA-OAEP); nullopt for everything else, without a word on what was wrong: none is owed to whoever tries
/// ciphertexts. Says nothing about who wrote it. After xml::Prepare().
std::optional<std::string> DecryptAssertion(_xmlNode* encrypted, std::span<const std::string> private_keys);

}  // namespace keymill::federation
