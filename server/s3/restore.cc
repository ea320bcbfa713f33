#include <optional>

#include "server/aws/fields.h"
#include "server/config.h"
#include "server/s3/archive.h"
#include "server/s3/commit_watched.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lifecycle_due.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2097152;

struct GlacierJob {
  std::string tier;
};
struct RestoreRequest {
  std::optional<std::int32_t> days;
  std::optional<GlacierJob> job;
  std::optional<std::string> type, tier;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

constexpr std::string_view kTiers = "Standard|Bulk|Expedited";

template <>
inline constexpr auto kFields<s3::GlacierJob> = std::tuple{Field{"Tier", &s3::GlacierJob::tier, kRequired, kTiers}};
template <>
inline constexpr auto kFields<s3::RestoreRequest> =
    std::tuple{Field{"Days", &s3::RestoreRequest::days}, Field{"GlacierJobParameters", &s3::RestoreRequest::job},
               Field{"Type", &s3::RestoreRequest::type, Presence::kOptional, "SELECT"},
               Field{"Tier", &s3::RestoreRequest::tier, Presence::kOptional, kTiers}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

/// An archived version. Told before the document is looked at: AWS answers so to a request without one too.
Result<FoundObject> RequireArchived(const store::Reader& reader, const Call& call) {
  auto found = RequireObject(reader, call);
  if (!found || IsArchived(found->object)) return found;
  return Error(InvalidObjectState, "Restore is not allowed for the object's current storage class")
      .with("StorageClass",
            found->object.storage_class.empty() ? "STANDARD" : std::string(found->object.storage_class));
}

Result<RestoreRequest> ParseRestore(std::string_view text, const store::Object& object) {
  RestoreRequest wanted;
  const auto document = aws::XmlDocument::Parse(text, "RestoreRequest");
  if (!document || !aws::Read(document->root(), wanted)) return Error(MalformedXML);
  // S3 Select is closed to new customers, and was the only other type.
  if (wanted.type) return Error(NotImplemented).with("Header", "SelectParameters");
  if (!wanted.days) return Error(MalformedXML);
  if (*wanted.days <= 0) {
    return InvalidArgumentNamed("restoration days should be at least 1", "Days", std::to_string(*wanted.days));
  }
  const std::string tier = wanted.job ? wanted.job->tier : wanted.tier.value_or("Standard");
  if (tier == "Expedited" && object.storage_class == "DEEP_ARCHIVE") {
    return InvalidArgumentNamed("Retrieval option is not supported by this storage class", "Tier", tier);
  }
  return wanted;
}

}  // namespace

Answer RestoreObject(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireArchived(reader, call); };
  const auto known = co_await call.read(find);
  if (!known) co_return known.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument);
  if (!text) co_return text.error();
  const auto wanted = ParseRestore(*text, known->object);
  if (!wanted) co_return wanted.error();
  // True if a readable copy is there already, which then stays longer.
  auto restore = [&](store::Txn& txn) -> Result<bool> {
    auto found = RequireArchived(txn, call);
    if (!found) return found.error();
    const auto former = RestorationOf(found->object, call.now());
    if (former && former->ongoing(call.now())) return Error(RestoreAlreadyInProgress);
    const store::Millis delay = former ? 0 : store::Millis{call.services().config.restore_delay} * 1000;
    const store::Millis ready = call.now() + delay;
    SetRestoration(found->object, {ready, AfterDays(ready, *wanted->days)});
    store::UpdateVersion(txn, found->bucket.id, found->object);
    return former.has_value();
  };
  const auto restored = co_await CommitWatched(call, restore);
  if (!restored) co_return restored.error();
  co_return http::Response(*restored ? 200 : 202);
}

}  // namespace keymill::s3
