#pragma once

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

}  // namespace keymill::iam
