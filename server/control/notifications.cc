#include "server/control/notifications.h"

#include <algorithm>
#include <charconv>

#include "server/aws/arn.h"
#include "server/aws/time.h"
#include "server/control/json_fields.h"
#include "server/control/operator.h"
#include "server/http/url.h"
#include "server/pipeline/buckets.h"
#include "server/s3/log_delivery.h"
#include "store/items.h"

namespace keymill::control {
namespace {

namespace json = boost::json;
using store::Item;
using store::ItemKind;

constexpr std::uint64_t kMostMessages = 1000, kUsualMessages = 10;
constexpr std::uint64_t kMostSeconds = 20;  // as SQS's long polling
constexpr std::uint64_t kAll = ~std::uint64_t{0};

Result<std::uint64_t> ReadNumber(const pipeline::Call& call, std::string_view name, std::uint64_t otherwise) {
  const auto text = call.params().find(name);
  if (!text) return otherwise;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault == std::errc{} && end == text->data() + text->size()) return number;
  return aws::Error(InvalidBody, std::string(name) + " must be a number");
}

Result<std::string> ReadRequired(const pipeline::Call& call, std::string_view name) {
  const auto text = call.params().find(name);
  if (text && !text->empty()) return std::string(*text);
  return aws::Error(InvalidBody, std::string(name) + " must be given");
}

json::object Describe(const pipeline::Message& message) {
  return {{"number", message.number}, {"time", aws::IsoMillis(message.time)}, {"body", message.body}};
}

json::object Describe(const pipeline::Webhooks::Info& hook) {
  return {{"arn", hook.arn},       {"url", hook.url},         {"delivered", hook.delivered},
          {"failed", hook.failed}, {"waiting", hook.waiting}, {"last_error", hook.last_error}};
}

/// An item of the server's own account: its name is the ARN, its secret the URL, which may have a password in it.
Item NewHook(const pipeline::Call& call, const std::string& arn) {
  Item hook;
  hook.kind = ItemKind::kWebhook;
  hook.owner = call.services().config.account_id;
  hook.name = arn;
  hook.created = hook.updated = call.now();
  return hook;
}

/// After a commit: hooks that have changed may be sending, and are waited for.
Task<> Follow(pipeline::Call& call) {
  auto follow = [&] { FollowWebhooks(call.services().buckets.notifications().webhooks(), call.services().db); };
  co_await http::Blocking(follow);
}

}  // namespace

void FollowWebhooks(pipeline::Webhooks& hooks, const store::Db& db) {
  hooks.follow([&] {
    pipeline::Webhooks::Urls urls;
    for (Item& hook : store::AllItems(store::Reader(db, store::Reader::Mode::kBlocking), ItemKind::kWebhook)) {
      urls.emplace(std::move(hook.name), std::move(hook.secret));
    }
    return urls;
  });
}

void KeepWebhooks(const store::Reader& former, store::Txn& fresh) {
  for (const Item& hook : store::AllItems(former, ItemKind::kWebhook)) store::PutItem(fresh, hook);
}

Task<Result<http::Response>> ReadNotifications(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto queue = ReadRequired(call, "queue");
  if (!queue) co_return queue.error();
  const auto after = ReadNumber(call, "after", 0);
  if (!after) co_return after.error();
  const auto most = ReadNumber(call, "max", kUsualMessages);
  if (!most) co_return most.error();
  const auto seconds = ReadNumber(call, "wait", 0);
  if (!seconds) co_return seconds.error();
  pipeline::Notifications& notifications = call.services().buckets.notifications();
  if (*seconds > 0) {
    co_await notifications.wait(*queue, *after, std::chrono::seconds(std::min(*seconds, kMostSeconds)));
  }
  json::array messages;
  for (const auto& message : notifications.read(*queue, *after, std::min(*most, kMostMessages))) {
    messages.push_back(Describe(message));
  }
  co_return JsonAnswer(json::object{{"messages", std::move(messages)}});
}

Task<Result<http::Response>> DeleteNotifications(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto queue = ReadRequired(call, "queue");
  if (!queue) co_return queue.error();
  const auto through = ReadNumber(call, "through", kAll);
  if (!through) co_return through.error();
  co_return JsonAnswer(json::object{{"deleted", call.services().buckets.notifications().erase(*queue, *through)}});
}

Task<Result<http::Response>> ListNotificationQueues(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  json::array queues;
  for (const auto& queue : call.services().buckets.notifications().queues()) {
    queues.push_back(json::object{
        {"queue", queue.arn}, {"messages", queue.messages}, {"last", queue.last}, {"dropped", queue.dropped}});
  }
  co_return JsonAnswer(json::object{{"queues", std::move(queues)}});
}

Task<Result<http::Response>> PutWebhook(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  const std::string arn = fields.required("arn"), url = fields.required("url");
  if (!arn.empty() && !aws::Arn::Parse(arn)) fields.complain("arn", "must be an ARN");
  const auto parsed = http::ParseUrl(url);
  if (!url.empty() && !parsed) fields.complain("url", "must be an http or https URL");
  pipeline::Webhooks& hooks = call.services().buckets.notifications().webhooks();
  if (parsed && hooks.reach() == http::Reach::kLoopback && !http::IsLoopback(parsed->host)) {
    fields.complain("url", "must lead to this machine, unless the server was started with --webhooks anywhere");
  }
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  auto set = [&](store::Txn& txn) -> Result<> {
    Item hook = NewHook(call, arn);
    hook.secret = url;
    const auto former = store::FindItem(txn, hook.kind, hook.owner, arn);
    if (!former && store::ListItems(txn, hook.kind, hook.owner).size() >= pipeline::Webhooks::kHooks) {
      return aws::Error(TooManyWebhooks);
    }
    store::PutItem(txn, hook);
    return {};
  };
  if (const auto done = co_await call.commit(set); !done) co_return done.error();
  co_await Follow(call);
  co_return JsonAnswer(json::object{{"webhook", json::object{{"arn", arn}, {"url", url}}}});
}

Task<Result<http::Response>> ListWebhooks(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  json::array hooks;
  for (const auto& hook : call.services().buckets.notifications().webhooks().list()) hooks.push_back(Describe(hook));
  co_return JsonAnswer(json::object{{"webhooks", std::move(hooks)}});
}

Task<Result<http::Response>> DeleteWebhook(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto arn = ReadRequired(call, "arn");
  if (!arn) co_return arn.error();
  auto remove = [&](store::Txn& txn) -> Result<> {
    const Item hook = NewHook(call, *arn);
    if (!store::FindItem(txn, hook.kind, hook.owner, *arn)) return aws::Error(NoSuchWebhook).with("arn", *arn);
    store::EraseItem(txn, hook);
    return {};
  };
  if (const auto done = co_await call.commit(remove); !done) co_return done.error();
  co_await Follow(call);
  co_return http::Response(204);
}

Task<Result<http::Response>> FlushAccessLogs(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const pipeline::Services& services = call.services();
  auto deliver = [&] {
    return s3::DeliverAccessLogs(services.buckets.access_log(), services.db, services.committer,
                                 services.buckets.notifications(), services.config.region, call.now());
  };
  const auto done = co_await http::Blocking(deliver);
  co_return JsonAnswer(json::object{{"objects", done.objects}, {"bytes", done.bytes}, {"lost", done.lost}});
}

}  // namespace keymill::control
