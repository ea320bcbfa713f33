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

/// Puts policies and tags into the session and gives PackedPolicySize, the percentage that they fill of the space a
/// token has for them; nullopt if there are none. Refuses policies that are malformed, missing, of another account or
/// too long, and what does not fit (PackedPolicyTooLarge). AWS measures a compressed form that it does not describe:
/// here the space is kPackedLimit characters as they are.
inline constexpr std::size_t kPackedLimit = 4096;
struct Packed {
  std::optional<std::int64_t> percent;
};
Result<Packed> Pack(const store::Reader& reader, const SessionLimits& limits, pipeline::Session& session);

}  // namespace keymill::sts
