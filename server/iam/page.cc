#include "server/iam/page.h"

#include <algorithm>
#include <cstdint>

#include "server/iam/fields.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kMarkerPrefix = "after:";

}  // namespace

Page ReadPage(aws::Form& form) {
  Page page;
  if (auto items = form.integer(kMaxItems)) page.limit = static_cast<std::size_t>(std::max<std::int64_t>(*items, 1));
  if (auto marker = form.optional(kMarker)) {
    auto entry = sigv4::base64_decode(*marker);
    if (entry && entry->starts_with(kMarkerPrefix)) {
      page.after = entry->substr(kMarkerPrefix.size());
    } else {
      form.refuse("Invalid Marker.");
    }
  }
  return page;
}

std::string MarkerFor(std::string_view entry) {
  return sigv4::base64_encode(std::string(kMarkerPrefix).append(entry));
}

void WritePageEnd(aws::XmlWriter& xml, bool truncated, std::string_view last) {
  xml.boolean("IsTruncated", truncated);
  if (truncated) xml.text("Marker", MarkerFor(last));
}

}  // namespace keymill::iam
