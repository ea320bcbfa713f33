#pragma once

#include <cstdint>
#include <string_view>

#include "server/pipeline/access_log.h"
#include "server/pipeline/notifications.h"
#include "server/s3/logging_configuration.h"
#include "store/committer.h"
#include "store/db.h"

namespace keymill::s3 {

struct LogDelivery {
  std::uint64_t objects = 0;  ///< written
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;  ///< batches whose target, or source, is gone or belongs to somebody else now
};

/// Writes the lines of access logs that have gathered into their target buckets, an object per bucket and target.
/// Blocking. A delivery tells the target's notifications of itself, but is not logged. Throws StoreError.
LogDelivery DeliverAccessLogs(pipeline::AccessLog& log, store::Db& db, store::Committer& committer,
                              pipeline::Notifications& notifications, std::string_view region, store::Millis now);

/// The key of a delivered object (AWS: "Log object key format"). `unique`: 16 of [0-9A-F].
std::string LogObjectKey(const pipeline::LogBatch& batch, const LogTarget& target, store::Millis now,
                         std::string_view unique);

}  // namespace keymill::s3
