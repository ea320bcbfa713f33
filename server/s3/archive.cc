#include "server/s3/archive.h"

#include <algorithm>
#include <charconv>

#include "server/aws/time.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kRestore = "restore";  // attribute of objects: "READY EXPIRES", milliseconds

Error InState(const store::Object& object, std::string_view message) {
  return Error(InvalidObjectState, std::string(message)).with("StorageClass", object.storage_class);
}

bool AtHand(const store::Object& object, store::Millis now) {
  if (!IsArchived(object)) return true;
  const auto restoration = RestorationOf(object, now);
  return restoration && !restoration->ongoing(now);
}

}  // namespace

bool IsArchived(const store::Object& object) {
  return object.storage_class == "GLACIER" || object.storage_class == "DEEP_ARCHIVE";
}

std::optional<Restoration> RestorationOf(const store::Object& object, store::Millis now) {
  if (!IsArchived(object)) return std::nullopt;
  for (const auto& [name, value] : object.attributes) {
    if (name != kRestore) continue;
    Restoration found;
    const char* const end = value.data() + value.size();
    const auto ready = std::from_chars(value.data(), end, found.ready);
    if (ready.ptr == end) return std::nullopt;
    std::from_chars(ready.ptr + 1, end, found.expires);
    if (found.expires > now) return found;
  }
  return std::nullopt;
}

void SetRestoration(store::Object& object, const Restoration& restoration) {
  std::erase_if(object.attributes, [](const auto& attribute) { return attribute.first == kRestore; });
  object.attributes.emplace_back(kRestore,
                                 std::to_string(restoration.ready) + " " + std::to_string(restoration.expires));
}

Result<> CheckReadable(const store::Object& object, store::Millis now) {
  if (AtHand(object, now)) return {};
  return InState(object, InvalidObjectState.message);
}

Result<> CheckCopyable(const store::Object& object, store::Millis now) {
  if (AtHand(object, now)) return {};
  return InState(object, "Operation is not valid for the source object's storage class");
}

void WriteRestoreHeader(http::Response& response, const store::Object& object, store::Millis now) {
  const auto restoration = RestorationOf(object, now);
  if (!restoration) return;
  response.header("x-amz-restore", restoration->ongoing(now) ? "ongoing-request=\"true\""
                                                             : "ongoing-request=\"false\", expiry-date=\"" +
                                                                   aws::HttpDate(restoration->expires) + "\"");
}

Result<bool> WantsRestoreStatus(const pipeline::Call& call) {
  constexpr std::string_view kHeader = "x-amz-optional-object-attributes";
  const std::string_view value = sigv4::trim(call.header_or_empty(kHeader));
  if (value.empty()) return false;
  if (value == "RestoreStatus") return true;
  return InvalidArgumentNamed("Invalid attribute name specified.", kHeader, value);
}

void WriteRestoreStatus(aws::XmlWriter& xml, const store::Object& object, store::Millis now) {
  const auto restoration = RestorationOf(object, now);
  if (!restoration) return;
  xml.open("RestoreStatus").boolean("IsRestoreInProgress", restoration->ongoing(now));
  if (!restoration->ongoing(now)) xml.text("RestoreExpiryDate", aws::IsoMillis(restoration->expires));
  xml.close();
}

}  // namespace keymill::s3
