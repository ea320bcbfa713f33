#include "server/pipeline/notifications.h"

#include <algorithm>

namespace keymill::pipeline {

using Clock = std::chrono::steady_clock;

/// A request that waits. Lives in its coroutine's frame; in the list until it is resumed.
struct Notifications::Waiter {
  Notifications& all;
  const std::string& arn;
  std::uint64_t after;
  Clock::time_point deadline;
  http::IoThread& home = http::IoThread::current();
  std::coroutine_handle<> handle = nullptr;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> suspended) {
    const std::lock_guard lock(all.mutex_);
    if (all.stopped_ || all.has(arn, after)) return false;
    handle = suspended;
    all.waiters_.push_back(this);
    if (!all.timer_.joinable()) all.timer_ = std::thread([&notifications = all] { notifications.watch_deadlines(); });
    all.waiting_.notify_one();
    return true;
  }
  void await_resume() const noexcept {}
};

void Notifications::publish(const std::string& arn, store::Millis time, std::string body) {
  webhooks_.send(arn, body);
  const std::lock_guard lock(mutex_);
  auto found = queues_.find(arn);
  if (found == queues_.end()) {
    if (queues_.size() >= kQueues) return;
    found = queues_.emplace(arn, Queue()).first;
  }
  Queue& queue = found->second;
  queue.bytes += body.size();
  queue.messages.push_back({++queue.last, time, std::move(body)});
  while (queue.messages.size() > kQueueMessages || (queue.bytes > kQueueBytes && queue.messages.size() > 1)) {
    queue.bytes -= queue.messages.front().body.size();
    queue.messages.pop_front();
    ++queue.dropped;
  }
  wake(arn, queue.last);
}

const Notifications::Queue* Notifications::find(const std::string& arn) const {
  const auto found = queues_.find(arn);
  return found == queues_.end() ? nullptr : &found->second;
}

bool Notifications::has(const std::string& arn, std::uint64_t after) const {
  const Queue* queue = find(arn);
  return queue != nullptr && !queue->messages.empty() && queue->messages.back().number > after;
}

void Notifications::wake(const std::string& arn, std::uint64_t number) {
  std::erase_if(waiters_, [&](Waiter* waiter) {
    if (waiter->arn != arn || waiter->after >= number) return false;
    waiter->home.post(waiter->handle);
    return true;
  });
}

std::vector<Message> Notifications::read(const std::string& arn, std::uint64_t after, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<Message> messages;
  const Queue* queue = find(arn);
  if (queue == nullptr) return messages;
  const auto newer = std::upper_bound(queue->messages.begin(), queue->messages.end(), after,
                                      [](std::uint64_t number, const Message& m) { return number < m.number; });
  for (auto message = newer; message != queue->messages.end() && messages.size() < most; ++message) {
    messages.push_back(*message);
  }
  return messages;
}

Task<> Notifications::wait(const std::string& arn, std::uint64_t after, std::chrono::milliseconds patience) {
  Waiter waiter{*this, arn, after, Clock::now() + patience};
  co_await waiter;
}

std::size_t Notifications::erase(const std::string& arn, std::uint64_t through) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(arn);
  if (found == queues_.end()) return 0;
  Queue& queue = found->second;
  std::size_t erased = 0;
  for (; !queue.messages.empty() && queue.messages.front().number <= through; ++erased) {
    queue.bytes -= queue.messages.front().body.size();
    queue.messages.pop_front();
  }
  return erased;
}

std::vector<Notifications::QueueInfo> Notifications::queues() const {
  const std::lock_guard lock(mutex_);
  std::vector<QueueInfo> all;
  for (const auto& [arn, queue] : queues_) all.push_back({arn, queue.messages.size(), queue.last, queue.dropped});
  return all;
}

void Notifications::clear() {
  const std::lock_guard lock(mutex_);
  for (auto& [arn, queue] : queues_) {
    queue.messages.clear();
    queue.bytes = 0;
  }
}

void Notifications::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const auto now = Clock::now();
    auto next = now + std::chrono::hours(1);
    std::erase_if(waiters_, [&](Waiter* waiter) {
      if (waiter->deadline > now) {
        next = std::min(next, waiter->deadline);
        return false;
      }
      waiter->home.post(waiter->handle);
      return true;
    });
    waiting_.wait_until(lock, next);
  }
}

void Notifications::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (Waiter* waiter : waiters_) waiter->home.post(waiter->handle);
    waiters_.clear();
  }
  waiting_.notify_all();
  if (timer_.joinable()) timer_.join();
}

}  // namespace keymill::pipeline
