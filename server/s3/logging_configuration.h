#pragma once

#include <optional>
#include <string>

#include "server/aws/xml_reader.h"
#include "server/result.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::s3 {

/// Where a bucket's access log is delivered.
struct LogTarget {
  std::string bucket, prefix;
  bool partitioned = false;    ///< keys have the source bucket and the date in front
  bool by_event_time = false;  ///< that date is the requests', not the delivery's
};

/// Where the bucket's access log goes; nullopt if it has none.
std::optional<LogTarget> ReadLogTarget(const store::Reader& reader, const store::Bucket& bucket);

/// DocumentKind::compose of logging configurations: refuses targets that do not exist, or elsewhere. Keeps the rest as
/// it came, for the grants of the target that it may name.
Result<std::string> ComposeLogging(const aws::XmlElement& root, const store::Reader& reader,
                                   const store::Bucket& bucket);

}  // namespace keymill::s3
