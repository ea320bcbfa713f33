#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/pipeline/access_log.h"
#include "server/pipeline/bucket_state.h"
#include "server/pipeline/notifications.h"

namespace keymill::pipeline {

/// The states of the buckets in use, in memory: a request to a known bucket reads neither its record nor its policy
/// from the database. What a commit changes is forgotten before anyone is told of the commit, so that nobody sees a
/// policy obeyed that has been replaced. Any thread.
class Buckets {
 public:
  explicit Buckets(BucketLoader loader) : loader_(loader) {}

  /// Where buckets tell of what happens in them.
  Notifications& notifications() { return notifications_; }
  AccessLog& access_log() { return access_log_; }

  /// nullptr if it is not at hand; the bucket may exist all the same.
  std::shared_ptr<const BucketState> find(std::string_view name) const;
  /// How often something was forgotten so far.
  std::uint64_t changes() const;
  /// Reads it and keeps it; nullptr if there is no such bucket. `reader` must see committed data only, and `before` be
  /// changes() of a moment before the reader was made: what has changed since is not kept.
  std::shared_ptr<const BucketState> load(const store::Reader& reader, std::string_view name, std::uint64_t before);
  /// Committer thread, after a durable commit.
  void refresh(const std::vector<std::string>& touched);
  /// Committer thread, when the database shows another state: forgets everything.
  void clear();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  static constexpr std::size_t kMost = 4096;  ///< buckets kept; the next one starts over

  BucketLoader loader_;
  Notifications notifications_;
  AccessLog access_log_;
  mutable std::shared_mutex mutex_;
  std::uint64_t changes_ = 0;  ///< what was read before the last one is not kept
  std::unordered_map<std::string, std::shared_ptr<const BucketState>, Hash, std::equal_to<>> by_name_;
  std::unordered_map<std::string, std::string> names_;  ///< by BucketTouch()
};

}  // namespace keymill::pipeline
