#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::policy {

/// A policy text with other names for principals: `rename` gives the new name of a value of a Principal or NotPrincipal
/// element, or nullopt where it stays. The text itself, byte for byte, if none changes or it is not a policy.
std::string RenamePrincipals(std::string_view json,
                             const std::function<std::optional<std::string>(std::string_view)>& rename);

}  // namespace keymill::policy
