#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/fields.h"
#include "server/pipeline/call.h"
#include "server/result.h"
#include "store/txn.h"

namespace keymill::s3 {

/// Which changes in a bucket are told to whom.
struct NotificationRule {
  std::string id;
  std::string destination;          ///< ARN of a queue, a topic, a function, or an event bus
  bool event_bridge = false;        ///< an event bus, which has messages of its own kind and takes all events
  std::vector<std::string> events;  ///< "s3:ObjectCreated:*"; empty with event_bridge
  std::string prefix, suffix;       ///< of keys
};

struct FilterRule {
  std::string name, value;
};
struct KeyFilter {
  std::vector<FilterRule> rules;
};
struct NotificationFilter {
  std::optional<KeyFilter> key;
};
/// Topics, queues and functions are configured alike, but for the name of the element that holds the ARN.
enum class DestinationKind : std::uint8_t { kTopic, kQueue, kFunction };
template <DestinationKind>
struct Destination {
  std::optional<std::string> id;
  std::string arn;
  std::vector<std::string> events;
  std::optional<NotificationFilter> filter;
};
constexpr std::string_view ArnElement(DestinationKind kind) {
  return kind == DestinationKind::kTopic ? "Topic" : kind == DestinationKind::kQueue ? "Queue" : "CloudFunction";
}
struct EventBridgeConfiguration {};
struct NotificationConfiguration {
  std::vector<Destination<DestinationKind::kTopic>> topics;
  std::vector<Destination<DestinationKind::kQueue>> queues;
  std::vector<Destination<DestinationKind::kFunction>> functions;
  std::optional<EventBridgeConfiguration> event_bridge;
};

/// What PutBucketNotificationConfiguration refuses: destinations that are no ARN of their service or in another region,
/// unknown events, filters that are not one prefix and one suffix, and configurations that would both tell of the same
/// event. Configurations without an Id are given one.
Result<> CheckNotifications(NotificationConfiguration& configuration, std::string_view region);

/// Compiled: in the order of the document. `bucket` says whose event bus it is.
std::vector<NotificationRule> CompileNotifications(const NotificationConfiguration& configuration,
                                                   const store::Bucket& bucket);

/// In the records of buckets that were given a configuration, so that requests to others are spared a read.
inline constexpr std::string_view kNotificationMark = "notification";
bool IsMarked(const store::Bucket& bucket, std::string_view mark);

/// Those of a bucket.
std::vector<NotificationRule> ReadNotificationRules(const store::Reader& reader, const store::Bucket& bucket);

/// DocumentKind::compose of notification configurations.
Result<std::string> ComposeNotification(const aws::XmlElement& root, const store::Reader& reader,
                                        const store::Bucket& bucket);

/// Sends s3:TestEvent to each queue and topic of the bucket's configuration, unless the request that has made it asks
/// for no validation.
Task<Result<>> TryDestinations(pipeline::Call& call);

}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::FilterRule> =
    std::tuple{Field{"Name", &s3::FilterRule::name, kRequired}, Field{"Value", &s3::FilterRule::value, kRequired}};
template <>
inline constexpr auto kFields<s3::KeyFilter> = std::tuple{Field{"FilterRule", &s3::KeyFilter::rules}};
template <>
inline constexpr auto kFields<s3::NotificationFilter> = std::tuple{Field{"S3Key", &s3::NotificationFilter::key}};

template <s3::DestinationKind kKind>
inline constexpr auto kFields<s3::Destination<kKind>> = std::tuple{
    Field{"Id", &s3::Destination<kKind>::id}, Field{s3::ArnElement(kKind), &s3::Destination<kKind>::arn, kRequired},
    Field{"Event", &s3::Destination<kKind>::events, kRequired}, Field{"Filter", &s3::Destination<kKind>::filter}};
template <>
inline constexpr auto kFields<s3::EventBridgeConfiguration> = std::tuple{};
template <>
inline constexpr auto kFields<s3::NotificationConfiguration> =
    std::tuple{Field{"TopicConfiguration", &s3::NotificationConfiguration::topics},
               Field{"QueueConfiguration", &s3::NotificationConfiguration::queues},
               Field{"CloudFunctionConfiguration", &s3::NotificationConfiguration::functions},
               Field{"EventBridgeConfiguration", &s3::NotificationConfiguration::event_bridge}};

}  // namespace keymill::aws
