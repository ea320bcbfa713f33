#include <algorithm>
#include <array>
#include <charconv>

#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/s3/checksums.h"
#include "server/s3/customer_key.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kHeader = "x-amz-object-attributes";
constexpr std::array<std::string_view, 5> kAttributes = {"ETag", "Checksum", "ObjectParts", "StorageClass",
                                                         "ObjectSize"};
constexpr std::size_t kMaxParts = 1000;

/// What of the object is asked for, and which page of its parts.
struct AttributesInput {
  std::array<bool, kAttributes.size()> wanted{};
  std::uint32_t part_marker = 0;
  std::size_t max_parts = kMaxParts;

  bool wants(std::string_view name) const {
    return wanted[static_cast<std::size_t>(std::find(kAttributes.begin(), kAttributes.end(), name) -
                                           kAttributes.begin())];
  }
};

Result<> ReadWanted(std::string_view list, AttributesInput& input) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view name = sigv4::trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const auto known = std::find(kAttributes.begin(), kAttributes.end(), name);
    if (known == kAttributes.end()) return InvalidArgumentNamed("Invalid attribute name specified.", kHeader, name);
    input.wanted[static_cast<std::size_t>(known - kAttributes.begin())] = true;
  }
  return {};
}

Result<std::uint32_t> ReadNumber(const Call& call, std::string_view header, std::uint32_t otherwise) {
  const auto text = call.header(header);
  if (!text) return otherwise;
  std::int32_t value = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (fault != std::errc{} || end != text->data() + text->size() || value < 0) {
    return InvalidArgumentNamed("Provided " + std::string(header) + " not an integer or within integer range", header,
                                *text);
  }
  return static_cast<std::uint32_t>(value);
}

Result<AttributesInput> ReadAttributesInput(const Call& call) {
  AttributesInput input;
  for (const auto& field : call.request().headers) {
    if (!sigv4::equals_ignoring_case(field.name, kHeader)) continue;
    if (auto read = ReadWanted(field.value, input); !read) return read.error();
  }
  if (std::find(input.wanted.begin(), input.wanted.end(), true) == input.wanted.end()) {
    return Error(
        InvalidRequest,
        "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
  }
  const auto marker = ReadNumber(call, "x-amz-part-number-marker", 0);
  if (!marker) return marker.error();
  input.part_marker = *marker;
  const auto max_parts = ReadNumber(call, "x-amz-max-parts", kMaxParts);
  if (!max_parts) return max_parts.error();
  input.max_parts = std::min<std::size_t>(*max_parts, kMaxParts);
  return input;
}

void WriteChecksum(aws::XmlWriter& xml, const store::Checksum& checksum) {
  if (const ChecksumKind* kind = FindChecksumKind(checksum.algorithm))
    xml.text(kind->element, ShowChecksum(checksum.value));
}

/// The number of parts; and the parts themselves where each has a checksum of its own.
void WriteParts(aws::XmlWriter& xml, const AttributesInput& input, const store::Object& object) {
  xml.open("ObjectParts").number("PartsCount", object.part_count);
  if (object.checksum.composite) {
    const auto first =
        std::upper_bound(object.parts.begin(), object.parts.end(), input.part_marker,
                         [](std::uint32_t marker, const store::ObjectPart& part) { return marker < part.number; });
    const auto left = static_cast<std::size_t>(object.parts.end() - first);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(left, input.max_parts));
    xml.number("PartNumberMarker", input.part_marker)
        .number("NextPartNumberMarker", last == first ? input.part_marker : (last - 1)->number)
        .number("MaxParts", static_cast<std::int64_t>(input.max_parts))
        .boolean("IsTruncated", last != object.parts.end());
    for (auto part = first; part != last; ++part) {
      xml.open("Part").number("PartNumber", part->number).number("Size", static_cast<std::int64_t>(part->size));
      WriteChecksum(xml, part->checksum);
      xml.close();
    }
  }
  xml.close();
}

std::string Attributes(const AttributesInput& input, const store::Object& object) {
  aws::XmlWriter xml;
  xml.declaration().open("GetObjectAttributesResponse", kNamespace);
  if (input.wants("ETag")) xml.text("ETag", object.etag);
  if (input.wants("Checksum") && !object.checksum.algorithm.empty()) {
    xml.open("Checksum");
    WriteChecksum(xml, object.checksum);
    xml.text("ChecksumType", object.checksum.composite ? "COMPOSITE" : "FULL_OBJECT").close();
  }
  if (input.wants("ObjectParts") && object.part_count > 0) WriteParts(xml, input, object);
  if (input.wants("StorageClass")) {
    xml.text("StorageClass", object.storage_class.empty() ? "STANDARD" : std::string_view(object.storage_class));
  }
  if (input.wants("ObjectSize")) xml.number("ObjectSize", static_cast<std::int64_t>(object.size));
  xml.close();
  return xml.take();
}

}  // namespace

Answer GetObjectAttributes(Call& call) {
  const auto input = ReadAttributesInput(call);
  if (!input) co_return input.error();
  const auto key = ReadCustomerKey(call);
  if (!key) co_return key.error();
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  if (auto checked = CheckCustomerKey(*key, found->object); !checked) co_return checked.error();
  http::Response response = XmlResponse(Attributes(*input, found->object));
  response.header("Last-Modified", aws::HttpDate(found->object.modified));
  WriteVersionHeader(response, found->bucket, found->object);
  co_return response;
}

}  // namespace keymill::s3
