#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/list_encoding.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/ownership.h"
#include "server/s3/uploads.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxUploads = 1000;
constexpr std::size_t kMaxParts = 1000;

std::string_view StorageClass(const store::Upload& upload) {
  return upload.object.storage_class.empty() ? std::string_view("STANDARD")
                                             : std::string_view(upload.object.storage_class);
}

void WritePeople(aws::XmlWriter& xml, const Call& call, const store::Upload& upload) {
  const auto slash = upload.initiator.rfind('/');
  const std::string& arn = upload.initiator;
  xml.open("Initiator")
      .text("ID", arn)
      .text("DisplayName", slash == std::string::npos ? arn : arn.substr(slash + 1))
      .close();
  xml.open("Owner").text("ID", OwnerId(call, upload.object.owner)).close();
  xml.text("StorageClass", StorageClass(upload));
}

void WriteChecksumMode(aws::XmlWriter& xml, const store::Upload& upload) {
  const ChecksumKind* kind = DeclaredKind(upload);
  if (kind == nullptr) return;
  xml.text("ChecksumAlgorithm", kind->name)
      .text("ChecksumType", upload.object.checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
}

struct PartPage {
  store::Upload upload;
  std::vector<store::Part> parts;
  bool truncated = false;
};

std::string PartList(const Call& call, const PartPage& page, std::uint32_t marker, std::size_t max_parts) {
  aws::XmlWriter xml;
  xml.declaration().open("ListPartsResult", kNamespace);
  xml.text("Bucket", call.route().bucket).text("Key", page.upload.key).text("UploadId", page.upload.id);
  WritePeople(xml, call, page.upload);
  xml.number("PartNumberMarker", marker)
      .number("NextPartNumberMarker", page.parts.empty() ? 0 : page.parts.back().number)
      .number("MaxParts", static_cast<std::int64_t>(max_parts))
      .boolean("IsTruncated", page.truncated);
  WriteChecksumMode(xml, page.upload);
  const bool declared = DeclaredKind(page.upload) != nullptr;
  for (const store::Part& part : page.parts) {
    xml.open("Part").number("PartNumber", part.number).text("LastModified", aws::IsoMillis(part.modified));
    xml.text("ETag", Quoted(part.etag)).number("Size", static_cast<std::int64_t>(part.size));
    const ChecksumKind* kind = declared ? FindChecksumKind(part.checksum.algorithm) : nullptr;
    if (kind != nullptr) xml.text(kind->element, ShowChecksum(part.checksum.value));
    xml.close();
  }
  xml.close();
  return xml.take();
}

struct UploadsInput {
  store::UploadQuery query;
  std::size_t max_uploads = 0;
  bool url = false;
};

Result<UploadsInput> ReadUploadsInput(const pipeline::Params& params) {
  UploadsInput input;
  const auto url = WantsUrlEncoding(params);
  if (!url) return url.error();
  input.url = *url;
  const auto limit = ReadLimit(params, "max-uploads", kMaxUploads);
  if (!limit) return limit.error();
  input.max_uploads = input.query.limit = *limit;
  input.query.prefix = params.find("prefix").value_or("");
  input.query.delimiter = params.find("delimiter").value_or("");
  input.query.key_marker = params.find("key-marker").value_or("");
  if (!input.query.key_marker.empty()) input.query.id_marker = params.find("upload-id-marker").value_or("");
  return input;
}

Result<store::UploadPage> FindPage(const store::Reader& reader, const Call& call, const UploadsInput& input) {
  const auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  const store::UploadQuery& query = input.query;
  if (!query.id_marker.empty() && !store::FindUpload(reader, bucket->id, query.key_marker, query.id_marker)) {
    return InvalidArgumentNamed("Invalid uploadId marker", "upload-id-marker", query.id_marker);
  }
  if (query.limit == 0) return store::UploadPage{};
  return store::ListUploads(reader, bucket->id, query);
}

std::string UploadList(const Call& call, const UploadsInput& input, const store::UploadPage& page) {
  const auto shown = [&](std::string_view text) { return input.url ? EncodeListed(text) : std::string(text); };
  const store::UploadQuery& query = input.query;
  aws::XmlWriter xml;
  xml.declaration().open("ListMultipartUploadsResult", kNamespace);
  xml.text("Bucket", call.route().bucket)
      .text("KeyMarker", shown(query.key_marker))
      .text("UploadIdMarker", query.id_marker)
      .text("NextKeyMarker", page.truncated ? shown(page.last_key) : std::string())
      .text("NextUploadIdMarker", page.truncated ? page.last_id : std::string());
  if (!query.prefix.empty()) xml.text("Prefix", shown(query.prefix));
  if (!query.delimiter.empty()) xml.text("Delimiter", shown(query.delimiter));
  if (input.url) xml.text("EncodingType", "url");
  xml.number("MaxUploads", static_cast<std::int64_t>(input.max_uploads)).boolean("IsTruncated", page.truncated);
  for (const store::Upload& upload : page.uploads) {
    xml.open("Upload").text("Key", shown(upload.key)).text("UploadId", upload.id);
    WritePeople(xml, call, upload);
    xml.text("Initiated", aws::IsoMillis(upload.initiated));
    WriteChecksumMode(xml, upload);
    xml.close();
  }
  for (const std::string& prefix : page.common_prefixes)
    xml.open("CommonPrefixes").text("Prefix", shown(prefix)).close();
  xml.close();
  return xml.take();
}

}  // namespace

Answer ListParts(Call& call) {
  const auto max_parts = ReadLimit(call.params(), "max-parts", kMaxParts);
  if (!max_parts) co_return max_parts.error();
  std::uint32_t marker = 0;
  if (const auto text = call.params().find("part-number-marker"); text && !text->empty()) {
    const auto read = ReadLimit(call.params(), "part-number-marker", INT32_MAX);
    if (!read) co_return read.error();
    marker = static_cast<std::uint32_t>(*read);
  }
  auto find = [&](const store::Reader& reader) -> Result<PartPage> {
    auto found = RequireUpload(reader, call);
    if (!found) return found.error();
    PartPage page{std::move(found->upload), {}, false};
    page.parts = store::ListParts(reader, page.upload, marker, *max_parts + 1);
    page.truncated = *max_parts > 0 && page.parts.size() > *max_parts;
    if (page.parts.size() > *max_parts) page.parts.resize(*max_parts);
    return page;
  };
  const auto page = co_await call.read(find);
  if (!page) co_return page.error();
  co_return XmlResponse(PartList(call, *page, marker, *max_parts));
}

Answer ListMultipartUploads(Call& call) {
  const auto input = ReadUploadsInput(call.params());
  if (!input) co_return input.error();
  auto find = [&](const store::Reader& reader) { return FindPage(reader, call, *input); };
  const auto page = co_await call.read(find);
  if (!page) co_return page.error();
  co_return XmlResponse(UploadList(call, *input, *page));
}

}  // namespace keymill::s3
