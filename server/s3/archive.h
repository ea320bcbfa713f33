#pragma once

#include <optional>

#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/records.h"

/// Objects whose storage class is an archive, and the copies of them that RestoreObject makes readable for a while.
namespace keymill::s3 {

/// Of GLACIER and DEEP_ARCHIVE. GLACIER_IR is read like any other class.
bool IsArchived(const store::Object& object);

/// A restoration: under way until `ready`, then a readable copy until `expires`. It stays in the record afterwards
/// without effect, until the next.
struct Restoration {
  store::Millis ready = 0, expires = 0;

  bool ongoing(store::Millis now) const { return now < ready; }
};
/// nullopt if there was none, or its copy has expired.
std::optional<Restoration> RestorationOf(const store::Object& object, store::Millis now);
void SetRestoration(store::Object& object, const Restoration& restoration);

/// Refuses to read an archived object without a restored copy: InvalidObjectState. A copy's source is told otherwise.
Result<> CheckReadable(const store::Object& object, store::Millis now);
Result<> CheckCopyable(const store::Object& object, store::Millis now);

/// x-amz-restore of GET and HEAD.
void WriteRestoreHeader(http::Response& response, const store::Object& object, store::Millis now);

/// Whether a listing is to tell of restorations (x-amz-optional-object-attributes). Errors: InvalidArgument.
Result<bool> WantsRestoreStatus(const pipeline::Call& call);
void WriteRestoreStatus(aws::XmlWriter& xml, const store::Object& object, store::Millis now);

}  // namespace keymill::s3
