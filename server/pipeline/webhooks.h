#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/http/remote_request.h"

namespace keymill::pipeline {

/// Passes messages on by POST to the http or https URL that a destination's ARN stands for. Each hook has a thread of
/// its own, so that one that is slow or away keeps no other waiting; a message is sent again until it is answered 2xx
/// or has failed kAttempts times, in the order of the messages. Any thread; send() never waits.
class Webhooks {
 public:
  static constexpr std::size_t kHooks = 100;
  static constexpr std::size_t kWaiting = 1000;  ///< messages per hook; then the oldest go
  static constexpr int kAttempts = 6;            ///< of one message; the pauses double from kFirstPause
  static constexpr std::chrono::milliseconds kFirstPause{250};
  static constexpr std::chrono::milliseconds kTimeout{5000};  ///< of one attempt

  struct Info {
    std::string arn, url;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;  ///< given up, or dropped because too many waited
    std::size_t waiting = 0;
    std::string last_error;  ///< of the latest failed attempt; empty = none yet
  };

  Webhooks();
  ~Webhooks();  ///< gives up what is waiting

  using Urls = std::map<std::string, std::string>;  ///< by ARN
  /// Takes over what is stored, which `read()` tells: hooks that are gone or have another URL give up what waits. One
  /// call at a time, reading included, so that the last one knows of every commit before it. May wait for an attempt's
  /// end.
  void follow(const std::function<Urls()>& read);
  /// Where hooks may lead; loopback addresses unless set otherwise.
  void set_reach(http::Reach reach) { reach_ = reach; }
  http::Reach reach() const { return reach_; }
  void send(const std::string& arn, const std::string& body);
  std::vector<Info> list() const;

 private:
  class Hook;

  std::atomic<http::Reach> reach_ = http::Reach::kLoopback;
  std::mutex following_;  // taken before the other
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Hook>> hooks_;
};

}  // namespace keymill::pipeline
