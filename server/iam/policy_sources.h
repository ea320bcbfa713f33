#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/iam/holders.h"
#include "server/iam/simulate.h"
#include "server/result.h"

namespace keymill::iam {

/// The user, group or role that an ARN names: InvalidInput for other ARNs, NoSuchEntity if there is none.
Result<Holder> RequireHolderByArn(const store::Reader& reader, const std::string& account, const std::string& arn);

/// The policies that speak for a user (its groups' too), a group or a role.
struct PrincipalSources {
  std::vector<SourcePolicy> identity;
  std::optional<SourcePolicy> boundary;
};
Result<PrincipalSources> SourcesOf(const store::Reader& reader, const std::string& account, const std::string& arn);

}  // namespace keymill::iam
