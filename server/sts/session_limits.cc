#include "server/sts/session_limits.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/http/request.h"
#include "server/iam/documents.h"
#include "server/iam/managed.h"
#include "server/policy/complaints.h"
#include "server/policy/document.h"
#include "server/result.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"

namespace keymill::sts {
namespace {

constexpr std::size_t kMaxPolicyArns = 10;
constexpr std::size_t kPlainTextLimit = 2048;  // characters of all session policies together, ARNs included
// STS's own words, unlike IAM's; Hadoop's guide to S3A's assumed roles shows them.
constexpr std::string_view kNotJsonMessage = "The policy is not in the valid JSON format.";

bool Names(const std::vector<std::string>& keys, std::string_view key) {
  return std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return http::EqualsIgnoreCase(k, key); });
}

// Both sentences are AWS's (re:Post, "PackedPolicyTooLarge error when I assume an IAM role").
aws::Error PoliciesTooLarge(std::int64_t percent) {
  return {PackedPolicyTooLarge,
          "Packed policy consumes " + std::to_string(percent) + "% of allotted space, please use smaller policy."};
}
aws::Error TagsTooLarge(std::int64_t percent) {
  return {PackedPolicyTooLarge,
          "Packed size of session tags consumes " + std::to_string(percent) + "% of allotted space."};
}

/// The parser of trust policies tells what is no JSON from what is no policy; that of session policies does not.
bool IsJson(const std::string& text) {
  const auto parsed = policy::Document::Parse(text, policy::Kind::kTrust);
  const auto* invalid = std::get_if<policy::Invalid>(&parsed);
  return invalid == nullptr || invalid->message != policy::kNotJson.trust;
}

Result<> CheckPolicies(const store::Reader& reader, const SessionLimits& limits, const std::string& account) {
  std::size_t size = 0;
  if (limits.policy) {
    auto parsed = policy::Document::Parse(*limits.policy, policy::Kind::kIdentity);
    if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
      if (!IsJson(*limits.policy)) return aws::Error(MalformedPolicyDocument, std::string(kNotJsonMessage));
      return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
    }
    size += aws::CodePoints(*limits.policy).size();
  }
  if (limits.policy_arns.size() > kMaxPolicyArns) {
    return aws::Error(ValidationError, "Number of managed policies exceeds the limit of " +
                                           std::to_string(kMaxPolicyArns) + " session policies.");
  }
  for (const std::string& text : limits.policy_arns) {
    const auto arn = aws::Arn::Parse(text);
    if (!arn || arn->service != "iam" || !arn->resource.starts_with("policy/") ||
        (arn->account != account && arn->account != "aws")) {
      return aws::Error(ValidationError, text + " is invalid");
    }
    if (!iam::FindManagedPolicy(reader, text)) {
      return aws::Error(MalformedPolicyDocument, "Policy " + text + " does not exist or is not attachable.");
    }
    size += text.size();
  }
  if (size > kPlainTextLimit) return PoliciesTooLarge(Percent(size, kPlainTextLimit));
  return {};
}

}  // namespace

SessionLimits ReadLimits(aws::Form& form, const aws::StringField& policy) {
  SessionLimits limits;
  limits.policy = form.optional(policy);
  limits.policy_arns = form.strings(kPolicyArns, kPolicyArn);
  return limits;
}

std::optional<aws::Error> CheckTags(const SessionTags& tags, const store::StringPairs& inherited) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags.tags) {
    if (Names(keys, key)) {
      return aws::Error(InvalidParameterValue,
                        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    keys.push_back(key);
  }
  for (const auto& [key, value] : inherited) {
    if (Names(keys, key)) {
      return aws::Error(InvalidParameterValue,
                        "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
                        "tag key from the calling session.");
    }
  }
  for (const std::string& key : tags.transitive) {
    if (!Names(keys, key)) {
      return aws::Error(InvalidParameterValue,
                        "The specified transitive tag key must be included in the requested tags.");
    }
  }
  return std::nullopt;
}

Result<> Pack(const store::Reader& reader, const SessionLimits& limits, pipeline::Session& session) {
  if (auto fine = CheckPolicies(reader, limits, session.account); !fine) return std::move(fine.error());
  session.limited = limits.given();
  if (limits.policy) session.policies = {*limits.policy};
  session.policy_arns = limits.policy_arns;
  return {};
}

aws::Error TooLarge(const pipeline::Session& session, std::int64_t percent) {
  return session.limited ? PoliciesTooLarge(percent) : TagsTooLarge(percent);
}

std::int64_t Percent(std::size_t size, std::size_t limit) {
  return static_cast<std::int64_t>((size * 100 + limit - 1) / limit);
}

}  // namespace keymill::sts
