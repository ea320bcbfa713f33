#include "server/app.h"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "server/control/notifications.h"
#include "server/control/operations.h"
#include "server/control/seed.h"
#include "server/control/state.h"
#include "server/federation/issuer_keys.h"
#include "server/http/server.h"
#include "server/http/tls.h"
#include "server/http/url.h"
#include "server/iam/operations.h"
#include "server/iam/permissions.h"
#include "server/iam/resource.h"
#include "server/log.h"
#include "server/pipeline/buckets.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/dispatch.h"
#include "server/pipeline/explanations.h"
#include "server/pipeline/identities.h"
#include "server/pipeline/router.h"
#include "server/root_user.h"
#include "server/s3/authorization.h"
#include "server/s3/bucket_state.h"
#include "server/s3/events.h"
#include "server/s3/lifecycle_run.h"
#include "server/s3/log_delivery.h"
#include "server/s3/operations.h"
#include "server/s3/website_endpoint.h"
#include "server/sts/operations.h"
#include "store/committer.h"
#include "store/principals.h"
#include "store/vault.h"

namespace keymill {
namespace {

constexpr std::chrono::seconds kGrace{10};          // for running requests when the server stops
constexpr std::chrono::seconds kSaveInterval{5};    // how old an unsaved "last used" may be after a crash
constexpr std::chrono::seconds kLifecycleTick{10};  // how soon a clock that was moved is noticed
constexpr std::chrono::seconds kLogInterval{5};     // how long a line of an access log waits for others
constexpr store::Millis kLifecycleInterval = 3600000;

store::DbOptions OpenOptions(const Config& config) {
  store::DbOptions options;
  options.path = config.data;
  options.in_memory = config.in_memory;
  options.sync = config.sync;
  options.master_key = config.master_key;
  if (!config.in_memory) {
    std::filesystem::create_directories(config.data);
    if (options.master_key.empty()) options.master_key = store::LoadOrCreateMasterKey(config.data / "master.key");
  }  // in memory the database makes a random one: session tokens are sealed with it
  return options;
}

std::unique_ptr<http::TlsContext> MakeTls(const Config& config, const std::filesystem::path& authority) {
  if (!config.tls) return nullptr;
  if (authority.empty()) return http::TlsContext::FromFiles(config.tls_certificate, config.tls_key);
  return http::TlsContext::FromLocalAuthority(authority.parent_path(), config.domains);
}

http::ServerOptions SocketOptions(const Config& config, const http::TlsContext* tls) {
  http::ServerOptions options;
  options.listen = config.listen;
  options.threads = config.threads;
  if (tls != nullptr) options.tls_listen = config.tls_listen;
  options.tls = tls;
  return options;
}

void ApplySeeds(const Config& config, store::Db& db, store::Committer& committer, const pipeline::Clock& clock) {
  for (const auto& file : config.seeds) {
    const auto counts = control::ApplySeedFile(file, {config, db, committer, clock.now()});
    log::Info("seed applied", {{"file", file.string()},
                               {"created", std::to_string(counts.created)},
                               {"changed", std::to_string(counts.changed)},
                               {"unchanged", std::to_string(counts.unchanged)}});
  }
}

// Whoever reaches an open control API is root: nobody on another machine may.
void CheckOpenControl(const Config& config, const std::vector<std::string>& endpoints) {
  if (!config.control_open) return;
  for (const auto& endpoint : endpoints) {
    const auto host = endpoint.substr(endpoint.find("//") + 2);
    if (http::IsLoopback(std::string_view(host).substr(0, host.rfind(':')))) continue;
    throw std::runtime_error("--control open: " + endpoint + " can be reached from other machines");
  }
}

}  // namespace

// Members stand in the order in which they start; they are destroyed in the opposite one.
struct App::Impl {
  explicit Impl(Config c)
      : config(std::move(c)),
        db(OpenOptions(config)),
        identities(db, config.default_rights ? iam::kPolicyLoaders : iam::kGrantedPolicyLoaders),
        buckets(&s3::LoadBucketState),
        committer(db,
                  [this](const std::vector<std::string>& touched) {
                    identities.refresh(touched);
                    buckets.refresh(touched);
                  }),
        root(config, committer),
        router({s3::Operations(), iam::Operations(), sts::Operations(), control::Operations()}, config.domains),
        state(
            config, db, committer,
            [this] {
              identities.reload();
              buckets.clear();
              buckets.notifications().clear();
              control::FollowWebhooks(buckets.notifications().webhooks(), db);
            },
            [this] { root.ensure(); }),
        dispatcher({config, db, committer, identities, buckets, clock, explanations, state, issuer_keys}, router,
                   &iam::ResourceArns, &s3::AuthorizeOperation, &s3::AnswerWebsite),
        tls(MakeTls(config, authority_file())) {
    if (config.webhooks_anywhere) buckets.notifications().webhooks().set_reach(http::Reach::kAnywhere);
    control::FollowWebhooks(buckets.notifications().webhooks(), db);
    ApplySeeds(config, db, committer, clock);
    root.ensure();  // after the seeds, which may bring a key for it
    server = std::make_unique<http::Server>(SocketOptions(config, tls.get()), dispatcher);
    CheckOpenControl(config, server->endpoints());
  }

  // Beside the credentials, which have a directory of their own even in memory.
  std::filesystem::path authority_file() const {
    if (!config.tls || !config.tls_certificate.empty()) return {};
    return root.credentials_file().parent_path() / "tls" / "ca.pem";
  }

  void save_uses() {
    auto uses = identities.take_unsaved_uses();
    if (uses.empty()) return;
    committer.run([&](store::Txn& txn) {
      for (const auto& [id, use] : uses) store::PutKeyUse(txn, id, use);
    });
  }

  void keep_saving() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, kSaveInterval, [&] { return stopping; })) {
      lock.unlock();
      try {
        save_uses();
      } catch (const std::exception& fault) {
        log::Warn("cannot save the last use of access keys", {{"reason", fault.what()}});
      }
      lock.lock();
    }
  }

  /// Hourly by the server's clock, which may be moved either way.
  void keep_expiring() {
    store::Millis last = clock.now();
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, kLifecycleTick, [&] { return stopping; })) {
      const store::Millis now = clock.now();
      if (now < last) last = now;
      if (now - last < kLifecycleInterval) continue;
      last = now;
      lock.unlock();
      try {
        s3::RunLifecycle(
            db, committer,
            {now, now, [this] { return is_stopping(); }, s3::LifecyclePublisher(buckets.notifications(), db, now)});
      } catch (const std::exception& fault) {
        log::Warn("cannot run the buckets' lifecycle rules", {{"reason", fault.what()}});
      }
      lock.lock();
    }
  }

  void keep_logging() {
    for (bool more = true; more;) {
      more = buckets.access_log().wait(kLogInterval);
      try {  // at the end too: sessions are over by then
        s3::DeliverAccessLogs(buckets.access_log(), db, committer, buckets.notifications(), config.region, clock.now());
      } catch (const std::exception& fault) {
        log::Warn("cannot deliver access logs", {{"reason", fault.what()}});
      }
    }
  }

  bool is_stopping() {
    std::lock_guard lock(mutex);
    return stopping;
  }

  Config config;
  pipeline::Clock clock;
  store::Db db;
  pipeline::Identities identities;
  pipeline::Buckets buckets;
  pipeline::Explanations explanations;
  federation::IssuerKeys issuer_keys;
  store::Committer committer;
  RootUser root;
  pipeline::Router router;
  control::State state;
  pipeline::Dispatcher dispatcher;
  std::unique_ptr<http::TlsContext> tls;
  std::unique_ptr<http::Server> server;

  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread saver, expirer, logger;
};

App::App(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}

App::~App() {
  stop();
}

void App::start() {
  impl_->server->start();
  impl_->saver = std::thread([this] { impl_->keep_saving(); });
  impl_->expirer = std::thread([this] { impl_->keep_expiring(); });
  impl_->logger = std::thread([this] { impl_->keep_logging(); });
}

void App::stop() {
  if (!impl_->saver.joinable()) return;
  impl_->buckets.notifications().stop();  // nobody waits for messages any more
  impl_->server->stop(kGrace);
  impl_->buckets.access_log().stop();
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->saver.join();
  impl_->expirer.join();
  impl_->logger.join();
  impl_->save_uses();
}

std::vector<std::string> App::endpoints() const {
  return impl_->server->endpoints();
}

std::filesystem::path App::authority_file() const {
  return impl_->authority_file();
}

pipeline::Clock& App::clock() {
  return impl_->clock;
}

const store::Vault& App::vault() const {
  return impl_->db.vault();
}

const std::filesystem::path& App::credentials_file() const {
  return impl_->root.credentials_file();
}

}  // namespace keymill
