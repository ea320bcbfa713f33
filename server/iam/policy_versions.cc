#include "server/iam/policy_versions.h"

#include <algorithm>
#include <cstdlib>

#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/documents.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/managed.h"
#include "server/iam/page.h"
#include "server/iam/policies.h"
#include "server/iam/quotas.h"

namespace keymill::iam {
namespace {

using store::PolicyVersion;

std::string VersionId(std::uint32_t number) {
  return "v" + std::to_string(number);
}

/// 0 for ids such as v0 or v1.2, which name no version here.
std::uint32_t VersionNumber(const std::string& id) {
  char* end = nullptr;
  const unsigned long number = std::strtoul(id.c_str() + 1, &end, 10);
  return *end == '\0' && number <= 0xffffffffUL ? static_cast<std::uint32_t>(number) : 0;
}

/// The account's own policy and the version of it that the request names.
struct Named {
  ManagedPolicy policy;
  PolicyVersion version;
};
Result<Named> RequireVersion(const store::Reader& reader, const std::string& account, const std::string& arn,
                             const std::string& version_id) {
  auto policy = RequireManagedPolicy(reader, account, arn);
  if (!policy) return policy.error();
  const std::uint32_t number = VersionNumber(version_id);
  for (PolicyVersion& version : VersionsOf(reader, *policy)) {
    if (version.number == number) return Named{*std::move(policy), std::move(version)};
  }
  return aws::Error(NoSuchEntity, "Policy " + arn + " version " + version_id + " does not exist or is not attachable.");
}

aws::Error NotYours(const std::string& arn) {
  return {ValidationError, "ARN " + arn + " is not valid."};
}

/// Everybody whom the policy is attached to, or bounds, has other permissions from now on.
void TouchAll(store::Txn& txn, const std::string& arn) {
  for (store::Relation relation : {store::Relation::kAttachment, store::Relation::kBoundary}) {
    for (const std::string& id : store::LinksTo(txn, relation, arn)) TouchPermissions(txn, id);
  }
}

void MakeDefault(store::Txn& txn, store::Entity& entity, std::uint32_t number, store::Millis now) {
  SetAttribute(entity.attributes, kDefaultVersionAttribute, std::to_string(number));
  entity.updated = now;
  store::PutEntity(txn, entity);
}

}  // namespace

/// All versions, newest first as AWS lists them.
std::vector<PolicyVersion> VersionsOf(const store::Reader& reader, const ManagedPolicy& policy) {
  if (policy.of_aws()) return {{policy.version, policy.document, policy.entity.created}};
  auto versions = store::ListPolicyVersions(reader, policy.entity.id);
  std::reverse(versions.begin(), versions.end());
  return versions;
}

void WritePolicyVersion(aws::XmlWriter& xml, const PolicyVersion& version, bool is_default, bool with_document) {
  if (with_document) xml.text("Document", EncodedDocument(version.document));
  xml.text("VersionId", VersionId(version.number)).boolean("IsDefaultVersion", is_default);
  xml.text("CreateDate", aws::IsoSeconds(version.created));
}

Result<PolicyVersion> AddPolicyVersion(store::Txn& txn, ManagedPolicy& policy, const std::string& document,
                                       bool set_default, store::Millis now) {
  if (policy.of_aws()) return NotYours(policy.arn());
  store::Entity& entity = policy.entity;
  const auto versions = store::ListPolicyVersions(txn, entity.id);
  if (versions.size() >= kMaxPolicyVersions) {
    return aws::Error(LimitExceeded,
                      "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
                      "an existing version.");
  }
  const std::string next = Attribute(entity.attributes, kNextVersionAttribute);
  PolicyVersion version;
  version.number = next.empty() ? versions.back().number + 1 : VersionNumber("v" + next);
  version.document = document;
  version.created = now;
  store::PutPolicyVersion(txn, entity.id, version);
  SetAttribute(entity.attributes, kNextVersionAttribute, std::to_string(version.number + 1));
  MakeDefault(txn, entity, set_default ? version.number : policy.version, now);
  if (set_default) TouchAll(txn, policy.arn());
  return version;
}

Task<Result<http::Response>> CreatePolicyVersion(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const std::string document = form.required(kPolicyDocument);
  const bool set_default = form.boolean("SetAsDefault").value_or(false);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto checked = CheckManagedDocument(document); !checked) co_return checked.error();
  auto create = [&](store::Txn& txn) -> Result<PolicyVersion> {
    auto policy = RequireManagedPolicy(txn, call.identity().account, arn);
    if (!policy) return policy.error();
    return AddPolicyVersion(txn, *policy, document, set_default, call.now());
  };
  auto version = co_await call.commit(create);
  if (!version) co_return version.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("PolicyVersion");
    WritePolicyVersion(xml, *version, set_default, false);
    xml.close();
  });
}

Task<Result<http::Response>> GetPolicyVersion(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const std::string version_id = form.required(kVersionId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) {
    return RequireVersion(reader, call.identity().account, arn, version_id);
  };
  auto named = co_await call.read(find);
  if (!named) co_return named.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("PolicyVersion");
    WritePolicyVersion(xml, named->version, named->version.number == named->policy.version, true);
    xml.close();
  });
}

Task<Result<http::Response>> ListPolicyVersions(pipeline::Call& call) {
  struct Listing {
    std::uint32_t default_version;
    std::vector<PolicyVersion> versions;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<Listing> {
    auto policy = RequireManagedPolicy(reader, call.identity().account, arn);
    if (!policy) return policy.error();
    return Listing{policy->version, VersionsOf(reader, *policy)};
  };
  auto listing = co_await call.read(list);
  if (!listing) co_return listing.error();
  auto& versions = listing->versions;
  const bool truncated = Slice(versions, page, [](const PolicyVersion& version) { return VersionId(version.number); });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Versions");
    for (const PolicyVersion& version : versions) {
      xml.open("member");
      WritePolicyVersion(xml, version, version.number == listing->default_version, false);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? VersionId(versions.back().number) : std::string());
  });
}

Task<Result<http::Response>> DeletePolicyVersion(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const std::string version_id = form.required(kVersionId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto named = RequireVersion(txn, call.identity().account, arn, version_id);
    if (!named) return named.error();
    if (named->policy.of_aws()) return NotYours(arn);
    if (named->version.number == named->policy.version) {
      return aws::Error(DeleteConflict, "Cannot delete the default version of a policy.");
    }
    store::ErasePolicyVersion(txn, named->policy.entity.id, named->version.number);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> SetDefaultPolicyVersion(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  const std::string version_id = form.required(kVersionId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto set = [&](store::Txn& txn) -> Result<> {
    auto named = RequireVersion(txn, call.identity().account, arn, version_id);
    if (!named) return named.error();
    if (named->policy.of_aws()) return NotYours(arn);
    MakeDefault(txn, named->policy.entity, named->version.number, call.now());
    TouchAll(txn, arn);
    return {};
  };
  co_return co_await CommitThenAnswer(call, set);
}

}  // namespace keymill::iam
