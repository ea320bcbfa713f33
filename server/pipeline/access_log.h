#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"

namespace keymill::pipeline {

/// In the records of buckets that were given a logging configuration: requests to others leave no line.
inline constexpr std::string_view kAccessLogMark = "logging";
bool HasAccessLog(const store::Bucket& bucket);

/// Lines of one bucket's access log that go into one object.
struct LogBatch {
  store::Bucket source;   ///< that was accessed
  store::Millis day = 0;  ///< begin of the UTC day of the lines
  std::string lines;
};

/// Gathers the lines of server access logs until they are delivered. In memory and bounded: when nobody takes the lines
/// away, further ones are lost, as AWS's best-effort delivery may lose them. Any thread.
class AccessLog {
 public:
  static constexpr std::size_t kDueBytes = 4 << 20;  ///< wait() returns early from here on
  static constexpr std::size_t kMostBytes = 64 << 20;

  void add(const store::Bucket& source, store::Millis time, std::string line);
  /// What has gathered; a line is taken once.
  std::vector<LogBatch> take();
  /// Returns after `patience`, or when much has gathered; false if it was stopped.
  bool wait(std::chrono::milliseconds patience);
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable due_;
  std::vector<LogBatch> batches_;
  std::size_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace keymill::pipeline
