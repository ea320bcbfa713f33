#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::aws {

/// Random bytes from the operating system's generator, buffered per thread.
std::string RandomBytes(std::size_t count);

/// 20 characters: the prefix (AKIA, ASIA) and 16 of base32 that carry the account id (aws-facts B1).
std::string NewAccessKeyId(std::string_view prefix, std::string_view account);
/// The account that an access key id carries, 12 digits; nullopt if it is not of AWS's format.
std::optional<std::string> AccountOfKeyId(std::string_view id);
bool IsAccountId(std::string_view text);  ///< 12 digits
std::string NewAccountId();               ///< random, the first digit not 0
/// 21 characters: prefix (AIDA user, AROA role, …) and 17 random ones.
std::string NewUniqueId(std::string_view prefix);
std::string NewSecret();     ///< 40 characters of [A-Za-z0-9/+]
std::string NewRequestId();  ///< S3: 16 of [0-9A-Z]
std::string NewHostId();     ///< S3's x-amz-id-2: base64
std::string NewUuid();       ///< IAM and STS request ids
/// S3's canonical user id of an account, 64 hexadecimal digits, always the same for the same account.
std::string CanonicalUserId(std::string_view account);

}  // namespace keymill::aws
