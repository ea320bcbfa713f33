#pragma once

#include <optional>
#include <string_view>

#include "server/policy/document.h"

/// What AWS demands of single values in a policy, and its words when they do not comply (aws-facts D5).
namespace keymill::policy {

std::optional<Invalid> CheckSid(Kind kind, std::string_view sid);
std::optional<Invalid> CheckAction(Kind kind, std::string_view action);
std::optional<Invalid> CheckResource(Kind kind, std::string_view resource);
std::optional<Invalid> CheckConditionKey(Kind kind, std::string_view key);
std::optional<PrincipalSet::Type> PrincipalType(std::string_view name);
/// False for a service in a trust policy whose name cannot be a service's.
bool MayBePrincipal(Kind kind, PrincipalSet::Type type, std::string_view name);
/// `type` as written, empty for a bare string.
Invalid InvalidPrincipal(Kind kind, std::string_view type, std::string_view value);

}  // namespace keymill::policy
