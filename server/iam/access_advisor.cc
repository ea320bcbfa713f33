#include "server/iam/access_advisor.h"

#include <algorithm>
#include <set>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/iam/access_report.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/managed.h"
#include "server/iam/page.h"
#include "server/iam/policy_sources.h"
#include "server/pipeline/identities.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;
using store::Relation;

using Service = ReportedService;

constexpr std::string_view kGranularities[] = {"SERVICE_LEVEL", "ACTION_LEVEL"};
constexpr aws::StringField kArn{"Arn", {.min = 20, .max = 2048}};
constexpr aws::StringField kGranularity{"Granularity", {.values = kGranularities}};
constexpr aws::ListField kNamespaces{"ServiceNamespaces", 200};

constexpr std::string_view kTime = "Time";
constexpr std::string_view kRegion = "Region";
constexpr std::string_view kEntity = "Entity";
constexpr std::string_view kTotal = "Total";

std::string Column(const Service& service, std::string_view column) {
  return ReportColumn(service.ns, column);
}

/// Whom a report is about: the policies that count, the users whose keys do, and the roles whose sessions do.
struct Scope {
  std::vector<SourcePolicy> policies;
  std::set<std::string> user_ids, role_ids;
};

void AddEntities(const store::Reader& reader, const Holder& holder, Scope& scope) {
  if (holder.kind == HolderKind::kUser) scope.user_ids.insert(holder.id);
  if (holder.kind == HolderKind::kRole) scope.role_ids.insert(holder.id);
  for (std::string& member : store::LinksTo(reader, Relation::kMember, holder.id)) {
    scope.user_ids.insert(std::move(member));
  }
}

Result<Scope> FindScope(const store::Reader& reader, const std::string& account, const std::string& arn) {
  Scope scope;
  if (auto policy = FindManagedPolicy(reader, arn); policy && (policy->of_aws() || policy->entity.account == account)) {
    auto source = ParseSource(policy->entity.name, policy->document, policy::Kind::kIdentity);
    if (source) scope.policies.push_back(*std::move(source));
    for (const std::string& id : store::LinksTo(reader, Relation::kAttachment, arn)) {
      auto holder = FindHolder(reader, id);
      if (holder && holder->account == account) AddEntities(reader, *holder, scope);
    }
    return scope;
  }
  const auto parsed = aws::Arn::Parse(arn);
  if (parsed && parsed->service == "iam" && parsed->resource.starts_with("policy/")) {
    return aws::Error(NoSuchEntity, "Policy " + arn + " was not found.");
  }
  auto holder = RequireHolderByArn(reader, account, arn);
  if (!holder) return holder.error();
  auto sources = SourcesOf(reader, account, arn);
  if (!sources) return sources.error();
  scope.policies = std::move(sources->identity);
  AddEntities(reader, *holder, scope);
  return scope;
}

/// When one of the user's keys was last used for the service, and where; each key remembers its last use only.
store::KeyUse LastUse(const store::Reader& reader, const pipeline::Identities& identities, const std::string& user_id,
                      const Service& service) {
  store::KeyUse latest;
  for (const store::AccessKey& key : store::ListAccessKeys(reader, user_id)) {
    store::KeyUse use = identities.last_use(key.id);
    if (use.service == service.ns && use.time > latest.time) latest = std::move(use);
  }
  return latest;
}

/// The same for the role's sessions.
store::KeyUse LastRoleUse(const pipeline::Identities& identities, const std::string& role_id, const Service& service) {
  auto use = identities.role_usage(role_id)->get();
  return use.service == service.ns ? use : store::KeyUse();
}

void AddUses(const store::Reader& reader, const pipeline::Identities& identities, const Scope& scope,
             const Service& service, store::StringPairs& columns) {
  std::vector<std::pair<store::KeyUse, std::string>> uses;
  for (const std::string& id : scope.user_ids) uses.emplace_back(LastUse(reader, identities, id, service), id);
  for (const std::string& id : scope.role_ids) uses.emplace_back(LastRoleUse(identities, id, service), id);
  std::stable_sort(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.first.time > b.first.time; });
  const auto total = std::count_if(uses.begin(), uses.end(), [](const auto& use) { return use.first.time != 0; });
  SetAttribute(columns, Column(service, kTotal), std::to_string(total));
  if (total != 0) {
    const auto& [use, id] = uses.front();
    const auto entity = FindHolder(reader, id);
    SetAttribute(columns, Column(service, kTime), std::to_string(use.time));
    SetAttribute(columns, Column(service, kRegion), use.region);
    SetAttribute(columns, Column(service, kEntity), entity ? entity->arn() : std::string());
  }
  for (const auto& [use, id] : uses) {
    columns.emplace_back(Column(service, kUseColumn), std::to_string(use.time) + " " + id);
  }
}

/// What ListPoliciesGrantingServiceAccess lists.
struct Granting {
  std::string name;
  std::string arn;  ///< of a managed policy
  HolderKind holder_kind = HolderKind::kUser;
  std::string holder_name;  ///< of an inline one
  policy::Document document;
};

void AddGranting(const store::Reader& reader, const Holder& holder, std::vector<Granting>& found) {
  for (const store::InlinePolicy& policy : store::ListInlinePolicies(reader, holder.id)) {
    auto source = ParseSource(policy.name, policy.document, policy::Kind::kIdentity);
    if (source) found.push_back({policy.name, {}, holder.kind, holder.name, std::move(source->document)});
  }
  for (const std::string& arn : store::LinksFrom(reader, Relation::kAttachment, holder.id)) {
    auto policy = FindManagedPolicy(reader, arn);
    if (!policy) continue;
    auto source = ParseSource(policy->entity.name, policy->document, policy::Kind::kIdentity);
    if (source) found.push_back({policy->entity.name, arn, holder.kind, {}, std::move(source->document)});
  }
}

std::string_view EntityType(HolderKind kind) {
  return kind == HolderKind::kUser ? "USER" : kind == HolderKind::kGroup ? "GROUP" : "ROLE";
}

}  // namespace

Task<Result<http::Response>> GenerateServiceLastAccessedDetails(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kArn);
  const std::string granularity = form.optional(kGranularity).value_or("SERVICE_LEVEL");
  if (auto refusal = form.refusal()) co_return *refusal;
  Item job;
  job.kind = ItemKind::kAccessReport;
  job.owner = call.identity().account;
  job.name = aws::NewUuid();
  job.created = call.now();
  auto generate = [&](store::Txn& txn) -> Result<> {
    auto scope = FindScope(txn, job.owner, arn);
    if (!scope) return scope.error();
    SetAttribute(job.attributes, kGranularity.name, granularity);
    for (const Service& service : kReportedServices) {
      const std::string prefix = std::string(service.ns) + ":";
      const bool granted = std::any_of(scope->policies.begin(), scope->policies.end(), [&](const SourcePolicy& policy) {
        return policy.document.grants_service(prefix);
      });
      if (!granted) continue;
      SetAttribute(job.attributes, Column(service, kGrantedColumn), "true");
      AddUses(txn, call.services().identities, *scope, service, job.attributes);
    }
    store::PutItem(txn, job);
    return {};
  };
  auto generated = co_await call.commit(generate);
  if (!generated) co_return generated.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("JobId", job.name); });
}

Task<Result<http::Response>> GetServiceLastAccessedDetails(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string id = form.required(kJobId);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) {
    return store::FindItem(reader, ItemKind::kAccessReport, call.identity().account, id);
  };
  const auto job = co_await call.read(find);
  if (!job) co_return aws::Error(NoSuchEntity, "Job " + id + " cannot be found.");
  std::vector<Service> services;
  for (const Service& service : kReportedServices) {
    if (!Attribute(job->attributes, Column(service, kGrantedColumn)).empty()) services.push_back(service);
  }
  const bool truncated = Slice(services, page, [](const Service& service) { return service.ns; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("JobStatus", "COMPLETED").text("JobType", Attribute(job->attributes, kGranularity.name));
    xml.text("JobCreationDate", aws::IsoSeconds(job->created)).open("ServicesLastAccessed");
    for (const Service& service : services) {
      const store::Millis time = NumberAttribute(job->attributes, Column(service, kTime));
      xml.open("member").text("ServiceName", service.name);
      if (time != 0) xml.text("LastAuthenticated", aws::IsoSeconds(time));
      xml.text("ServiceNamespace", service.ns);
      xml.optional_text("LastAuthenticatedEntity", Attribute(job->attributes, Column(service, kEntity)));
      xml.optional_text("LastAuthenticatedRegion", Attribute(job->attributes, Column(service, kRegion)));
      xml.number("TotalAuthenticatedEntities", NumberAttribute(job->attributes, Column(service, kTotal))).close();
    }
    xml.close().text("JobCompletionDate", aws::IsoSeconds(job->created));
    WritePageEnd(xml, truncated, truncated ? services.back().ns : std::string_view{});
  });
}

Task<Result<http::Response>> ListPoliciesGrantingServiceAccess(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string arn = form.required(kArn);
  auto namespaces = form.strings(kNamespaces, kNamespaceRule, 1);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  std::set<std::string> seen;  // pages begin after a name: one that came twice would begin the same page again
  std::erase_if(namespaces, [&](const std::string& ns) { return !seen.insert(ns).second; });
  auto find = [&](const store::Reader& reader) -> Result<std::vector<Granting>> {
    auto holder = RequireHolderByArn(reader, call.identity().account, arn);
    if (!holder) return holder.error();
    std::vector<Granting> found;
    AddGranting(reader, *holder, found);
    for (const std::string& id : store::LinksFrom(reader, Relation::kMember, holder->id)) {
      if (auto group = FindHolder(reader, id)) AddGranting(reader, *group, found);
    }
    return found;
  };
  auto policies = co_await call.read(find);
  if (!policies) co_return policies.error();
  const bool truncated = Slice(namespaces, page, [](const std::string& ns) { return ns; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("PoliciesGrantingServiceAccess");
    for (const std::string& ns : namespaces) {
      xml.open("member").text("ServiceNamespace", ns).open("Policies");
      for (const Granting& granting : *policies) {
        if (!granting.document.grants_service(policy::Fold(ns) + ":")) continue;
        const bool managed = !granting.arn.empty();
        xml.open("member").text("PolicyName", granting.name).text("PolicyType", managed ? "MANAGED" : "INLINE");
        if (managed) {
          xml.text("PolicyArn", granting.arn);
        } else {
          xml.text("EntityType", EntityType(granting.holder_kind)).text("EntityName", granting.holder_name);
        }
        xml.close();
      }
      xml.close().close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? std::string_view(namespaces.back()) : std::string_view{});
  });
}

}  // namespace keymill::iam
