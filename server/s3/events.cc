#include "server/s3/events.h"

#include <algorithm>
#include <iterator>

#include "server/aws/host_id.h"
#include "server/aws/ids.h"
#include "server/pipeline/buckets.h"
#include "server/s3/event_message.h"
#include "store/buckets.h"

namespace keymill::s3 {
namespace {

using Kind = store::Change::Kind;

constexpr EventKind kKinds[] = {
    {Kind::kPut, "PutObject", "ObjectCreated:Put", "Object Created", "PutObject"},
    {Kind::kPut, "PostObject", "ObjectCreated:Post", "Object Created", "POST Object"},
    {Kind::kPut, "CopyObject", "ObjectCreated:Copy", "Object Created", "CopyObject"},
    {Kind::kPut, "CompleteMultipartUpload", "ObjectCreated:CompleteMultipartUpload", "Object Created",
     "CompleteMultipartUpload"},
    {Kind::kErased, "DeleteObject", "ObjectRemoved:Delete", "Object Deleted", "DeleteObject"},
    {Kind::kErased, "DeleteObjects", "ObjectRemoved:Delete", "Object Deleted", "DeleteObject"},
    {Kind::kDeleteMarker, "DeleteObject", "ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject"},
    {Kind::kDeleteMarker, "DeleteObjects", "ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject"},
    {Kind::kUpdated, "PutObjectTagging", "ObjectTagging:Put", "Object Tags Added", ""},
    {Kind::kUpdated, "DeleteObjectTagging", "ObjectTagging:Delete", "Object Tags Deleted", ""},
    {Kind::kUpdated, "PutObjectAcl", "ObjectAcl:Put", "Object ACL Updated", ""},
    {Kind::kUpdated, "RestoreObject", "ObjectRestore:Post", "Object Restore Initiated", ""},
    {Kind::kErased, "", "LifecycleExpiration:Delete", "Object Deleted", "Lifecycle Expiration"},
    {Kind::kDeleteMarker, "", "LifecycleExpiration:DeleteMarkerCreated", "Object Deleted", "Lifecycle Expiration"},
    {Kind::kUpdated, "", "LifecycleTransition", "Object Storage Class Changed", ""},
};

constexpr std::string_view kScheme = "s3:";

std::string PrincipalId(const pipeline::Identity& identity) {
  if (identity.anonymous()) return "Anonymous";
  if (identity.kind == pipeline::Identity::Kind::kRoot) return CustomerId(identity.account);
  return "AWS:" + identity.user_id;
}

}  // namespace

const EventKind* FindEventKind(Kind change, std::string_view operation) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const EventKind& kind) {
    return kind.change == change && kind.operation == operation;
  });
  return found == std::end(kKinds) ? nullptr : found;
}

bool CoversEvent(std::string_view pattern, std::string_view event) {
  if (!pattern.ends_with('*')) return pattern == event;
  return event.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool Wants(const NotificationRule& rule, std::string_view event, std::string_view key) {
  if (!key.starts_with(rule.prefix) || !key.ends_with(rule.suffix)) return false;
  if (rule.event_bridge) return true;
  return std::any_of(rule.events.begin(), rule.events.end(), [&](std::string_view wanted) {
    if (wanted.starts_with(kScheme)) wanted.remove_prefix(kScheme.size());
    return CoversEvent(wanted, event);
  });
}

std::string CustomerId(std::string_view account) {
  std::string id = "A" + aws::CanonicalUserId(account).substr(0, 13);
  for (char& c : id) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  return id;
}

void PublishChanges(pipeline::Notifications& notifications, const store::Bucket& bucket,
                    std::span<const NotificationRule> rules, std::span<const store::Change> changes,
                    const EventOrigin& origin) {
  for (const store::Change& change : changes) {
    const EventKind* kind = FindEventKind(change.kind, origin.operation);
    if (kind == nullptr) continue;
    for (const NotificationRule& rule : rules) {
      if (!Wants(rule, kind->name, change.key)) continue;
      notifications.publish(rule.destination, origin.time,
                            rule.event_bridge ? BusMessage(bucket, change, *kind, origin)
                                              : RecordsMessage(bucket, rule, change, *kind, origin));
    }
  }
}

EventOrigin ServiceOrigin(std::string_view operation, std::string_view service, store::Millis time) {
  EventOrigin origin;
  origin.operation = operation;
  origin.time = time;
  origin.principal_id = origin.requester = origin.source_ip = service;
  origin.request_id = aws::NewRequestId();
  origin.host_id = aws::HostIdOf(origin.request_id);
  return origin;
}

void PublishServiceChanges(pipeline::Notifications& notifications, const store::Db& db, std::string_view bucket,
                           std::span<const store::Change> changes, const EventOrigin& origin) {
  if (changes.empty()) return;
  const store::Reader reader(db, store::Reader::Mode::kBlocking);
  const auto record = store::FindBucket(reader, bucket);
  if (record) PublishChanges(notifications, *record, ReadNotificationRules(reader, *record), changes, origin);
}

std::function<void(const std::string& bucket, const std::vector<store::Change>& changes)> LifecyclePublisher(
    pipeline::Notifications& notifications, const store::Db& db, store::Millis now) {
  return [&notifications, &db, now](const std::string& bucket, const std::vector<store::Change>& changes) {
    PublishServiceChanges(notifications, db, bucket, changes, ServiceOrigin({}, "s3.amazonaws.com", now));
  };
}

bool HasNotifications(const pipeline::Call& call) {
  return call.bucket() != nullptr && IsMarked(call.bucket()->record, kNotificationMark);
}

Task<> PublishCallChanges(pipeline::Call& call, std::span<const store::Change> changes) {
  const store::Bucket& bucket = call.bucket()->record;
  auto read = [&](const store::Reader& reader) { return ReadNotificationRules(reader, bucket); };
  const auto rules = co_await call.read(read);
  const pipeline::Identity& identity = call.identity();
  EventOrigin origin;
  origin.operation = call.route().operation->name;
  origin.time = call.now();
  origin.principal_id = PrincipalId(identity);
  origin.requester = identity.account;
  origin.source_ip = call.request().peer;
  origin.request_id = call.request_id();
  origin.host_id = aws::HostIdOf(call.request_id());
  PublishChanges(call.services().buckets.notifications(), bucket, rules, changes, origin);
}

}  // namespace keymill::s3
