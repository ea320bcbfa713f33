#include "server/s3/notification_configuration.h"

#include <algorithm>
#include <iterator>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/pipeline/buckets.h"
#include "server/s3/documents.h"
#include "server/s3/event_message.h"
#include "server/s3/events.h"
#include "server/s3/lookup.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kSkipValidation = "x-amz-skip-destination-validation";
constexpr std::size_t kMaxFilterValue = 1024;  // bytes

constexpr std::string_view kEvents[] = {
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
};

std::string_view ServiceOf(DestinationKind kind) {
  return kind == DestinationKind::kTopic ? "sns" : kind == DestinationKind::kQueue ? "sqs" : "lambda";
}

Result<> CheckArn(DestinationKind kind, const std::string& text, std::string_view region) {
  const auto arn = aws::Arn::Parse(text);
  if (!arn || arn->service != ServiceOf(kind) || !aws::IsAccountId(arn->account) || arn->region.empty()) {
    return InvalidArgumentNamed("The ARN is not well formed", ArnElement(kind), text);
  }
  if (arn->region != region) {
    return InvalidArgumentNamed(
        "The notification destination service region is not valid for the bucket location constraint", ArnElement(kind),
        text);
  }
  return {};
}

/// Checks one prefix and one suffix at most, and writes their names as S3 shows them.
Result<> CheckFilter(KeyFilter& filter) {
  bool seen[2] = {};
  constexpr std::string_view kNames[] = {"Prefix", "Suffix"};
  for (FilterRule& rule : filter.rules) {
    const auto name = std::find_if(std::begin(kNames), std::end(kNames), [&](std::string_view known) {
      return sigv4::equals_ignoring_case(known, rule.name);
    });
    if (name == std::end(kNames)) {
      return InvalidArgumentNamed("filter rule name must be either prefix or suffix", "FilterRule.Name", rule.name);
    }
    rule.name = *name;
    if (std::exchange(seen[name - std::begin(kNames)], true)) {
      const std::string_view lower = *name == kNames[0] ? "prefix" : "suffix";
      return InvalidArgumentNamed("Cannot specify more than one " + std::string(lower) + " rule in a filter.",
                                  "FilterRule.Name", lower);
    }
    if (rule.value.size() > kMaxFilterValue) {
      return InvalidArgumentNamed("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation",
                                  "FilterRule.Value", rule.value);
    }
  }
  return {};
}

template <DestinationKind kKind>
Result<> CheckAll(std::vector<Destination<kKind>>& destinations, std::string_view region) {
  for (Destination<kKind>& destination : destinations) {
    if (!destination.id || destination.id->empty()) destination.id = aws::NewUuid();
    if (auto checked = CheckArn(kKind, destination.arn, region); !checked) return checked.error();
    for (const std::string& event : destination.events) {
      if (std::find(std::begin(kEvents), std::end(kEvents), event) == std::end(kEvents)) {
        return InvalidArgumentNamed("The event is not supported for notifications", "Event", event);
      }
    }
    if (!destination.filter || !destination.filter->key) continue;
    if (auto checked = CheckFilter(*destination.filter->key); !checked) return checked.error();
  }
  return {};
}

bool OneBegins(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}
bool OneEnds(std::string_view a, std::string_view b) {
  return a.ends_with(b) || b.ends_with(a);
}

/// Two configurations must not tell of the same event on the same key, whatever their destinations.
Result<> CheckOverlap(const NotificationRule& a, const NotificationRule& b) {
  if (a.event_bridge || b.event_bridge) return {};
  const bool share = std::any_of(a.events.begin(), a.events.end(), [&](const std::string& mine) {
    return std::any_of(b.events.begin(), b.events.end(),
                       [&](const std::string& other) { return CoversEvent(mine, other) || CoversEvent(other, mine); });
  });
  if (!share || !OneBegins(a.prefix, b.prefix) || !OneEnds(a.suffix, b.suffix)) return {};
  const bool filtered = !(a.prefix + a.suffix + b.prefix + b.suffix).empty();
  return Error(InvalidArgument,
               filtered
                   ? "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
                     "prefixes are overlapping for the same event type."
                   : "Configurations overlap. Configurations on the same bucket cannot share a common event type.");
}

template <DestinationKind kKind>
void CompileAll(const std::vector<Destination<kKind>>& destinations, std::vector<NotificationRule>& rules) {
  for (const Destination<kKind>& destination : destinations) {
    NotificationRule rule;
    rule.id = destination.id.value_or(std::string());
    rule.destination = destination.arn;
    rule.events = destination.events;
    if (destination.filter && destination.filter->key) {
      for (const FilterRule& part : destination.filter->key->rules) {
        (part.name == "Prefix" ? rule.prefix : rule.suffix) = part.value;
      }
    }
    rules.push_back(std::move(rule));
  }
}

/// S3 tries queues and topics out when they are configured. Functions and event buses see events only.
bool TakesTestMessage(const NotificationRule& rule) {
  const auto arn = aws::Arn::Parse(rule.destination);
  return arn && (arn->service == "sqs" || arn->service == "sns");
}

}  // namespace

Result<std::string> ComposeNotification(const aws::XmlElement& root, const store::Reader&,
                                        const store::Bucket& bucket) {
  NotificationConfiguration configuration;
  if (!aws::Read(root, configuration)) return Error(MalformedXML);
  if (auto checked = CheckNotifications(configuration, bucket.region); !checked) return checked.error();
  aws::XmlWriter xml;
  aws::WriteFields(xml, configuration);
  return xml.take();
}

Result<> CheckNotifications(NotificationConfiguration& configuration, std::string_view region) {
  if (auto checked = CheckAll(configuration.topics, region); !checked) return checked.error();
  if (auto checked = CheckAll(configuration.queues, region); !checked) return checked.error();
  if (auto checked = CheckAll(configuration.functions, region); !checked) return checked.error();
  const auto rules = CompileNotifications(configuration, {});
  for (auto one = rules.begin(); one != rules.end(); ++one) {
    for (auto other = std::next(one); other != rules.end(); ++other) {
      if (auto checked = CheckOverlap(*one, *other); !checked) return checked.error();
    }
  }
  return {};
}

std::vector<NotificationRule> CompileNotifications(const NotificationConfiguration& configuration,
                                                   const store::Bucket& bucket) {
  std::vector<NotificationRule> rules;
  CompileAll(configuration.topics, rules);
  CompileAll(configuration.queues, rules);
  CompileAll(configuration.functions, rules);
  if (configuration.event_bridge) {
    NotificationRule rule;
    rule.event_bridge = true;
    rule.destination = "arn:aws:events:" + bucket.region + ":" + bucket.account + ":event-bus/default";
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool IsMarked(const store::Bucket& bucket, std::string_view mark) {
  return std::any_of(bucket.attributes.begin(), bucket.attributes.end(),
                     [&](const auto& attribute) { return attribute.first == mark; });
}

std::vector<NotificationRule> ReadNotificationRules(const store::Reader& reader, const store::Bucket& bucket) {
  NotificationConfiguration configuration;
  const auto inner = store::FindDocument(reader, bucket.id, kNotificationMark);
  const auto document = inner ? aws::XmlDocument::Parse("<r>" + *inner + "</r>", "r") : std::nullopt;
  if (document) aws::Read(document->root(), configuration);
  return CompileNotifications(configuration, bucket);
}

Task<Result<>> TryDestinations(pipeline::Call& call) {
  if (sigv4::equals_ignoring_case(call.header_or_empty(kSkipValidation), "true")) co_return Result<>();
  auto read = [&](const store::Reader& reader) -> Result<std::vector<NotificationRule>> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    return ReadNotificationRules(reader, *bucket);
  };
  const auto rules = co_await call.read(read);
  if (!rules) co_return rules.error();
  std::vector<std::string_view> told;
  for (const NotificationRule& rule : *rules) {
    if (!TakesTestMessage(rule) || std::find(told.begin(), told.end(), rule.destination) != told.end()) continue;
    told.push_back(rule.destination);
    call.services().buckets.notifications().publish(rule.destination, call.now(), TestMessage(call));
  }
  co_return Result<>();
}

}  // namespace keymill::s3
