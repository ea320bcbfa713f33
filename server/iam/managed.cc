#include "server/iam/managed.h"

#include <cstdlib>

#include "server/aws/arn.h"
#include "server/aws/time.h"
#include "server/aws/totp.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/holders.h"
#include "sigv4/digest.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kAws = "aws";
constexpr std::size_t kIdCharacters = 17;  // after the prefix

aws::Error NotFound(std::string_view arn) {
  return {NoSuchEntity, "Policy " + std::string(arn) + " was not found."};
}

/// Refuses what is no ARN, or not of a policy that this account can see.
Result<> CheckArn(std::string_view account, std::string_view text) {
  auto arn = aws::Arn::Parse(text);
  if (!arn) return aws::Error(ValidationError, "Invalid ARN:  Could not be parsed!");
  if (arn->service != "iam" || !arn->resource.starts_with("policy/") ||
      (arn->account != account && arn->account != kAws)) {
    return aws::Error(ValidationError, "ARN " + std::string(text) + " is not valid.");
  }
  return {};
}

/// The same each time, so that nobody sees it change.
std::string MadeUpId(std::string_view name) {
  const auto digest = sigv4::sha256(name);
  return "ANPA" + aws::Base32Encode(std::string(digest.begin(), digest.end())).substr(0, kIdCharacters);
}

}  // namespace

std::uint32_t DefaultVersion(const store::Entity& policy) {
  const std::string text = Attribute(policy.attributes, kDefaultVersionAttribute);
  return text.empty() ? 1 : static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

std::string ManagedPolicy::arn() const {
  return aws::IamArn(entity.account, "policy", entity.path, entity.name);
}

ManagedPolicy FromAws(const AwsManagedPolicy& policy) {
  ManagedPolicy managed;
  managed.entity.kind = store::EntityKind::kPolicy;
  managed.entity.id = policy.id.empty() ? MadeUpId(policy.name) : std::string(policy.id);
  managed.entity.account = kAws;
  managed.entity.name = policy.name;
  managed.entity.path = policy.path;
  managed.entity.created = managed.entity.updated = aws::ParseIso(policy.created).value_or(0);
  SetAttribute(managed.entity.attributes, kDescriptionAttribute, std::string(policy.description));
  managed.version = policy.version;
  managed.document = policy.document;
  return managed;
}

bool IsServiceRolePolicy(const ManagedPolicy& policy) {
  return policy.of_aws() && policy.entity.path == kServiceRolePath;
}

std::optional<ManagedPolicy> FindManagedPolicy(const store::Reader& reader, std::string_view text) {
  auto arn = aws::Arn::Parse(text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("policy/")) return std::nullopt;
  std::optional<ManagedPolicy> found;
  if (arn->account == kAws) {
    if (const AwsManagedPolicy* policy = FindAwsManagedPolicy(arn->name())) found = FromAws(*policy);
  } else if (auto entity = store::FindEntity(reader, store::EntityKind::kPolicy, arn->account, arn->name())) {
    const std::uint32_t number = DefaultVersion(*entity);
    auto version = store::FindPolicyVersion(reader, entity->id, number);
    if (version) found = ManagedPolicy{*std::move(entity), number, std::move(version->document)};
  }
  if (!found || found->arn() != text) return std::nullopt;
  return found;
}

Result<ManagedPolicy> RequireManagedPolicy(const store::Reader& reader, std::string_view account,
                                           std::string_view arn) {
  if (auto valid = CheckArn(account, arn); !valid) return valid.error();
  if (auto policy = FindManagedPolicy(reader, arn)) return *std::move(policy);
  return NotFound(arn);
}

Result<ManagedPolicy> RequireAttachable(const store::Reader& reader, std::string_view account, std::string_view arn,
                                        std::string_view before_arn) {
  if (auto valid = CheckArn(account, arn); !valid) return valid.error();
  if (auto policy = FindManagedPolicy(reader, arn)) {
    if (!IsServiceRolePolicy(*policy)) return *std::move(policy);
    return aws::Error(PolicyNotAttachable, "Cannot attach a Service Role Policy to a Customer Role.");
  }
  return aws::Error(NoSuchEntity, std::string(before_arn).append(arn) + " does not exist or is not attachable.");
}

}  // namespace keymill::iam
