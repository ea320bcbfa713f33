#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"

/// Instance profiles: the containers through which instances get a role.
namespace keymill::iam {

Task<Result<http::Response>> CreateInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> GetInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> ListInstanceProfiles(pipeline::Call& call);
Task<Result<http::Response>> ListInstanceProfilesForRole(pipeline::Call& call);
Task<Result<http::Response>> DeleteInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> AddRoleToInstanceProfile(pipeline::Call& call);
Task<Result<http::Response>> RemoveRoleFromInstanceProfile(pipeline::Call& call);
extern const TaggedKind<store::Entity> kTaggedInstanceProfile;

struct InstanceProfile {
  store::Entity entity;
  std::optional<store::Entity> role;
};
/// CreateInstanceProfile's input.
Result<store::Entity> ReadCreateInstanceProfile(const aws::Form::Pairs& form, std::string_view account,
                                                store::Millis now);

// What happens inside the commit.
/// Gives it an id. EntityAlreadyExists if its name is taken.
Result<> AddInstanceProfile(store::Txn& txn, store::Entity& profile);
Result<InstanceProfile> RequireProfile(const store::Reader& reader, const std::string& account,
                                       const std::string& name);
/// LimitExceeded if it has a role.
Result<> AddProfileRole(store::Txn& txn, const InstanceProfile& profile, const store::Entity& role);

std::vector<InstanceProfile> InstanceProfilesOf(const store::Reader& reader, std::string_view role_id);
/// The elements of one. Listings leave the tags out.
void WriteInstanceProfile(aws::XmlWriter& xml, const InstanceProfile& profile, bool with_tags);

}  // namespace keymill::iam
