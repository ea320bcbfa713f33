#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/aws/form.h"
#include "server/pipeline/session_token.h"
#include "server/result.h"
#include "server/sts/fields.h"
#include "store/txn.h"

/// What a caller may put into a session: policies that narrow it, and tags.
namespace keymill::sts {

struct SessionLimits {
  std::optional<std::string> policy;  ///< JSON
  std::vector<std::string> policy_arns;

  bool given() const { return policy || !policy_arns.empty(); }
};
/// `policy`: the parameter with the inline policy as this operation's model has it.
SessionLimits ReadLimits(aws::Form& form, const aws::StringField& policy = kPolicy);

struct SessionTags {
  store::StringPairs tags;
  std::vector<std::string> transitive;
};
/// `inherited`: the tags that the calling session hands on. InvalidParameterValue for keys that repeat, that are called
/// transitive without being given, or that the caller's session has already.
std::optional<aws::Error> CheckTags(const SessionTags& tags, const store::StringPairs& inherited);

/// Puts the policies into the session. Refuses those that are malformed, missing, of another account or too long.
Result<> Pack(const store::Reader& reader, const SessionLimits& limits, pipeline::Session& session);

/// PackedPolicyTooLarge for a session whose token takes more than the whole of the space for one.
aws::Error TooLarge(const pipeline::Session& session, std::int64_t percent);
/// `size` of `limit`, rounded up.
std::int64_t Percent(std::size_t size, std::size_t limit);

}  // namespace keymill::sts
