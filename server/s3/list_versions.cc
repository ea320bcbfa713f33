#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/s3/archive.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/list_input.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/ownership.h"
#include "server/s3/versions.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

using VersionsInput = ListInput<store::VersionQuery>;

Result<VersionsInput> ReadVersionsInput(const Call& call) {
  const pipeline::Params& params = call.params();
  auto input = ReadListInput<store::VersionQuery>(call);
  if (!input) return input;
  const auto key_marker = params.find("key-marker"), version_marker = params.find("version-id-marker");
  input->query.key_marker = key_marker.value_or("");
  if (!version_marker || version_marker->empty()) return input;
  if (!key_marker) {
    return InvalidArgumentNamed("A version-id marker cannot be specified without a key marker.", "version-id-marker",
                                *version_marker);
  }
  auto version = ParseVersionId(*version_marker);
  if (!version) return InvalidArgumentNamed("Invalid version id specified", "version-id-marker", *version_marker);
  input->query.version_id_marker = std::move(*version);
  return input;
}

void WriteEntry(aws::XmlWriter& xml, const store::VersionEntry& entry, const std::string& key,
                const std::string& owner_id, std::optional<store::Millis> restorations_at) {
  const store::Object& object = entry.object;
  xml.open(object.delete_marker ? "DeleteMarker" : "Version");
  xml.text("Key", key)
      .text("VersionId", ShowVersionId(object.version_id))
      .boolean("IsLatest", entry.latest)
      .text("LastModified", aws::IsoMillis(object.modified));
  if (!object.delete_marker) {
    xml.text("ETag", Quoted(object.etag));
    if (!object.checksum.algorithm.empty()) {
      xml.text("ChecksumAlgorithm", object.checksum.algorithm)
          .text("ChecksumType", object.checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    xml.number("Size", static_cast<std::int64_t>(object.size));
  }
  xml.open("Owner").text("ID", owner_id).close();
  if (!object.delete_marker) {
    xml.text("StorageClass", object.storage_class.empty() ? "STANDARD" : std::string_view(object.storage_class));
    if (restorations_at) WriteRestoreStatus(xml, object, *restorations_at);
  }
  xml.close();
}

std::string VersionList(const Call& call, const VersionsInput& input, const store::VersionPage& page) {
  const auto shown = [&](std::string_view text) { return input.shown(text); };
  const store::VersionQuery& query = input.query;
  aws::XmlWriter xml;
  xml.declaration().open("ListVersionsResult", kNamespace);
  xml.text("Name", call.route().bucket).text("Prefix", shown(query.prefix)).text("KeyMarker", shown(query.key_marker));
  xml.text("VersionIdMarker", query.version_id_marker ? ShowVersionId(*query.version_id_marker) : std::string_view());
  if (page.truncated) {
    xml.text("NextKeyMarker", shown(page.last_key));
    if (page.last_version_id) xml.text("NextVersionIdMarker", ShowVersionId(*page.last_version_id));
  }
  xml.number("MaxKeys", static_cast<std::int64_t>(input.max_keys));
  if (!query.delimiter.empty()) xml.text("Delimiter", shown(query.delimiter));
  if (input.url) xml.text("EncodingType", "url");
  xml.boolean("IsTruncated", page.truncated);
  const auto restorations_at = input.restorations ? std::optional(call.now()) : std::nullopt;
  std::string owner, owner_id;
  for (const store::VersionEntry& entry : page.versions) {
    if (owner_id.empty() || entry.object.owner != owner) {
      owner = entry.object.owner;
      owner_id = OwnerId(call, owner);
    }
    WriteEntry(xml, entry, shown(entry.object.key), owner_id, restorations_at);
  }
  for (const std::string& prefix : page.common_prefixes)
    xml.open("CommonPrefixes").text("Prefix", shown(prefix)).close();
  xml.close();
  return xml.take();
}

}  // namespace

Answer ListObjectVersions(Call& call) {
  const auto input = ReadVersionsInput(call);
  if (!input) co_return input.error();
  auto find = [&](const store::Reader& reader) -> Result<store::VersionPage> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    if (input->query.limit == 0) return store::VersionPage{};
    return store::ListVersions(reader, bucket->id, input->query);
  };
  const auto page = co_await call.read(find);
  if (!page) co_return page.error();
  co_return XmlResponse(VersionList(call, *input, *page));
}

}  // namespace keymill::s3
