#include "server/aws/fields.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 1024;

struct VersioningConfiguration {
  std::optional<std::string> status;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::VersioningConfiguration> =
    std::tuple{Field{"Status", &s3::VersioningConfiguration::status, Presence::kOptional, "Enabled|Suspended"}};

}  // namespace keymill::aws

namespace keymill::s3 {

Answer GetBucketVersioning(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  VersioningConfiguration configuration;
  if (bucket->versioning == store::Versioning::kEnabled) configuration.status = "Enabled";
  if (bucket->versioning == store::Versioning::kSuspended) configuration.status = "Suspended";
  co_return XmlResponse(aws::Document("VersioningConfiguration", kNamespace, configuration));
}

Answer PutBucketVersioning(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument);
  if (!text) co_return text.error();
  const auto document = aws::XmlDocument::Parse(*text, "VersioningConfiguration");
  VersioningConfiguration configuration;
  if (!document || !aws::Read(document->root(), configuration)) co_return Error(MalformedXML);
  if (!configuration.status) co_return Error(IllegalVersioningConfigurationException);
  const bool enable = *configuration.status == "Enabled";
  auto set = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    if (bucket->object_lock && !enable) {
      return Error(InvalidBucketState,
                   "An Object Lock configuration is present on this bucket, so the versioning state "
                   "cannot be changed.");
    }
    bucket->versioning = enable ? store::Versioning::kEnabled : store::Versioning::kSuspended;
    store::PutBucket(txn, *bucket);
    return {};
  };
  if (const auto stored = co_await call.commit(set); !stored) co_return stored.error();
  co_return http::Response(200);
}

}  // namespace keymill::s3
