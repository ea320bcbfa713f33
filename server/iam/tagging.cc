#include "server/iam/tagging.h"

#include <algorithm>

#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"

namespace keymill::iam {
namespace {

void Put(store::Txn& txn, const store::User& user) {
  store::PutUser(txn, user);
}
void Put(store::Txn& txn, const store::Entity& entity) {
  store::PutEntity(txn, entity);
}
void Put(store::Txn& txn, const store::Item& item) {
  store::PutItem(txn, item);
}

}  // namespace

template <class Record>
Result<> AddTags(store::Txn& txn, const TaggedKind<Record>& kind, const std::string& account, const std::string& name,
                 const store::StringPairs& tags) {
  auto record = kind.require(txn, account, name);
  if (!record) return record.error();
  MergeTags(record->tags, tags);
  if (record->tags.size() > kMaxTags) return QuotaExceeded(kind.quota, kMaxTags);
  Put(txn, *record);
  return {};
}

template <class Record>
Task<Result<http::Response>> TagRecord(pipeline::Call& call, const TaggedKind<Record>& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const store::StringPairs tags = form.pairs(kTags, kTagKey, kTagValue, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckTags(tags)) co_return *refusal;
  auto add = [&](store::Txn& txn) { return AddTags(txn, kind, call.identity().account, name, tags); };
  co_return co_await CommitThenAnswer(call, add);
}

template <class Record>
Task<Result<http::Response>> UntagRecord(pipeline::Call& call, const TaggedKind<Record>& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const std::vector<std::string> keys = form.strings(kTagKeys, kTagKeyRule, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto record = kind.require(txn, call.identity().account, name);
    if (!record) return record.error();
    RemoveTags(record->tags, keys);
    Put(txn, *record);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

template <class Record>
Task<Result<http::Response>> ListTagsOfRecord(pipeline::Call& call, const TaggedKind<Record>& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return kind.require(reader, call.identity().account, name); };
  auto record = co_await call.read(find);
  if (!record) co_return record.error();
  std::sort(record->tags.begin(), record->tags.end());  // by key, as AWS's reference says of these listings alone
  const bool truncated = Slice(record->tags, page, [](const auto& tag) { return tag.first; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteTags(xml, record->tags);
    WritePageEnd(xml, truncated, truncated ? record->tags.back().first : std::string_view{});
  });
}

template Result<> AddTags(store::Txn&, const TaggedKind<store::User>&, const std::string&, const std::string&,
                          const store::StringPairs&);
template Task<Result<http::Response>> TagRecord(pipeline::Call&, const TaggedKind<store::User>&);
template Task<Result<http::Response>> TagRecord(pipeline::Call&, const TaggedKind<store::Entity>&);
template Task<Result<http::Response>> TagRecord(pipeline::Call&, const TaggedKind<store::Item>&);
template Task<Result<http::Response>> UntagRecord(pipeline::Call&, const TaggedKind<store::User>&);
template Task<Result<http::Response>> UntagRecord(pipeline::Call&, const TaggedKind<store::Entity>&);
template Task<Result<http::Response>> UntagRecord(pipeline::Call&, const TaggedKind<store::Item>&);
template Task<Result<http::Response>> ListTagsOfRecord(pipeline::Call&, const TaggedKind<store::User>&);
template Task<Result<http::Response>> ListTagsOfRecord(pipeline::Call&, const TaggedKind<store::Entity>&);
template Task<Result<http::Response>> ListTagsOfRecord(pipeline::Call&, const TaggedKind<store::Item>&);

}  // namespace keymill::iam
