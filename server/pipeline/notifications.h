#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http/runtime.h"
#include "server/pipeline/webhooks.h"
#include "server/task.h"
#include "store/records.h"

namespace keymill::pipeline {

/// A message in a queue. Numbers count up from 1 within a queue, and are never used again.
struct Message {
  std::uint64_t number = 0;
  store::Millis time = 0;
  std::string body;
};

/// The messages that buckets send to queues, topics, functions and event buses: kept per destination ARN, in memory,
/// for tests to read, and passed on to the web hook of that ARN if there is one. Bounded: a queue forgets its oldest
/// messages. Any thread; nothing here waits for the network or the disk.
class Notifications {
 public:
  static constexpr std::size_t kQueueMessages = 10000;
  static constexpr std::size_t kQueueBytes = 16 << 20;
  static constexpr std::size_t kQueues = 1000;  ///< messages for further destinations go to their web hooks only

  struct QueueInfo {
    std::string arn;
    std::size_t messages = 0;
    std::uint64_t last = 0;     ///< number of the newest message, there or not
    std::uint64_t dropped = 0;  ///< forgotten because the queue was full
  };

  ~Notifications() { stop(); }

  void publish(const std::string& arn, store::Millis time, std::string body);
  /// The oldest messages with numbers above `after`.
  std::vector<Message> read(const std::string& arn, std::uint64_t after, std::size_t most) const;
  /// Returns when there is such a message, when `patience` is over, or when the server stops. For I/O threads.
  Task<> wait(const std::string& arn, std::uint64_t after, std::chrono::milliseconds patience);
  /// Forgets the messages up to a number; says how many that were.
  std::size_t erase(const std::string& arn, std::uint64_t through);
  std::vector<QueueInfo> queues() const;
  void clear();  ///< empties all queues; numbers count on

  Webhooks& webhooks() { return webhooks_; }

  /// Nobody waits any more from now on.
  void stop();

 private:
  struct Queue {
    std::deque<Message> messages;
    std::size_t bytes = 0;
    std::uint64_t last = 0, dropped = 0;
  };
  struct Waiter;

  const Queue* find(const std::string& arn) const;
  bool has(const std::string& arn, std::uint64_t after) const;
  void wake(const std::string& arn, std::uint64_t number);
  void watch_deadlines();

  mutable std::mutex mutex_;
  std::map<std::string, Queue, std::less<>> queues_;
  std::vector<Waiter*> waiters_;
  std::condition_variable waiting_;
  bool stopped_ = false;
  std::thread timer_;  // runs from the first wait() on
  Webhooks webhooks_;
};

}  // namespace keymill::pipeline
