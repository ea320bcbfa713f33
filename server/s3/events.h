#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/pipeline/call.h"
#include "server/pipeline/notifications.h"
#include "server/s3/notification_configuration.h"
#include "store/changes.h"

namespace keymill::s3 {

/// Who changed something, as messages tell of it.
struct EventOrigin {
  std::string_view operation;  ///< S3's name of it; empty: the bucket's lifecycle rules
  store::Millis time = 0;
  std::string principal_id;  ///< AWS:AIDA…
  std::string requester;     ///< account, or the service that did it
  std::string source_ip;
  std::string request_id, host_id;
};

/// What S3 calls a change, in both kinds of messages.
struct EventKind {
  store::Change::Kind change;
  std::string_view operation;            ///< empty: lifecycle rules
  std::string_view name;                 ///< in configurations, after "s3:"; and in messages
  std::string_view detail_type, reason;  ///< for event buses; a reason only where S3 gives one
};
/// nullptr for changes that nobody is told of, such as a new retention date.
const EventKind* FindEventKind(store::Change::Kind change, std::string_view operation);

/// Whether the event type of a configuration, such as "s3:ObjectCreated:*", takes in another one.
bool CoversEvent(std::string_view pattern, std::string_view event);

/// Whether a rule wants to hear of the event (a name without "s3:") on this key.
bool Wants(const NotificationRule& rule, std::string_view event, std::string_view key);

/// S3's name for an account in messages: not the account id, but the customer's.
std::string CustomerId(std::string_view account);

/// Tells the destinations of the bucket's rules of changes that have been committed.
void PublishChanges(pipeline::Notifications& notifications, const store::Bucket& bucket,
                    std::span<const NotificationRule> rules, std::span<const store::Change> changes,
                    const EventOrigin& origin);

/// Whether the bucket that a request names has ever been given a notification configuration.
bool HasNotifications(const pipeline::Call& call);
/// As PublishChanges(), for what a request has changed. Reads the bucket's rules.
Task<> PublishCallChanges(pipeline::Call& call, std::span<const store::Change> changes);

/// What S3 does of its own accord. `operation`: empty for lifecycle rules.
EventOrigin ServiceOrigin(std::string_view operation, std::string_view service, store::Millis time);

/// Tells of committed changes that no request made. Reads the bucket's rules; blocking.
void PublishServiceChanges(pipeline::Notifications& notifications, const store::Db& db, std::string_view bucket,
                           std::span<const store::Change> changes, const EventOrigin& origin);

/// What LifecycleRun::changed is to be, for a run at `now`. Borrows the first two.
std::function<void(const std::string& bucket, const std::vector<store::Change>& changes)> LifecyclePublisher(
    pipeline::Notifications& notifications, const store::Db& db, store::Millis now);

}  // namespace keymill::s3
