#pragma once

#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/pipeline/session_token.h"
#include "server/result.h"
#include "server/task.h"
#include "store/entities.h"

/// Sessions of roles.
namespace keymill::sts {

Task<Result<http::Response>> AssumeRole(pipeline::Call& call);

// What the variants of AssumeRole share.

inline constexpr std::int64_t kDefaultRoleDuration = 3600;  ///< seconds
/// ValidationError if the role does not allow sessions that long.
std::optional<aws::Error> CheckRoleDuration(const store::Entity& role, std::int64_t seconds);
/// A session of the role, to be completed and issued.
pipeline::Session RoleSession(const store::Entity& role, std::string name);
/// <AssumedRoleUser>…</AssumedRoleUser>
void WriteAssumedRole(aws::XmlWriter& xml, const store::Entity& role, const std::string& name);

}  // namespace keymill::sts
