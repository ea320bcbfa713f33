#include "server/s3/lock_configuration.h"

#include "server/aws/fields.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2097152;
constexpr std::string_view kRoot = "ObjectLockConfiguration";
constexpr std::int32_t kMaxDays = 36500;
constexpr std::int32_t kMaxYears = 100;

struct LockRule {
  DefaultRetention retention;
};
struct LockConfiguration {
  std::optional<std::string> enabled;
  std::optional<LockRule> rule;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::DefaultRetention> =
    std::tuple{Field{"Mode", &s3::DefaultRetention::mode, kRequired, "GOVERNANCE|COMPLIANCE"},
               Field{"Days", &s3::DefaultRetention::days}, Field{"Years", &s3::DefaultRetention::years}};
template <>
inline constexpr auto kFields<s3::LockRule> =
    std::tuple{Field{"DefaultRetention", &s3::LockRule::retention, kRequired}};
template <>
inline constexpr auto kFields<s3::LockConfiguration> =
    std::tuple{Field{"ObjectLockEnabled", &s3::LockConfiguration::enabled, Presence::kOptional, "Enabled"},
               Field{"Rule", &s3::LockConfiguration::rule}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

Result<LockConfiguration> ParseConfiguration(std::string_view text) {
  LockConfiguration configuration;
  const auto document = aws::XmlDocument::Parse(text, kRoot);
  if (!document || !aws::Read(document->root(), configuration) || !configuration.enabled) return Error(MalformedXML);
  if (!configuration.rule) return configuration;
  const DefaultRetention& retention = configuration.rule->retention;
  if (retention.days.has_value() == retention.years.has_value()) return Error(MalformedXML);
  const std::int32_t period = retention.days ? *retention.days : *retention.years;
  const std::string_view name = retention.days ? "Days" : "Years";
  if (period <= 0) {
    return InvalidArgumentNamed("Default retention period must be a positive integer value.", name,
                                std::to_string(period));
  }
  if (period > (retention.days ? kMaxDays : kMaxYears)) {
    return InvalidArgumentNamed("Default retention period too large", name, std::to_string(period));
  }
  return configuration;
}

/// As stored; a bucket made with object lock has none, and is enabled all the same.
LockConfiguration FindConfiguration(const store::Reader& reader, const store::Bucket& bucket) {
  LockConfiguration configuration;
  configuration.enabled = "Enabled";
  const auto text = store::FindDocument(reader, bucket.id, kLockDocument);
  if (!text) return configuration;
  auto stored = ParseConfiguration(*text);
  if (stored) configuration = std::move(*stored);
  return configuration;
}

}  // namespace

std::optional<DefaultRetention> FindDefaultRetention(const store::Reader& reader, const store::Bucket& bucket) {
  auto configuration = FindConfiguration(reader, bucket);
  if (!configuration.rule) return std::nullopt;
  return std::move(configuration.rule->retention);
}

Result<> SetLockConfiguration(store::Txn& txn, store::Bucket& bucket, std::string_view text) {
  const auto configuration = ParseConfiguration(text);
  if (!configuration) return configuration.error();
  if (bucket.versioning != store::Versioning::kEnabled) return Error(InvalidBucketState);
  bucket.object_lock = true;
  store::PutBucket(txn, bucket);
  store::PutDocument(txn, bucket.id, kLockDocument, aws::Document(kRoot, kNamespace, *configuration));
  return {};
}

Answer GetObjectLockConfiguration(Call& call) {
  auto find = [&](const store::Reader& reader) -> Result<LockConfiguration> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    if (bucket->object_lock) return FindConfiguration(reader, *bucket);
    return Error(ObjectLockConfigurationNotFoundError).with("BucketName", bucket->name);
  };
  const auto configuration = co_await call.read(find);
  if (!configuration) co_return configuration.error();
  co_return XmlResponse(aws::Document(kRoot, kNamespace, *configuration));
}

Answer PutObjectLockConfiguration(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  if (text->empty()) co_return Error(MissingRequestBodyError);
  if (const auto configuration = ParseConfiguration(*text); !configuration) co_return configuration.error();
  auto put = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    return SetLockConfiguration(txn, *bucket, *text);
  };
  if (const auto stored = co_await call.commit(put); !stored) co_return stored.error();
  co_return http::Response(200);
}

}  // namespace keymill::s3
