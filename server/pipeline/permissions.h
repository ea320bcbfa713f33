#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/policy/document.h"
#include "store/principals.h"

namespace keymill::pipeline {

/// The policies that speak for one IAM user, compiled. Made when something about them changes and never changed
/// afterwards: deciding a request parses nothing and reads no database.
struct Permissions {
  std::vector<policy::Document> identity;  ///< the user's own and its groups', inline and attached
  std::optional<policy::Document> boundary;
  store::StringPairs tags;                ///< of the user: aws:PrincipalTag
  std::vector<std::string> context_keys;  ///< what the conditions and variables ask for: nothing else is computed
};

/// Reads the policies of a user; nullptr for one that has never been given any. IAM knows how.
using PermissionsLoader = std::shared_ptr<const Permissions> (*)(const store::Reader& reader, const store::User& user);

}  // namespace keymill::pipeline
