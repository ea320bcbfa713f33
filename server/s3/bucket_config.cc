#include "server/pipeline/access_log.h"
#include "server/s3/bucket_state.h"
#include "server/s3/cors.h"
#include "server/s3/documents.h"
#include "server/s3/logging_configuration.h"
#include "server/s3/notification_configuration.h"
#include "server/s3/website.h"

namespace keymill::s3 {
namespace {

using pipeline::PublicAccessBlock;

struct RequestPayment {
  std::string payer;
};
struct Acceleration {
  std::string status;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::PublicAccessBlock> =
    std::tuple{Field{"BlockPublicAcls", &s3::PublicAccessBlock::block_acls},
               Field{"IgnorePublicAcls", &s3::PublicAccessBlock::ignore_acls},
               Field{"BlockPublicPolicy", &s3::PublicAccessBlock::block_policy},
               Field{"RestrictPublicBuckets", &s3::PublicAccessBlock::restrict_buckets}};
template <>
inline constexpr auto kFields<s3::RequestPayment> =
    std::tuple{Field{"Payer", &s3::RequestPayment::payer, kRequired, "Requester|BucketOwner"}};
template <>
inline constexpr auto kFields<s3::Acceleration> =
    std::tuple{Field{"Status", &s3::Acceleration::status, kRequired, "Enabled|Suspended"}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

template <class Shape>
Result<> Anything(Shape&) {
  return {};
}

constexpr DocumentKind kAccelerate{"accelerate", "AccelerateConfiguration", nullptr,
                                   ComposeShape<Acceleration, Anything>};
constexpr DocumentKind kCors{"cors", "CORSConfiguration", &NoSuchCORSConfiguration,
                             ComposeShape<CorsConfiguration, CheckCors>, Insist::kMd5OrChecksum};
/// For kinds whose presence a bucket's record tells.
Result<std::string> Marked(const Call&) {
  return std::string();
}
constexpr DocumentKind kLogging{.name = pipeline::kAccessLogMark,
                                .root = "BucketLoggingStatus",
                                .missing = nullptr,
                                .compose = ComposeLogging,
                                .mark = Marked};
constexpr DocumentKind kNotification{.name = kNotificationMark,
                                     .root = "NotificationConfiguration",
                                     .missing = nullptr,
                                     .compose = ComposeNotification,
                                     .mark = Marked};
constexpr DocumentKind kPublicAccess{
    "publicAccessBlock",
    "PublicAccessBlockConfiguration",
    &NoSuchPublicAccessBlockConfiguration,
    ComposeShape<PublicAccessBlock, Anything>,
    Insist::kNo,
    2097152,
    "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
    "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>",
    true};
constexpr DocumentKind kReplication{"replication", "ReplicationConfiguration", &ReplicationConfigurationNotFoundError,
                                    ComposeAsIs};
constexpr DocumentKind kPayment{
    "requestPayment", "RequestPaymentConfiguration", nullptr, ComposeShape<RequestPayment, Anything>, Insist::kNo,
    2097152,          "<Payer>BucketOwner</Payer>"};
constexpr DocumentKind kWebsite{"website",
                                "WebsiteConfiguration",
                                &NoSuchWebsiteConfiguration,
                                ComposeShape<WebsiteConfiguration, CheckWebsite>,
                                Insist::kNo,
                                131072};  // "The maximum request length is limited to 128 KB"

constexpr DocumentKind Several(std::string_view name, std::string_view root, std::string_view list_root) {
  return {name, root, &NoSuchConfiguration, ComposeAsIs, Insist::kNo, 2097152, {}, false, list_root};
}
constexpr DocumentKind kAnalytics =
    Several("analytics", "AnalyticsConfiguration", "ListBucketAnalyticsConfigurationsResult");
constexpr DocumentKind kTiering = Several("intelligent-tiering", "IntelligentTieringConfiguration",
                                          "ListBucketIntelligentTieringConfigurationsOutput");
constexpr DocumentKind kInventory = Several("inventory", "InventoryConfiguration", "ListInventoryConfigurationsResult");
constexpr DocumentKind kMetrics = Several("metrics", "MetricsConfiguration", "ListMetricsConfigurationsResult");

/// The bucket's configuration as its shape; the shape's defaults if it has none.
template <class Shape>
Shape ReadConfiguration(const store::Reader& reader, const store::Bucket& bucket, const DocumentKind& kind) {
  Shape shape;
  const auto inner = FindConfiguration(reader, bucket, kind);
  const auto document = inner ? aws::XmlDocument::Parse("<r>" + *inner + "</r>", "r") : std::nullopt;
  if (document) aws::Read(document->root(), shape);
  return shape;
}

}  // namespace

std::span<const DocumentKind* const> ConfigurationKinds() {
  static constexpr const DocumentKind* kAll[] = {&kAccelerate,   &kCors,        &kLogging,   &kNotification,
                                                 &kPublicAccess, &kReplication, &kPayment,   &kWebsite,
                                                 &kAnalytics,    &kTiering,     &kInventory, &kMetrics};
  return kAll;
}

PublicAccessBlock ReadPublicAccessBlock(const store::Reader& reader, const store::Bucket& bucket) {
  return ReadConfiguration<PublicAccessBlock>(reader, bucket, kPublicAccess);
}

std::vector<CorsRule> ReadCorsRules(const store::Reader& reader, const store::Bucket& bucket) {
  return ReadConfiguration<CorsConfiguration>(reader, bucket, kCors).rules;
}

std::optional<WebsiteConfiguration> ReadWebsite(const store::Reader& reader, const store::Bucket& bucket) {
  if (!FindConfiguration(reader, bucket, kWebsite)) return std::nullopt;
  return ReadConfiguration<WebsiteConfiguration>(reader, bucket, kWebsite);
}

bool ReadRequesterPays(const store::Reader& reader, const store::Bucket& bucket) {
  return ReadConfiguration<RequestPayment>(reader, bucket, kPayment).payer == "Requester";
}

Answer GetBucketAccelerateConfiguration(Call& call) {
  return GetDocument(call, kAccelerate);
}
Answer PutBucketAccelerateConfiguration(Call& call) {
  return PutDocument(call, kAccelerate);
}
Answer GetBucketCors(Call& call) {
  return GetDocument(call, kCors);
}
Answer PutBucketCors(Call& call) {
  return PutDocument(call, kCors);
}
Answer DeleteBucketCors(Call& call) {
  return DeleteDocument(call, kCors);
}
Answer GetBucketLogging(Call& call) {
  return GetDocument(call, kLogging);
}
Answer PutBucketLogging(Call& call) {
  return PutDocument(call, kLogging);
}
Answer GetBucketNotificationConfiguration(Call& call) {
  return GetDocument(call, kNotification);
}
Answer PutBucketNotificationConfiguration(Call& call) {
  auto response = co_await PutDocument(call, kNotification);
  if (!response) co_return response.error();
  if (auto told = co_await TryDestinations(call); !told) co_return told.error();
  co_return std::move(*response);
}
Answer GetPublicAccessBlock(Call& call) {
  return GetDocument(call, kPublicAccess);
}
Answer PutPublicAccessBlock(Call& call) {
  return PutDocument(call, kPublicAccess);
}
Answer DeletePublicAccessBlock(Call& call) {
  return DeleteDocument(call, kPublicAccess);
}
Answer GetBucketReplication(Call& call) {
  return GetDocument(call, kReplication);
}
Answer PutBucketReplication(Call& call) {
  return PutDocument(call, kReplication);
}
Answer DeleteBucketReplication(Call& call) {
  return DeleteDocument(call, kReplication);
}
Answer GetBucketRequestPayment(Call& call) {
  return GetDocument(call, kPayment);
}
Answer PutBucketRequestPayment(Call& call) {
  return PutDocument(call, kPayment);
}
Answer GetBucketWebsite(Call& call) {
  return GetDocument(call, kWebsite);
}
Answer PutBucketWebsite(Call& call) {
  return PutDocument(call, kWebsite);
}
Answer DeleteBucketWebsite(Call& call) {
  return DeleteDocument(call, kWebsite);
}

Answer GetBucketAnalyticsConfiguration(Call& call) {
  return GetDocument(call, kAnalytics);
}
Answer PutBucketAnalyticsConfiguration(Call& call) {
  return PutDocument(call, kAnalytics);
}
Answer DeleteBucketAnalyticsConfiguration(Call& call) {
  return DeleteDocument(call, kAnalytics);
}
Answer ListBucketAnalyticsConfigurations(Call& call) {
  return ListDocuments(call, kAnalytics);
}
Answer GetBucketIntelligentTieringConfiguration(Call& call) {
  return GetDocument(call, kTiering);
}
Answer PutBucketIntelligentTieringConfiguration(Call& call) {
  return PutDocument(call, kTiering);
}
Answer DeleteBucketIntelligentTieringConfiguration(Call& call) {
  return DeleteDocument(call, kTiering);
}
Answer ListBucketIntelligentTieringConfigurations(Call& call) {
  return ListDocuments(call, kTiering);
}
Answer GetBucketInventoryConfiguration(Call& call) {
  return GetDocument(call, kInventory);
}
Answer PutBucketInventoryConfiguration(Call& call) {
  return PutDocument(call, kInventory);
}
Answer DeleteBucketInventoryConfiguration(Call& call) {
  return DeleteDocument(call, kInventory);
}
Answer ListBucketInventoryConfigurations(Call& call) {
  return ListDocuments(call, kInventory);
}
Answer GetBucketMetricsConfiguration(Call& call) {
  return GetDocument(call, kMetrics);
}
Answer PutBucketMetricsConfiguration(Call& call) {
  return PutDocument(call, kMetrics);
}
Answer DeleteBucketMetricsConfiguration(Call& call) {
  return DeleteDocument(call, kMetrics);
}
Answer ListBucketMetricsConfigurations(Call& call) {
  return ListDocuments(call, kMetrics);
}

}  // namespace keymill::s3
