#include "server/pipeline/access_log.h"

#include <algorithm>
#include <utility>

namespace keymill::pipeline {
namespace {

constexpr store::Millis kDay = 86400000;

}  // namespace

bool HasAccessLog(const store::Bucket& bucket) {
  return std::any_of(bucket.attributes.begin(), bucket.attributes.end(),
                     [](const auto& attribute) { return attribute.first == kAccessLogMark; });
}

void AccessLog::add(const store::Bucket& source, store::Millis time, std::string line) {
  const store::Millis day = time - time % kDay;
  const std::lock_guard lock(mutex_);
  if (bytes_ + line.size() > kMostBytes) return;
  bytes_ += line.size();
  const auto batch = std::find_if(batches_.begin(), batches_.end(), [&](const LogBatch& known) {
    return known.source.id == source.id && known.day == day;
  });
  if (batch != batches_.end())
    batch->lines += line;
  else
    batches_.push_back({source, day, std::move(line)});
  if (bytes_ >= kDueBytes) due_.notify_one();
}

std::vector<LogBatch> AccessLog::take() {
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  return std::exchange(batches_, {});
}

bool AccessLog::wait(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  due_.wait_for(lock, patience, [this] { return stopped_ || bytes_ >= kDueBytes; });
  return !stopped_;
}

void AccessLog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  due_.notify_all();
}

}  // namespace keymill::pipeline
