#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/s3/archive.h"
#include "server/s3/checksums.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/list_encoding.h"
#include "server/s3/list_input.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/ownership.h"

namespace keymill::s3 {
namespace {

using ObjectsInput = ListInput<store::ListQuery>;

Result<store::ListPage> FindPage(const store::Reader& reader, const Call& call, const ObjectsInput& input) {
  const auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  if (input.query.limit == 0) return store::ListPage{};
  return store::ListObjects(reader, bucket->id, input.query);
}

/// Writes the parts that both versions share; keys as the client wants them encoded.
class PageWriter {
 public:
  PageWriter(const Call& call, const ObjectsInput& input) : call_(call), input_(input), now_(call.now()) {
    xml_.declaration().open("ListBucketResult", kNamespace);
    xml_.text("Name", call.route().bucket).text("Prefix", shown(input.query.prefix));
  }
  aws::XmlWriter& xml() { return xml_; }
  std::string shown(std::string_view text) const { return input_.shown(text); }

  void parameters(const store::ListPage& page) {
    xml_.number("MaxKeys", static_cast<std::int64_t>(input_.max_keys));
    if (!input_.query.delimiter.empty()) xml_.text("Delimiter", shown(input_.query.delimiter));
    if (input_.url) xml_.text("EncodingType", "url");
    xml_.boolean("IsTruncated", page.truncated);
  }

  std::string finish(const store::ListPage& page, bool owners) {
    for (const store::Object& object : page.objects) contents(object, owners);
    for (const std::string& prefix : page.common_prefixes) {
      xml_.open("CommonPrefixes").text("Prefix", shown(prefix)).close();
    }
    xml_.close();
    return xml_.take();
  }

 private:
  void contents(const store::Object& object, bool owners) {
    xml_.open("Contents")
        .text("Key", shown(object.key))
        .text("LastModified", aws::IsoMillis(object.modified))
        .text("ETag", Quoted(object.etag));
    if (!object.checksum.algorithm.empty()) {
      xml_.text("ChecksumAlgorithm", object.checksum.algorithm)
          .text("ChecksumType", object.checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    xml_.number("Size", static_cast<std::int64_t>(object.size));
    if (owners) xml_.open("Owner").text("ID", owner_id(object.owner)).close();
    xml_.text("StorageClass", object.storage_class.empty() ? "STANDARD" : std::string_view(object.storage_class));
    if (input_.restorations) WriteRestoreStatus(xml_, object, now_);
    xml_.close();
  }

  const std::string& owner_id(const std::string& stored) {
    if (stored != owner_ || owner_id_.empty()) {
      owner_ = stored;
      owner_id_ = OwnerId(call_, stored);
    }
    return owner_id_;
  }

  const Call& call_;
  const ObjectsInput& input_;
  const store::Millis now_;
  aws::XmlWriter xml_;
  std::string owner_, owner_id_;  // the last one: mostly all are the same
};

}  // namespace

Answer ListObjects(Call& call) {
  auto input = ReadListInput<store::ListQuery>(call);
  if (!input) co_return input.error();
  const std::string marker(call.params().find("marker").value_or(""));
  input->query.start_after = marker;
  auto find = [&](const store::Reader& reader) { return FindPage(reader, call, *input); };
  const auto page = co_await call.read(find);
  if (!page) co_return page.error();

  PageWriter writer(call, *input);
  writer.xml().text("Marker", writer.shown(marker));
  if (page->truncated && !input->query.delimiter.empty()) writer.xml().text("NextMarker", writer.shown(page->last));
  writer.parameters(*page);
  co_return XmlResponse(writer.finish(*page, true));
}

Answer ListObjectsV2(Call& call) {
  auto input = ReadListInput<store::ListQuery>(call);
  if (!input) co_return input.error();
  const auto start_after = call.params().find("start-after");
  const auto token = call.params().find("continuation-token");
  if (token) {
    auto place = ReadToken(*token);
    if (!place) {
      co_return Error(InvalidArgument, "The continuation token provided is incorrect")
          .with("ArgumentName", "continuation-token");
    }
    input->query.start_after = std::move(*place);
  } else {
    input->query.start_after = start_after.value_or("");
  }
  auto find = [&](const store::Reader& reader) { return FindPage(reader, call, *input); };
  const auto page = co_await call.read(find);
  if (!page) co_return page.error();

  PageWriter writer(call, *input);
  aws::XmlWriter& xml = writer.xml();
  if (token) xml.text("ContinuationToken", *token);
  if (page->truncated) xml.text("NextContinuationToken", MakeToken(page->last));
  if (start_after && !start_after->empty()) xml.text("StartAfter", writer.shown(*start_after));
  xml.number("KeyCount", static_cast<std::int64_t>(page->objects.size() + page->common_prefixes.size()));
  writer.parameters(*page);
  co_return XmlResponse(writer.finish(*page, call.params().find("fetch-owner") == "true"));
}

}  // namespace keymill::s3
