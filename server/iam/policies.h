#pragma once

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/iam/managed.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Managed policies of the account, and reading those of AWS. Their versions are in policy_versions.h.
namespace keymill::iam {

Task<Result<http::Response>> CreatePolicy(pipeline::Call& call);
Task<Result<http::Response>> GetPolicy(pipeline::Call& call);
Task<Result<http::Response>> ListPolicies(pipeline::Call& call);
Task<Result<http::Response>> DeletePolicy(pipeline::Call& call);
extern const TaggedKind<store::Entity> kTaggedPolicy;

inline constexpr std::size_t kMaxPolicySize = 6144;

/// CreatePolicy's input.
Result<ManagedPolicy> ReadCreatePolicy(const aws::Form::Pairs& form, std::string_view account, store::Millis now);
/// A document that a managed policy may have: MalformedPolicyDocument, LimitExceeded.
Result<> CheckManagedDocument(std::string_view document);
/// Inside the commit: gives it an id. EntityAlreadyExists if its name is taken.
Result<> AddPolicy(store::Txn& txn, ManagedPolicy& policy);

/// A policy with what is counted about it within one account.
struct CountedPolicy {
  ManagedPolicy policy;
  std::size_t attachments = 0;
  std::size_t boundaries = 0;
};
CountedPolicy CountPolicy(const store::Reader& reader, ManagedPolicy policy, const std::string& account);
/// What every answer about a policy has, in two parts: some put the description between them.
void WritePolicy(aws::XmlWriter& xml, const CountedPolicy& counted);
void WritePolicyTimes(aws::XmlWriter& xml, const store::Entity& policy);

}  // namespace keymill::iam
