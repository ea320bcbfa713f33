#include "server/iam/policy_sources.h"

#include "server/aws/arn.h"
#include "server/iam/errors.h"
#include "server/iam/managed.h"

namespace keymill::iam {
namespace {

/// A stored text that does not parse grants nothing, as in requests.
void Add(std::vector<SourcePolicy>& sources, std::string id, std::string text) {
  auto source = ParseSource(std::move(id), std::move(text), policy::Kind::kIdentity);
  if (source) sources.push_back(*std::move(source));
}

void AddPoliciesOf(const store::Reader& reader, const Holder& holder, std::vector<SourcePolicy>& sources) {
  for (store::InlinePolicy& policy : store::ListInlinePolicies(reader, holder.id)) {
    // The simulator tells inline policies of the same name apart by their holder.
    Add(sources, std::string(Traits(holder.kind).word) + "_" + holder.name + "_" + policy.name,
        std::move(policy.document));
  }
  for (const std::string& arn : store::LinksFrom(reader, store::Relation::kAttachment, holder.id)) {
    if (auto policy = FindManagedPolicy(reader, arn)) Add(sources, policy->entity.name, std::move(policy->document));
  }
}

std::string BoundaryOf(const store::Reader& reader, const Holder& holder) {
  if (holder.kind == HolderKind::kUser) {
    auto user = store::FindUserById(reader, holder.id);
    return user ? user->permissions_boundary : std::string();
  }
  auto entity = store::FindEntityById(reader, holder.id);
  return entity ? entity->permissions_boundary : std::string();
}

}  // namespace

Result<Holder> RequireHolderByArn(const store::Reader& reader, const std::string& account, const std::string& text) {
  const auto arn = aws::Arn::Parse(text);
  if (arn && arn->service == "iam" && arn->account == account) {
    for (HolderKind kind : {HolderKind::kUser, HolderKind::kGroup, HolderKind::kRole}) {
      if (!arn->resource.starts_with(std::string(Traits(kind).word) + "/")) continue;
      auto holder = RequireHolder(reader, kind, account, arn->name());
      if (holder && holder->arn() != text) return aws::Error(NoSuchEntity, "ARN " + text + " cannot be found.");
      return holder;
    }
  }
  return aws::Error(InvalidInput, "Invalid Entity Arn: " + text + " does not clearly define entity type and name.");
}

Result<PrincipalSources> SourcesOf(const store::Reader& reader, const std::string& account, const std::string& arn) {
  const auto parts = aws::Arn::Parse(arn);
  if (parts && parts->service == "iam" && parts->account != account) {
    return aws::Error(InvalidInput, "Invalid Policy Source Arn: caller's account " + account +
                                        " does not have access to policies in account " + std::string(parts->account));
  }
  auto holder = RequireHolderByArn(reader, account, arn);
  if (!holder) return holder.error();
  PrincipalSources sources;
  AddPoliciesOf(reader, *holder, sources.identity);
  for (const std::string& id : store::LinksFrom(reader, store::Relation::kMember, holder->id)) {
    if (auto group = FindHolder(reader, id)) AddPoliciesOf(reader, *group, sources.identity);
  }
  const std::string boundary = BoundaryOf(reader, *holder);
  if (auto policy = FindManagedPolicy(reader, boundary)) {
    auto source = ParseSource(policy->entity.name, policy->document, policy::Kind::kIdentity);
    if (source) sources.boundary = *std::move(source);
  }
  return sources;
}

}  // namespace keymill::iam
