#pragma once

#include <atomic>
#include <chrono>

#include "store/records.h"

namespace keymill::pipeline {

/// The server's time. Requests are given it as an argument and nothing below the session reads another clock, so that
/// a test can move the whole server in time.
class Clock {
 public:
  store::Millis now() const { return real() + offset_.load(std::memory_order_relaxed); }
  /// Real time: what clients with a real clock have signed.
  static store::Millis real() {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  }
  void set_offset(store::Millis offset) { offset_.store(offset, std::memory_order_relaxed); }

 private:
  std::atomic<store::Millis> offset_{0};
};

}  // namespace keymill::pipeline
