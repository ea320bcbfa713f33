#include "server/s3/lifecycle_configuration.h"

#include "server/aws/time.h"
#include "server/s3/documents.h"
#include "server/s3/lifecycle_due.h"
#include "server/s3/lookup.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kMinimumSize = "x-amz-transition-default-minimum-object-size";
constexpr std::string_view kMinimumSizes[] = {kUsualMinimumSize, "varies_by_storage_class"};

/// The smallest object that transitions take: kept, since GET shows it.
Result<std::string> MinimumSize(const Call& call) {
  const auto value = call.header(kMinimumSize);
  if (!value) return std::string(kMinimumSizes[0]);
  for (const std::string_view known : kMinimumSizes) {
    if (*value == known) return std::string(known);
  }
  return InvalidArgumentNamed("Invalid TransitionDefaultMinimumObjectSize found", kMinimumSize, *value);
}

constexpr DocumentKind kLifecycle{.name = "lifecycle",
                                  .root = "LifecycleConfiguration",
                                  .missing = &NoSuchLifecycleConfiguration,
                                  .compose = ComposeShape<LifecycleConfiguration, CheckLifecycle>,
                                  .insist = Insist::kLifecycle,
                                  .mark = MinimumSize};

}  // namespace

std::optional<LifecycleConfiguration> FindLifecycle(const store::Reader& reader, const store::Bucket& bucket) {
  if (!FindMark(bucket, kLifecycle)) return std::nullopt;
  const auto inner = FindConfiguration(reader, bucket, kLifecycle);
  if (!inner) return std::nullopt;
  aws::XmlWriter xml;
  xml.open(kLifecycle.root).raw(*inner).close();
  const std::string text = xml.take();
  const auto document = aws::XmlDocument::Parse(text, kLifecycle.root);
  LifecycleConfiguration rules;
  if (!document || !aws::Read(document->root(), rules)) return std::nullopt;
  rules.small_to_archives = FindMark(bucket, kLifecycle) == kMinimumSizes[1];
  return rules;
}

std::optional<std::string> ExpirationHeader(const store::Reader& reader, const store::Bucket& bucket,
                                            const store::Object& current) {
  const auto rules = FindLifecycle(reader, bucket);
  if (!rules) return std::nullopt;
  const auto due = ExpirationOf(*rules, current);
  if (!due) return std::nullopt;
  return "expiry-date=\"" + aws::HttpDate(due->time) + "\", rule-id=\"" + sigv4::uri_encode(due->rule_id) + "\"";
}

const DocumentKind& LifecycleKind() {
  return kLifecycle;
}

Answer GetBucketLifecycleConfiguration(Call& call) {
  auto response = co_await GetDocument(call, kLifecycle);
  if (!response) co_return response.error();
  auto find = [&](const store::Reader& reader) -> Result<std::string> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    return std::string(FindMark(*bucket, kLifecycle).value_or(kMinimumSizes[0]));
  };
  const auto size = co_await call.read(find);
  if (!size) co_return size.error();
  response->header(kMinimumSize, *size);
  co_return std::move(*response);
}

Answer PutBucketLifecycleConfiguration(Call& call) {
  auto response = co_await PutDocument(call, kLifecycle);
  if (!response) co_return response.error();
  const auto size = MinimumSize(call);
  if (!size) co_return size.error();
  response->header(kMinimumSize, *size);
  co_return std::move(*response);
}

Answer DeleteBucketLifecycle(Call& call) {
  return DeleteDocument(call, kLifecycle);
}

}  // namespace keymill::s3
