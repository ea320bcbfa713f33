#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How services name their service-linked roles, and which of AWS's policies those have.
namespace keymill::iam {

struct ServiceRoleName {
  std::string_view service;  ///< its principal without ".amazonaws.com"
  std::string_view name;     ///< what follows "AWSServiceRoleFor"
  std::string_view policy;   ///< below aws-service-role/; empty if it is not among those known here
  bool suffixes;             ///< may have several roles, told apart by suffixes
};

/// nullptr for services whose roles are not known here.
const ServiceRoleName* FindServiceRoleName(std::string_view service);

/// What a service's principal ends with.
inline constexpr std::string_view kServiceDomain = ".amazonaws.com";

/// The whole name of the role of `service`, a principal without its domain: "AWSServiceRoleForECS", "…_SUFFIX". A
/// service that is not known here has a role named after itself.
std::string ServiceRoleNameOf(std::string_view service, const std::optional<std::string>& suffix);

}  // namespace keymill::iam
