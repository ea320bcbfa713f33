#include "server/iam/item_tags.h"

#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"

namespace keymill::iam {

Task<Result<http::Response>> TagItem(pipeline::Call& call, const TaggedKind& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const store::StringPairs tags = form.pairs(kTags, kTagKey, kTagValue, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckTags(tags)) co_return *refusal;
  auto add = [&](store::Txn& txn) -> Result<> {
    auto item = kind.require(txn, call.identity().account, name);
    if (!item) return item.error();
    MergeTags(item->tags, tags);
    if (item->tags.size() > kMaxTags) {
      return QuotaExceeded(kind.quota, kMaxTags);
    }
    store::PutItem(txn, *item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, add);
}

Task<Result<http::Response>> UntagItem(pipeline::Call& call, const TaggedKind& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const std::vector<std::string> keys = form.strings(kTagKeys, kTagKeyRule, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto item = kind.require(txn, call.identity().account, name);
    if (!item) return item.error();
    RemoveTags(item->tags, keys);
    store::PutItem(txn, *item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListItemTags(pipeline::Call& call, const TaggedKind& kind) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kind.name);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return kind.require(reader, call.identity().account, name); };
  auto item = co_await call.read(find);
  if (!item) co_return item.error();
  const bool truncated = Slice(item->tags, page, [](const auto& tag) { return tag.first; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteTags(xml, item->tags);
    WritePageEnd(xml, truncated, truncated ? item->tags.back().first : std::string_view{});
  });
}

}  // namespace keymill::iam
