#include "server/s3/logging_configuration.h"

#include "server/pipeline/access_log.h"
#include "server/s3/documents.h"

namespace keymill::s3 {
namespace {

struct PartitionedPrefix {
  std::optional<std::string> date_source;
};
struct SimplePrefix {};
struct TargetKeyFormat {
  std::optional<PartitionedPrefix> partitioned;
  std::optional<SimplePrefix> simple;
};
struct LoggingEnabled {
  std::string bucket, prefix;
  std::optional<TargetKeyFormat> format;
};
struct LoggingStatus {
  std::optional<LoggingEnabled> enabled;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::PartitionedPrefix> = std::tuple{
    Field{"PartitionDateSource", &s3::PartitionedPrefix::date_source, Presence::kOptional, "EventTime|DeliveryTime"}};
template <>
inline constexpr auto kFields<s3::SimplePrefix> = std::tuple{};
template <>
inline constexpr auto kFields<s3::TargetKeyFormat> = std::tuple{
    Field{"PartitionedPrefix", &s3::TargetKeyFormat::partitioned}, Field{"SimplePrefix", &s3::TargetKeyFormat::simple}};
template <>
inline constexpr auto kFields<s3::LoggingEnabled> =
    std::tuple{Field{"TargetBucket", &s3::LoggingEnabled::bucket, kRequired},
               Field{"TargetPrefix", &s3::LoggingEnabled::prefix, kRequired},
               Field{"TargetObjectKeyFormat", &s3::LoggingEnabled::format}};
template <>
inline constexpr auto kFields<s3::LoggingStatus> = std::tuple{Field{"LoggingEnabled", &s3::LoggingStatus::enabled}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

constexpr ErrorKind CrossLocationLoggingProhibitted{"CrossLocationLoggingProhibitted", 403,
                                                    "Cross S3 location logging not allowed. "};

Result<> CheckTarget(const LoggingEnabled& logging, const store::Reader& reader, const store::Bucket& bucket) {
  const auto target = store::FindBucket(reader, logging.bucket);
  if (!target) return Error(InvalidTargetBucketForLogging).with("TargetBucket", logging.bucket);
  if (target->account != bucket.account) {
    return Error(InvalidTargetBucketForLogging,
                 "The owner for the bucket to be logged and the target bucket must be the same.")
        .with("TargetBucket", logging.bucket);
  }
  if (target->region != bucket.region) {
    return Error(CrossLocationLoggingProhibitted)
        .with("SourceBucketLocation", bucket.region)
        .with("TargetBucketLocation", target->region);
  }
  return {};
}

}  // namespace

Result<std::string> ComposeLogging(const aws::XmlElement& root, const store::Reader& reader,
                                   const store::Bucket& bucket) {
  LoggingStatus status;
  if (!aws::Read(root, status)) return Error(MalformedXML);
  if (status.enabled) {
    const auto& format = status.enabled->format;
    if (format && format->partitioned.has_value() == format->simple.has_value()) return Error(MalformedXML);
    if (auto checked = CheckTarget(*status.enabled, reader, bucket); !checked) return checked.error();
  }
  return ComposeAsIs(root, reader, bucket);
}

std::optional<LogTarget> ReadLogTarget(const store::Reader& reader, const store::Bucket& bucket) {
  LoggingStatus status;
  const auto inner = store::FindDocument(reader, bucket.id, pipeline::kAccessLogMark);
  const auto document = inner ? aws::XmlDocument::Parse("<r>" + *inner + "</r>", "r") : std::nullopt;
  if (document) aws::Read(document->root(), status);
  if (!status.enabled) return std::nullopt;
  LogTarget target{status.enabled->bucket, status.enabled->prefix};
  if (const auto& format = status.enabled->format; format && format->partitioned) {
    target.partitioned = true;
    target.by_event_time = format->partitioned->date_source == "EventTime";
  }
  return target;
}

}  // namespace keymill::s3
