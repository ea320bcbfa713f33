#include "server/control/state.h"

#include "server/aws/time.h"
#include "server/control/json_fields.h"
#include "server/control/notifications.h"
#include "server/control/operator.h"
#include "store/accounts.h"
#include "store/principals.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

json::object Describe(const store::SnapshotInfo& snapshot) {
  return {{"name", snapshot.name}, {"created", aws::IsoMillis(snapshot.created)}};
}

std::string PathName(const pipeline::Call& call) {
  return std::string(call.params().find("name").value_or(""));
}

aws::Error Unknown(const std::string& name) {
  return aws::Error(NoSuchSnapshot).with("name", name);
}

}  // namespace

State::State(const Config& config, store::Db& db, store::Committer& committer, std::function<void()> reload,
             std::function<void()> ensure_root)
    : config_(config), ensure_root_(std::move(ensure_root)), snapshots_(db, committer, std::move(reload)) {}

bool State::restore(const std::string& name) {
  if (!snapshots_.restore(name)) return false;
  ensure_root_();
  return true;
}

void State::reset() {
  snapshots_.reset([&](const store::Reader& former, store::Txn& fresh) {
    if (auto account = store::FindAccount(former, config_.account_id)) store::PutAccount(fresh, *account);
    for (store::AccessKey key : store::ListAccessKeys(former, config_.account_id)) {
      key.version = 0;  // numbers begin anew with the state
      store::PutAccessKey(fresh, key);
    }
    KeepWebhooks(former, fresh);
  });
  ensure_root_();
}

Task<Result<http::Response>> Reset(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  auto reset = [&] { call.services().state.reset(); };
  co_await http::Blocking(reset);
  co_return JsonAnswer(json::object{{"reset", true}});
}

Task<Result<http::Response>> SaveSnapshot(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  const std::string name = fields.required("name");
  const bool replace = fields.flag("replace");
  if (!name.empty() && !store::Snapshots::IsName(name)) {
    fields.complain("name", "must be 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit");
  }
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  auto save = [&] { return call.services().state.snapshots().save(name, replace, call.now()); };
  const bool saved = co_await http::Blocking(save);
  if (!saved) co_return aws::Error(SnapshotAlreadyExists).with("name", name);
  co_return JsonAnswer(json::object{{"snapshot", Describe({name, call.now()})}}, 201);
}

Task<Result<http::Response>> ListSnapshots(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  auto list = [&] { return call.services().state.snapshots().list(); };
  const auto snapshots = co_await http::Blocking(list);
  json::array all;
  for (const auto& snapshot : snapshots) all.push_back(Describe(snapshot));
  co_return JsonAnswer(json::object{{"snapshots", std::move(all)}});
}

Task<Result<http::Response>> RestoreSnapshot(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const std::string name = PathName(call);
  auto restore = [&] { return store::Snapshots::IsName(name) && call.services().state.restore(name); };
  const bool restored = co_await http::Blocking(restore);
  if (!restored) co_return Unknown(name);
  co_return JsonAnswer(json::object{{"restored", name}});
}

Task<Result<http::Response>> DeleteSnapshot(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const std::string name = PathName(call);
  auto remove = [&] { return store::Snapshots::IsName(name) && call.services().state.snapshots().remove(name); };
  const bool removed = co_await http::Blocking(remove);
  if (!removed) co_return Unknown(name);
  co_return http::Response(204);
}

}  // namespace keymill::control
