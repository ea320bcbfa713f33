#include "server/pipeline/webhooks.h"

#include <condition_variable>
#include <deque>
#include <thread>

#include "server/log.h"

namespace keymill::pipeline {

class Webhooks::Hook {
 public:
  Hook(std::string arn, std::string url, const std::atomic<http::Reach>& reach)
      : url_(url), reach_(reach), thread_([this] { run(); }) {
    const std::lock_guard lock(mutex_);
    info_.arn = std::move(arn);
    info_.url = std::move(url);
  }
  ~Hook() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void send(const std::string& body) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= kWaiting) {
        waiting_.pop_front();
        ++info_.failed;
      }
      waiting_.push_back(body);
    }
    changed_.notify_one();
  }

  const std::string& url() const { return url_; }
  Info info() const {
    const std::lock_guard lock(mutex_);
    Info info = info_;
    info.waiting = waiting_.size() + (busy_ ? 1 : 0);
    return info;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      const std::string body = std::move(waiting_.front());
      waiting_.pop_front();
      busy_ = true;
      const bool delivered = deliver(lock, body);
      busy_ = false;
      if (stopping_ && !delivered) return;
      ++(delivered ? info_.delivered : info_.failed);
      if (!delivered) {  // its URL stays out of the log: it may hold a password or a token
        log::Warn("a web hook does not take a notification",
                  {{"destination", info_.arn}, {"reason", info_.last_error}});
      }
    }
  }

  /// Holds the lock but for the attempts and the pauses between them.
  bool deliver(std::unique_lock<std::mutex>& lock, const std::string& body) {
    auto pause = kFirstPause;
    for (int attempt = 1;; ++attempt, pause *= 2) {
      http::RemoteRequest request;
      request.method = "POST";
      request.url = info_.url;
      request.headers = {
          {"Content-Type", "application/json"}, {"User-Agent", "Keymill"}, {"X-Keymill-Destination", info_.arn}};
      request.body = body;
      request.timeout = kTimeout;
      request.reach = reach_;
      request.abandoned = [this] {
        const std::lock_guard guard(mutex_);
        return stopping_;
      };
      lock.unlock();
      const std::string error = try_once(request);
      lock.lock();
      if (error.empty()) return true;
      info_.last_error = error;
      if (attempt == kAttempts || stopping_) return false;
      changed_.wait_for(lock, pause, [this] { return stopping_; });
    }
  }

  /// Empty if it was taken; else why not.
  static std::string try_once(const http::RemoteRequest& request) {
    try {
      const auto answer = http::SendRemote(request);
      if (answer.status / 100 == 2) return {};
      return "answered " + std::to_string(answer.status);
    } catch (const std::exception& fault) {
      return fault.what();
    }
  }

  const std::string url_;
  const std::atomic<http::Reach>& reach_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Info info_;
  std::deque<std::string> waiting_;
  bool busy_ = false, stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Webhooks::Webhooks() = default;
Webhooks::~Webhooks() = default;

void Webhooks::follow(const std::function<Urls()>& read) {
  const std::lock_guard following(following_);
  const Urls urls = read();
  std::vector<std::shared_ptr<Hook>> former;  // their threads end after the lock
  const std::lock_guard lock(mutex_);
  for (auto each = hooks_.begin(); each != hooks_.end();) {
    const auto wanted = urls.find(each->first);
    const bool stays = wanted != urls.end() && wanted->second == each->second->url();
    if (!stays) former.push_back(std::move(each->second));
    each = stays ? std::next(each) : hooks_.erase(each);
  }
  for (const auto& [arn, url] : urls) {
    if (!hooks_.contains(arn)) hooks_.emplace(arn, std::make_shared<Hook>(arn, url, reach_));
  }
}

void Webhooks::send(const std::string& arn, const std::string& body) {
  const std::lock_guard lock(mutex_);
  if (const auto found = hooks_.find(arn); found != hooks_.end()) found->second->send(body);
}

std::vector<Webhooks::Info> Webhooks::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Info> all;
  for (const auto& [arn, hook] : hooks_) all.push_back(hook->info());
  return all;
}

}  // namespace keymill::pipeline
