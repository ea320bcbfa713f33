#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// One-time passwords of MFA devices: RFC 6238 with SHA-1, 30 seconds a step and 6 digits.
namespace keymill::aws {

inline constexpr std::int64_t kTotpStep = 30'000;  ///< milliseconds

/// The step that a moment falls into.
constexpr std::int64_t TotpCounter(std::int64_t millis) {
  return millis / kTotpStep;
}
/// The password of a step, with leading zeros.
std::string TotpCode(std::string_view secret, std::int64_t counter, unsigned digits = 6);
/// The step among `first` to `last` whose password is `code`, the nearest to `last` first; nullopt if there is none.
std::optional<std::int64_t> FindTotp(std::string_view secret, std::string_view code, std::int64_t first,
                                     std::int64_t last);

/// RFC 4648 without padding.
std::string Base32Encode(std::string_view bytes);
/// Either case, with or without padding; nullopt for anything else.
std::optional<std::string> Base32Decode(std::string_view text);

}  // namespace keymill::aws
