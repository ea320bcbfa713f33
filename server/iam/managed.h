#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/result.h"
#include "store/entities.h"

/// Managed policies by ARN: the account's own, which are stored, and those of AWS that people attach, which are part of
/// the program and belong to the account `aws`.
namespace keymill::iam {

struct ManagedPolicy {
  store::Entity entity;       ///< account "aws" for those of AWS
  std::uint32_t version = 1;  ///< the default one
  std::string document;       ///< of the default version
  std::string arn() const;
  bool of_aws() const { return entity.account == "aws"; }
};

struct AwsManagedPolicy {
  std::string_view name;
  std::string_view path;
  std::uint32_t version;         ///< the default one, which is the only one known here
  std::string_view created;      ///< when that version was made: ISO 8601
  std::string_view id;           ///< empty = not known
  std::string_view description;  ///< empty = not known
  std::string_view document;
};
std::span<const AwsManagedPolicy> AwsManagedPolicies();  ///< by name
const AwsManagedPolicy* FindAwsManagedPolicy(std::string_view name);
/// With an id of its own if AWS's is not known.
ManagedPolicy FromAws(const AwsManagedPolicy& policy);
/// One that belongs to a service, which alone can attach it to its role.
bool IsServiceRolePolicy(const ManagedPolicy& policy);

/// nullopt if the ARN is not that of a managed policy that exists.
std::optional<ManagedPolicy> FindManagedPolicy(const store::Reader& reader, std::string_view arn);
/// The same for requests: ValidationError for what is no ARN, NoSuchEntity "Policy ARN was not found.".
Result<ManagedPolicy> RequireManagedPolicy(const store::Reader& reader, std::string_view account, std::string_view arn);
/// And for attaching: "Policy ARN does not exist or is not attachable."; PolicyNotAttachable if only a service can.
/// `before_arn` is how that sentence begins.
Result<ManagedPolicy> RequireAttachable(const store::Reader& reader, std::string_view account, std::string_view arn,
                                        std::string_view before_arn = "Policy ");

std::uint32_t DefaultVersion(const store::Entity& policy);

}  // namespace keymill::iam
