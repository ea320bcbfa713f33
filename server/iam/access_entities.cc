#include "server/iam/access_entities.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "server/aws/time.h"
#include "server/iam/access_report.h"
#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/holders.h"
#include "server/iam/page.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

constexpr aws::StringField kServiceNamespace{"ServiceNamespace", kNamespaceRule};

struct Use {
  std::string id;
  store::Millis time = 0;  ///< 0 = never
  std::optional<Holder> who = {};
};

struct Details {
  store::Item job;
  std::vector<Use> uses;  ///< of this page, those that have been deleted since left out
  bool truncated = false;
  std::string last;  ///< the id at the end of the page, deleted or not
};

std::vector<Use> UsesOf(const store::Item& job, const std::string& ns) {
  std::vector<Use> uses;
  const std::string column = ReportColumn(ns, kUseColumn);
  for (const auto& [name, value] : job.attributes) {
    if (name != column) continue;
    uses.push_back({value.substr(value.find(' ') + 1), std::strtoll(value.c_str(), nullptr, 10)});
  }
  return uses;
}

void Write(aws::XmlWriter& xml, const Use& use) {
  xml.open("member").open("EntityInfo").text("Arn", use.who->arn()).text("Name", use.who->name);
  xml.text("Type", use.who->kind == HolderKind::kUser ? "USER" : "ROLE").text("Id", use.id);
  xml.text("Path", use.who->path).close();
  if (use.time != 0) xml.text("LastAuthenticated", aws::IsoSeconds(use.time));
  xml.close();
}

}  // namespace

Task<Result<http::Response>> GetServiceLastAccessedDetailsWithEntities(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string id = form.required(kJobId);
  const std::string ns = form.required(kServiceNamespace);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<Details> {
    auto job = store::FindItem(reader, store::ItemKind::kAccessReport, call.identity().account, id);
    if (!job) return aws::Error(NoSuchEntity, "Job " + id + " cannot be found.");
    Details details{*std::move(job), {}, false, {}};
    details.uses = UsesOf(details.job, ns);
    details.truncated = Slice(details.uses, page, [](const Use& use) { return use.id; });
    if (!details.uses.empty()) details.last = details.uses.back().id;
    for (Use& use : details.uses) use.who = FindHolder(reader, use.id);
    std::erase_if(details.uses, [](const Use& use) { return !use.who; });
    return details;
  };
  const auto details = co_await call.read(find);
  if (!details) co_return details.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    const std::string done = aws::IsoSeconds(details->job.created);
    xml.text("JobStatus", "COMPLETED").text("JobCreationDate", done).text("JobCompletionDate", done);
    xml.open("EntityDetailsList");
    for (const Use& use : details->uses) Write(xml, use);
    xml.close();
    WritePageEnd(xml, details->truncated, details->last);
  });
}

}  // namespace keymill::iam
