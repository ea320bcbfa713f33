#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/pipeline/session_token.h"
#include "server/policy/document.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::pipeline {

/// The policies that speak for one IAM user or role, compiled. Made when something about them changes and never changed
/// afterwards: deciding a request parses nothing and reads no database.
struct Permissions {
  bool default_rights = false;             ///< a user that has never been given any policy: see Decide() and DecideS3()
  std::vector<policy::Document> identity;  ///< its own and its groups', inline and attached
  std::optional<policy::Document> boundary;
  store::StringPairs tags;                ///< of the user or role: aws:PrincipalTag
  std::vector<std::string> context_keys;  ///< what the conditions and variables ask for: nothing else is computed
};

/// A session whose token has been opened: what it says, and its policies compiled.
struct ActiveSession {
  Session facts;
  std::optional<std::vector<policy::Document>> policies;  ///< nullopt = the session was made without any
  std::vector<std::string> context_keys;                  ///< of its policies and the principal's
};

/// How IAM's records become permissions. IAM knows; the pipeline only asks.
struct PolicyLoaders {
  /// Neither is ever nullptr: a user or role without policies and default rights may do nothing.
  std::shared_ptr<const Permissions> (*user)(const store::Reader& reader, const store::User& user);
  std::shared_ptr<const Permissions> (*role)(const store::Reader& reader, const store::Entity& role);
  /// The default version of a managed policy; nullopt if there is none.
  std::optional<policy::Document> (*managed)(const store::Reader& reader, std::string_view arn);
};

}  // namespace keymill::pipeline
