#include "server/control/accounts.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/control/json_fields.h"
#include "server/control/operator.h"
#include "server/iam/access_keys.h"
#include "store/accounts.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr std::size_t kEraseAtOnce = 1000;  // object versions in one commit

/// A key as its owner wants it; empty = made up.
struct WantedKey {
  std::string id, secret;
};

WantedKey ReadKey(JsonFields& fields) {
  WantedKey key{fields.text("access_key_id"), fields.text("secret_access_key")};
  if (key.id.empty() != key.secret.empty()) {
    fields.complain(key.id.empty() ? "access_key_id" : "secret_access_key", "must be given with the other");
  }
  if (!key.id.empty() && !iam::IsAccessKeyId(key.id)) {
    fields.complain("access_key_id", "must be 16 to 128 letters, digits or '_'");
  }
  return key;
}

Result<store::AccessKey> AddRootKey(store::Txn& txn, const std::string& account, const WantedKey& wanted,
                                    store::Millis now) {
  if (!wanted.id.empty() && store::FindAccessKey(txn, wanted.id)) {
    return aws::Error(AccessKeyAlreadyExists).with("access_key_id", wanted.id);
  }
  return iam::AddAccessKey(txn, {account, account, std::nullopt}, now, wanted.id, wanted.secret);
}

json::object KeyMade(const store::AccessKey& key) {
  return {{"access_key_id", key.id}, {"secret_access_key", key.secret}};
}

json::object Describe(const store::Account& account) {
  return {{"account_id", account.id},
          {"name", account.name},
          {"arn", aws::RootArn(account.id)},
          {"canonical_user_id", aws::CanonicalUserId(account.id)},
          {"created", aws::IsoSeconds(account.created)}};
}

json::object Describe(const store::Reader& reader, const store::Account& account) {
  json::array keys;
  for (const store::AccessKey& key : store::ListAccessKeys(reader, account.id)) {
    keys.push_back(json::object{
        {"access_key_id", key.id}, {"status", iam::StatusName(key.status)}, {"created", aws::IsoSeconds(key.created)}});
  }
  auto described = Describe(account);
  described["root_access_keys"] = std::move(keys);
  return described;
}

std::string PathAccount(const pipeline::Call& call) {
  return std::string(call.params().find("account_id").value_or(""));
}

aws::Error Unknown(const std::string& id) {
  return aws::Error(NoSuchAccount).with("account_id", id);
}

}  // namespace

Task<Result<http::Response>> CreateAccount(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  store::Account account;
  account.id = fields.text("account_id");
  account.name = fields.text("name");
  account.created = call.now();
  const bool chosen = !account.id.empty();
  if (chosen && !aws::IsAccountId(account.id)) fields.complain("account_id", "must be 12 digits");
  const WantedKey wanted = ReadKey(fields);
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  auto create = [&](store::Txn& txn) -> Result<store::AccessKey> {
    if (chosen && store::FindAccount(txn, account.id)) {
      return aws::Error(AccountAlreadyExists).with("account_id", account.id);
    }
    while (account.id.empty() || (!chosen && store::FindAccount(txn, account.id))) account.id = aws::NewAccountId();
    store::PutAccount(txn, account);
    return AddRootKey(txn, account.id, wanted, call.now());
  };
  const auto key = co_await call.commit(create);
  if (!key) co_return key.error();
  co_return JsonAnswer(json::object{{"account", Describe(account)}, {"access_key", KeyMade(*key)}}, 201);
}

Task<Result<http::Response>> ListAccounts(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  auto list = [](const store::Reader& reader) {
    json::array accounts;
    for (const store::Account& account : store::ListAccounts(reader)) accounts.push_back(Describe(reader, account));
    return accounts;
  };
  auto accounts = co_await call.read(list);
  co_return JsonAnswer(json::object{{"accounts", std::move(accounts)}});
}

Task<Result<http::Response>> GetAccount(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const std::string id = PathAccount(call);
  auto find = [&](const store::Reader& reader) -> Result<json::object> {
    const auto account = store::FindAccount(reader, id);
    if (!account) return Unknown(id);
    return Describe(reader, *account);
  };
  auto account = co_await call.read(find);
  if (!account) co_return account.error();
  co_return JsonAnswer(json::object{{"account", *std::move(account)}});
}

Task<Result<http::Response>> DeleteAccount(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const std::string id = PathAccount(call);
  if (id == call.services().config.account_id) co_return aws::Error(ServersOwnAccount);
  const bool force = call.params().find("force") == "true";
  bool left = true;
  auto erase = [&](store::Txn& txn) -> Result<> {
    if (!store::FindAccount(txn, id)) return Unknown(id);
    if (!force && !store::AccountIsEmpty(txn, id)) return aws::Error(AccountNotEmpty).with("account_id", id);
    left = store::EraseSomeBuckets(txn, id, kEraseAtOnce);
    if (!left) store::EraseAccount(txn, id);
    return {};
  };
  while (left) {
    if (const auto erased = co_await call.commit(erase); !erased) co_return erased.error();
  }
  co_return http::Response(204);
}

Task<Result<http::Response>> CreateRootKey(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  const WantedKey wanted = ReadKey(fields);
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  const std::string id = PathAccount(call);
  auto create = [&](store::Txn& txn) -> Result<store::AccessKey> {
    if (!store::FindAccount(txn, id)) return Unknown(id);
    return AddRootKey(txn, id, wanted, call.now());
  };
  const auto key = co_await call.commit(create);
  if (!key) co_return key.error();
  co_return JsonAnswer(json::object{{"access_key", KeyMade(*key)}}, 201);
}

}  // namespace keymill::control
