#include "server/iam/access_keys.h"

#include <utility>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/pipeline/identities.h"

namespace keymill::iam {
namespace {

aws::Error NoSuchKey(const std::string& id) {
  return {NoSuchEntity, "The Access Key with id " + id + " cannot be found"};
}

}  // namespace

std::string_view StatusName(store::KeyStatus status) {
  switch (status) {
    case store::KeyStatus::kActive:
      return "Active";
    case store::KeyStatus::kInactive:
      return "Inactive";
    case store::KeyStatus::kExpired:
      return "Expired";
  }
  return "Inactive";
}

bool IsAccessKeyId(std::string_view text) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return text.size() >= 16 && text.size() <= 128 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<store::AccessKey> AddAccessKey(store::Txn& txn, const Owner& owner, store::Millis now, const std::string& id,
                                      const std::string& secret) {
  if (store::ListAccessKeys(txn, owner.id).size() >= kMaxAccessKeys) {
    return QuotaExceeded("AccessKeysPerUser", kMaxAccessKeys);
  }
  store::AccessKey key;
  key.account = owner.account;
  key.owner_id = owner.id;
  key.id = id;
  key.secret = secret.empty() ? aws::NewSecret() : secret;
  key.created = now;
  key.status_changed = now;
  key.version = txn.next_id();
  while (key.id.empty() || (id.empty() && store::FindAccessKey(txn, key.id))) {
    key.id = aws::NewAccessKeyId("AKIA", owner.account);
  }
  store::PutAccessKey(txn, key);
  return key;
}

Result<store::AccessKey> RequireAccessKey(const store::Reader& reader, const Owner& owner, const std::string& id) {
  auto key = store::FindAccessKey(reader, id);
  if (!key || key->owner_id != owner.id) return NoSuchKey(id);
  return *std::move(key);
}

void ChangeStatus(store::Txn& txn, store::AccessKey key, store::KeyStatus status, store::Millis now) {
  if (key.status == status) return;
  key.status = status;
  key.status_changed = now;
  store::PutAccessKey(txn, key);
}

Task<Result<http::Response>> CreateAccessKey(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto user_name = form.optional(kUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  std::string owner_name;
  auto create = [&](store::Txn& txn) -> Result<store::AccessKey> {
    auto owner = FindOwner(txn, call.identity(), user_name);
    if (!owner) return owner.error();
    owner_name = owner->name();
    return AddAccessKey(txn, *owner, call.now());
  };
  auto key = co_await call.commit(create);
  if (!key) co_return key.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("AccessKey").optional_text("UserName", owner_name).text("AccessKeyId", key->id);
    xml.text("Status", StatusName(key->status)).text("SecretAccessKey", key->secret);
    xml.text("CreateDate", aws::IsoSeconds(key->created)).close();
  });
}

Task<Result<http::Response>> ListAccessKeys(pipeline::Call& call) {
  struct Listing {
    std::string owner_name;
    std::vector<store::AccessKey> keys;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto user_name = form.optional(kUserName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<Listing> {
    auto owner = FindOwner(reader, call.identity(), user_name);
    if (!owner) return owner.error();
    return Listing{owner->name(), store::ListAccessKeys(reader, owner->id)};
  };
  auto listing = co_await call.read(list);
  if (!listing) co_return listing.error();
  const bool truncated =
      Slice(listing->keys, page, [](const store::AccessKey& key) -> const std::string& { return key.id; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("AccessKeyMetadata");
    for (const store::AccessKey& key : listing->keys) {
      xml.open("member").optional_text("UserName", listing->owner_name).text("AccessKeyId", key.id);
      xml.text("Status", StatusName(key.status)).text("CreateDate", aws::IsoSeconds(key.created)).close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? listing->keys.back().id : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateAccessKey(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto user_name = form.optional(kUserName);
  const std::string id = form.required(kAccessKeyId);
  const std::string status = form.required(kStatus);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto update = [&](store::Txn& txn) -> Result<> {
    auto owner = FindOwner(txn, call.identity(), user_name);
    if (!owner) return owner.error();
    auto key = RequireAccessKey(txn, *owner, id);
    if (!key) return key.error();
    const bool active = status == StatusName(store::KeyStatus::kActive);
    ChangeStatus(txn, *std::move(key), active ? store::KeyStatus::kActive : store::KeyStatus::kInactive, call.now());
    return {};
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteAccessKey(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto user_name = form.optional(kUserName);
  const std::string id = form.required(kAccessKeyId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto owner = FindOwner(txn, call.identity(), user_name);
    if (!owner) return owner.error();
    auto key = RequireAccessKey(txn, *owner, id);
    if (!key) return key.error();
    store::EraseAccessKey(txn, *key);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> GetAccessKeyLastUsed(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string id = form.required(kAccessKeyId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<std::string> {
    auto key = store::FindAccessKey(reader, id);
    if (!key || key->account != call.identity().account) return NoSuchKey(id);
    auto user = store::FindUserById(reader, key->owner_id);
    return user ? user->name : std::string();
  };
  auto owner_name = co_await call.read(find);
  if (!owner_name) co_return owner_name.error();
  const store::KeyUse use = call.services().identities.last_use(id);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    const bool used = use.time != 0;
    xml.optional_text("UserName", *owner_name).open("AccessKeyLastUsed");
    if (used) xml.text("LastUsedDate", aws::IsoSeconds(use.time));
    xml.text("ServiceName", used ? use.service : "N/A").text("Region", used ? use.region : "N/A").close();
  });
}

}  // namespace keymill::iam
