#pragma once

#include <string>
#include <vector>

#include "server/pipeline/identity.h"
#include "server/policy/evaluate.h"

namespace keymill::pipeline {

/// An identity as Principal elements name it.
policy::Principal PrincipalOf(const Identity& identity);

/// True for the root user and for every session that rests on its rights alone.
bool OfRoot(const Identity& identity);

/// True for a user that has never been given any policy, and for its sessions, unless --default-rights none.
bool HasDefaultRights(const Identity& identity);

/// The policies that speak for an identity, in the shape that the evaluator wants. Points into the identity, which must
/// outlive it. Root has no policies of its own: everything in its account is allowed, less what its session leaves out.
class PoliciesOf {
 public:
  explicit PoliciesOf(const Identity& identity);
  PoliciesOf(const PoliciesOf&) = delete;
  PoliciesOf& operator=(const PoliciesOf&) = delete;

  policy::Policies policies() const;
  /// Grants everything as the principal's own policy, for those whose rights do not stand in policies.
  void add_everything();
  /// The condition keys that these policies ask for.
  const std::vector<std::string>& context_keys() const;

 private:
  const Identity& identity_;
  std::vector<const policy::Document*> own_, session_;
};

}  // namespace keymill::pipeline
