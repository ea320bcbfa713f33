#pragma once

#include <string>
#include <string_view>

#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/txn.h"

/// All accounts of a server form one organization, managed by the account that the server was started with: the part of
/// AWS Organizations that IAM itself switches, central management of the members' root users.
namespace keymill::iam {

Task<Result<http::Response>> EnableOrganizationsRootCredentialsManagement(pipeline::Call& call);
Task<Result<http::Response>> DisableOrganizationsRootCredentialsManagement(pipeline::Call& call);
Task<Result<http::Response>> EnableOrganizationsRootSessions(pipeline::Call& call);
Task<Result<http::Response>> DisableOrganizationsRootSessions(pipeline::Call& call);
Task<Result<http::Response>> ListOrganizationsFeatures(pipeline::Call& call);

/// o-…, always the same for the same management account.
std::string OrganizationId(std::string_view management_account);

enum class RootFeature { kCredentialsManagement, kSessions };
/// False only once the feature was disabled and as long as it is not enabled again: unlike in AWS, what it allows works
/// before anybody enables it, so that tests need not prepare an organization.
bool AllowsRootFeature(const store::Reader& reader, std::string_view management_account, RootFeature feature);

}  // namespace keymill::iam
