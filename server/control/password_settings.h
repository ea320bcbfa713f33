#pragma once

#include <string_view>

namespace keymill::control {

/// What a password policy may say, as a seed and as IAM call it; flags are true or false, the others numbers.
struct PasswordSetting {
  std::string_view member, parameter;
  bool flag;
};
inline constexpr PasswordSetting kPasswordSettings[] = {
    {"minimum_length", "MinimumPasswordLength", false},
    {"require_symbols", "RequireSymbols", true},
    {"require_numbers", "RequireNumbers", true},
    {"require_uppercase", "RequireUppercaseCharacters", true},
    {"require_lowercase", "RequireLowercaseCharacters", true},
    {"users_may_change", "AllowUsersToChangePassword", true},
    {"max_age", "MaxPasswordAge", false},
    {"reuse_prevention", "PasswordReusePrevention", false},
    {"hard_expiry", "HardExpiry", true},
};

}  // namespace keymill::control
