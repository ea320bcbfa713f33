#include "server/iam/user_tags.h"

#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/owner.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"

namespace keymill::iam {

Result<> AddUserTags(store::Txn& txn, std::string_view account, std::string_view name, const store::StringPairs& tags) {
  auto user = RequireUser(txn, account, name);
  if (!user) return user.error();
  MergeTags(user->tags, tags);
  if (user->tags.size() > kMaxTags) {
    return QuotaExceeded("TagsPerUser", kMaxTags);
  }
  store::PutUser(txn, *user);
  return {};
}

Task<Result<http::Response>> TagUser(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kUserName);
  const store::StringPairs tags = form.pairs(kTags, kTagKey, kTagValue, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckTags(tags)) co_return *refusal;
  auto add = [&](store::Txn& txn) { return AddUserTags(txn, call.identity().account, name, tags); };
  auto added = co_await call.commit(add);
  if (!added) co_return added.error();
  co_return Answer(call);
}

Task<Result<http::Response>> UntagUser(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kUserName);
  const std::vector<std::string> keys = form.strings(kTagKeys, kTagKeyRule, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto user = RequireUser(txn, call.identity().account, name);
    if (!user) return user.error();
    RemoveTags(user->tags, keys);
    store::PutUser(txn, *user);
    return {};
  };
  auto removed = co_await call.commit(remove);
  if (!removed) co_return removed.error();
  co_return Answer(call);
}

Task<Result<http::Response>> ListUserTags(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kUserName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return RequireUser(reader, call.identity().account, name); };
  auto user = co_await call.read(find);
  if (!user) co_return user.error();
  const bool truncated = Slice(user->tags, page, [](const auto& tag) -> const std::string& { return tag.first; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteTags(xml, user->tags);
    WritePageEnd(xml, truncated, truncated ? user->tags.back().first : std::string_view{});
  });
}

}  // namespace keymill::iam
