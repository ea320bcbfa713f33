#pragma once

#include <vector>

#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/iam/managed.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// The versions of managed policies: at most five, one of them in force.
namespace keymill::iam {

Task<Result<http::Response>> CreatePolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> GetPolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> ListPolicyVersions(pipeline::Call& call);
Task<Result<http::Response>> DeletePolicyVersion(pipeline::Call& call);
Task<Result<http::Response>> SetDefaultPolicyVersion(pipeline::Call& call);

inline constexpr std::size_t kMaxPolicyVersions = 5;

/// Inside the commit, with a document that CheckManagedDocument() has accepted. Errors: ValidationError for a policy of
/// AWS, LimitExceeded.
Result<store::PolicyVersion> AddPolicyVersion(store::Txn& txn, ManagedPolicy& policy, const std::string& document,
                                              bool set_default, store::Millis now);
std::vector<store::PolicyVersion> VersionsOf(const store::Reader& reader, const ManagedPolicy& policy);
void WritePolicyVersion(aws::XmlWriter& xml, const store::PolicyVersion& version, bool is_default, bool with_document);

}  // namespace keymill::iam
