#pragma once

#include <string>

#include "server/s3/events.h"

// The JSON of event messages (AWS: "Event message structure", "EventBridge event message structure").

namespace keymill::s3 {

/// {"Records": […]} with one record, as queues, topics and functions get it.
std::string RecordsMessage(const store::Bucket& bucket, const NotificationRule& rule, const store::Change& change,
                           const EventKind& kind, const EventOrigin& origin);

/// An event of source aws.s3, as event buses get it.
std::string BusMessage(const store::Bucket& bucket, const store::Change& change, const EventKind& kind,
                       const EventOrigin& origin);

/// s3:TestEvent, which a destination gets when it is configured.
std::string TestMessage(const pipeline::Call& call);

}  // namespace keymill::s3
