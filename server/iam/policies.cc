#include "server/iam/policies.h"

#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attachments.h"
#include "server/iam/attributes.h"
#include "server/iam/documents.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/managed.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;
using store::Relation;

constexpr std::string_view kScopes[] = {"All", "AWS", "Local"};
constexpr aws::StringField kScope{"Scope", {.values = kScopes}};

/// A policy of AWS is counted within the account that asks.
std::size_t CountLinks(const store::Reader& reader, Relation relation, const std::string& arn,
                       const std::string& account) {
  std::size_t count = 0;
  for (const std::string& id : store::LinksTo(reader, relation, arn)) {
    auto holder = FindHolder(reader, id);
    if (holder && holder->account == account) ++count;
  }
  return count;
}

/// Policies in the order of a listing: the account's own, then AWS's.
std::vector<ManagedPolicy> Collect(const store::Reader& reader, const std::string& account, std::string_view scope) {
  std::vector<ManagedPolicy> policies;
  if (scope != "AWS") {
    constexpr std::size_t kNoLimit = ~std::size_t{0};
    for (Entity& entity : store::ListEntities(reader, EntityKind::kPolicy, account, "/", {}, kNoLimit)) {
      const std::uint32_t version = DefaultVersion(entity);
      policies.push_back({std::move(entity), version, {}});
    }
  }
  if (scope != "Local") {
    for (const AwsManagedPolicy& policy : AwsManagedPolicies()) policies.push_back(FromAws(policy));
  }
  return policies;
}

/// With a usage named, only policies that are used so.
bool Listed(const CountedPolicy& counted, bool only_attached, const std::optional<std::string>& usage) {
  const bool attached = counted.attachments > 0, bounding = counted.boundaries > 0;
  if (usage) return *usage == kUsedAsBoundary ? bounding : attached;
  return !only_attached || attached;
}

/// The tags of a policy of AWS cannot be changed.
Result<Entity> RequireOwn(const store::Reader& reader, const std::string& account, const std::string& arn) {
  auto policy = RequireManagedPolicy(reader, account, arn);
  if (!policy) return policy.error();
  if (policy->of_aws()) return aws::Error(ValidationError, "ARN " + arn + " is not valid.");
  return std::move(policy->entity);
}

}  // namespace

constexpr TaggedKind<Entity> kTaggedPolicy{kPolicyArn, "TagsPerPolicy", &RequireOwn};

CountedPolicy CountPolicy(const store::Reader& reader, ManagedPolicy policy, const std::string& account) {
  const std::string arn = policy.arn();
  return {std::move(policy), CountLinks(reader, Relation::kAttachment, arn, account),
          CountLinks(reader, Relation::kBoundary, arn, account)};
}

void WritePolicy(aws::XmlWriter& xml, const CountedPolicy& counted) {
  const Entity& entity = counted.policy.entity;
  xml.text("PolicyName", entity.name).text("PolicyId", entity.id).text("Arn", counted.policy.arn());
  xml.text("Path", entity.path).text("DefaultVersionId", "v" + std::to_string(counted.policy.version));
  xml.number("AttachmentCount", static_cast<std::int64_t>(counted.attachments));
  xml.number("PermissionsBoundaryUsageCount", static_cast<std::int64_t>(counted.boundaries));
  xml.boolean("IsAttachable", true);
}

void WritePolicyTimes(aws::XmlWriter& xml, const Entity& entity) {
  xml.text("CreateDate", aws::IsoSeconds(entity.created)).text("UpdateDate", aws::IsoSeconds(entity.updated));
}

Result<> CheckManagedDocument(std::string_view document) {
  if (auto refusal = CheckCurrentDocument(document)) return *refusal;
  if (DocumentSize(document) <= kMaxPolicySize) return {};
  return QuotaExceeded("PolicySize", kMaxPolicySize);
}

Result<ManagedPolicy> ReadCreatePolicy(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  ManagedPolicy policy;
  Entity& entity = policy.entity;
  entity.kind = EntityKind::kPolicy;
  entity.account = account;
  entity.name = form.required(kPolicyName);
  entity.path = form.optional(kPolicyPath).value_or("/");
  policy.document = form.required(kPolicyDocument);
  if (auto text = form.optional(kDescription)) SetAttribute(entity.attributes, kDescriptionAttribute, *text);
  entity.tags = form.pairs(kTags, kTagKey, kTagValue);
  entity.created = entity.updated = now;
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(entity.tags)) return *refusal;
  if (auto checked = CheckManagedDocument(policy.document); !checked) return checked.error();
  return policy;
}

Result<> AddPolicy(store::Txn& txn, ManagedPolicy& policy) {
  Entity& entity = policy.entity;
  if (store::FindEntity(txn, entity.kind, entity.account, entity.name)) {
    return aws::Error(EntityAlreadyExists,
                      "A policy called " + entity.name + " already exists. Duplicate names are not allowed.");
  }
  if (auto full = AccountQuota(txn, entity.kind, entity.account)) return *full;
  entity.id = NewEntityId(txn, "ANPA");
  store::PutEntity(txn, entity);
  store::PutPolicyVersion(txn, entity.id, {1, policy.document, entity.created});
  return {};
}

Task<Result<http::Response>> CreatePolicy(pipeline::Call& call) {
  auto policy = ReadCreatePolicy(call.params().all(), call.identity().account, call.now());
  if (!policy) co_return policy.error();
  auto create = [&](store::Txn& txn) { return AddPolicy(txn, *policy); };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Policy");
    WritePolicy(xml, {*policy, 0, 0});
    WritePolicyTimes(xml, policy->entity);
    if (!policy->entity.tags.empty()) WriteTags(xml, policy->entity.tags);
    xml.close();
  });
}

Task<Result<http::Response>> GetPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<CountedPolicy> {
    auto policy = RequireManagedPolicy(reader, call.identity().account, arn);
    if (!policy) return policy.error();
    return CountPolicy(reader, *std::move(policy), call.identity().account);
  };
  auto counted = co_await call.read(find);
  if (!counted) co_return counted.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    const Entity& entity = counted->policy.entity;
    xml.open("Policy");
    WritePolicy(xml, *counted);
    xml.optional_text("Description", Attribute(entity.attributes, kDescriptionAttribute));
    WritePolicyTimes(xml, entity);
    WriteTags(xml, entity.tags);
    xml.close();
  });
}

Task<Result<http::Response>> ListPolicies(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string scope = form.optional(kScope).value_or("All");
  const bool only_attached = form.boolean("OnlyAttached").value_or(false);
  const std::string prefix = form.optional(kPolicyPathPrefix).value_or("/");
  const auto usage = form.optional(kPolicyUsageFilter);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    std::vector<CountedPolicy> found;
    for (ManagedPolicy& policy : Collect(reader, call.identity().account, scope)) {
      if (!policy.entity.path.starts_with(prefix)) continue;
      CountedPolicy counted = CountPolicy(reader, std::move(policy), call.identity().account);
      if (Listed(counted, only_attached, usage)) found.push_back(std::move(counted));
    }
    return found;
  };
  auto policies = co_await call.read(list);
  const bool truncated = Slice(policies, page, [](const CountedPolicy& counted) { return counted.policy.arn(); });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Policies");
    for (const CountedPolicy& counted : policies) {
      xml.open("member");
      WritePolicy(xml, counted);
      WritePolicyTimes(xml, counted.policy.entity);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? policies.back().policy.arn() : std::string());
  });
}

Task<Result<http::Response>> DeletePolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kPolicyArn);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto policy = RequireOwn(txn, call.identity().account, arn);
    if (!policy) return policy.error();
    if (!store::LinksTo(txn, Relation::kAttachment, arn).empty() ||
        !store::LinksTo(txn, Relation::kBoundary, arn).empty()) {
      return aws::Error(DeleteConflict, "Cannot delete a policy attached to entities.");
    }
    const auto versions = store::ListPolicyVersions(txn, policy->id);
    if (versions.size() > 1) {
      return aws::Error(DeleteConflict,
                        "This policy has more than one version. Before you delete a policy, you must delete the "
                        "policy's versions. The default version is deleted with the policy.");
    }
    for (const store::PolicyVersion& version : versions) store::ErasePolicyVersion(txn, policy->id, version.number);
    store::EraseEntity(txn, *policy);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
