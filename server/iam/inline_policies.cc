#include "server/iam/inline_policies.h"

#include "server/iam/answer.h"
#include "server/iam/documents.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/permissions.h"

namespace keymill::iam {
namespace {

aws::Error NoSuchPolicy(HolderKind kind, const std::string& name) {
  return {NoSuchEntity, "The " + std::string(Traits(kind).word) + " policy with name " + name + " cannot be found."};
}

/// All inline policies of a holder share one quota.
std::optional<aws::Error> CheckSize(const store::Reader& reader, const Holder& holder,
                                    const store::InlinePolicy& added) {
  const HolderTraits& traits = Traits(holder.kind);
  std::size_t size = DocumentSize(added.document);
  for (const store::InlinePolicy& policy : store::ListInlinePolicies(reader, holder.id)) {
    if (policy.name != added.name) size += DocumentSize(policy.document);
  }
  if (size <= traits.inline_size) return std::nullopt;
  return aws::Error(LimitExceeded, "Maximum policy size of " + std::to_string(traits.inline_size) +
                                       " bytes exceeded for " + std::string(traits.word) + " " + holder.name);
}

}  // namespace

Result<> SetInline(store::Txn& txn, const Holder& holder, const store::InlinePolicy& policy) {
  if (auto refusal = CheckSize(txn, holder, policy)) return *refusal;
  store::PutInlinePolicy(txn, holder.id, policy);
  Govern(txn, holder.id);
  TouchPermissions(txn, holder.id);
  return {};
}

Task<Result<http::Response>> PutInline(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string holder_name = form.required(Traits(kind).name);
  const std::string policy_name = form.required(kPolicyName);
  const std::string document = form.required(kPolicyDocument);
  const store::InlinePolicy policy{policy_name, document};
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckDocument(document, policy::Kind::kIdentity)) co_return *refusal;
  auto put = [&](store::Txn& txn) -> Result<> {
    auto holder = RequireModifiableHolder(txn, kind, call.identity().account, holder_name);
    if (!holder) return holder.error();
    return SetInline(txn, *holder, policy);
  };
  co_return co_await CommitThenAnswer(call, put);
}

Task<Result<http::Response>> GetInline(pipeline::Call& call, HolderKind kind) {
  struct Found {
    std::string holder_name;
    std::string document;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string holder_name = form.required(Traits(kind).name);
  const std::string policy_name = form.required(kPolicyName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<Found> {
    auto holder = RequireHolder(reader, kind, call.identity().account, holder_name);
    if (!holder) return holder.error();
    auto document = store::FindInlinePolicy(reader, holder->id, policy_name);
    if (!document) return NoSuchPolicy(kind, policy_name);
    return Found{holder->name, *std::move(document)};
  };
  auto found = co_await call.read(find);
  if (!found) co_return found.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text(Traits(kind).name.name, found->holder_name).text("PolicyName", policy_name);
    xml.text("PolicyDocument", EncodedDocument(found->document));
  });
}

Task<Result<http::Response>> DeleteInline(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string holder_name = form.required(Traits(kind).name);
  const std::string policy_name = form.required(kPolicyName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto holder = RequireModifiableHolder(txn, kind, call.identity().account, holder_name);
    if (!holder) return holder.error();
    if (!store::FindInlinePolicy(txn, holder->id, policy_name)) return NoSuchPolicy(kind, policy_name);
    store::EraseInlinePolicy(txn, holder->id, policy_name);
    TouchPermissions(txn, holder->id);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListInline(pipeline::Call& call, HolderKind kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string holder_name = form.required(Traits(kind).name);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<std::vector<store::InlinePolicy>> {
    auto holder = RequireHolder(reader, kind, call.identity().account, holder_name);
    if (!holder) return holder.error();
    return store::ListInlinePolicies(reader, holder->id);
  };
  auto policies = co_await call.read(list);
  if (!policies) co_return policies.error();
  const bool truncated = Slice(*policies, page, [](const store::InlinePolicy& policy) { return policy.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("PolicyNames");
    for (const store::InlinePolicy& policy : *policies) xml.text("member", policy.name);
    xml.close();
    WritePageEnd(xml, truncated, truncated ? policies->back().name : std::string_view{});
  });
}

}  // namespace keymill::iam
