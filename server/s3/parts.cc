#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/s3/conditions.h"
#include "server/s3/copy_body.h"
#include "server/s3/copy_source.h"
#include "server/s3/customer_key.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/range.h"
#include "server/s3/receive.h"
#include "server/s3/uploads.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"

namespace keymill::s3 {
namespace {

/// A part's checksum must be of the kind that its upload was created with, if with any.
Result<> CheckKind(const store::Upload& upload, const DeclaredDigests& declared) {
  const ChecksumKind* expected = DeclaredKind(upload);
  if (expected == nullptr || declared.kind == nullptr || declared.kind == expected) return {};
  return Error(InvalidRequest,
               "Checksum Type mismatch occurred, expected checksum Type: " + std::string(expected->lower) +
                   ", actual checksum Type: " + std::string(declared.kind->lower));
}

void WritePartChecksum(http::Response& response, const store::Checksum& checksum) {
  if (const ChecksumKind* kind = FindChecksumKind(checksum.algorithm))
    response.header(kind->header, ShowChecksum(checksum.value));
}

/// Bytes of the source that a part takes, from x-amz-copy-source-range.
Result<ByteRange> SelectSource(const Call& call, const store::Object& source) {
  constexpr std::string_view kHeader = "x-amz-copy-source-range";
  const auto header = call.header(kHeader);
  if (!header) return ByteRange{0, source.size};
  const auto range = ParseClosedRange(*header);
  if (!range) {
    return InvalidArgumentNamed(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
        "are the zero-based offsets of the first and last bytes to copy",
        kHeader, *header);
  }
  if (range->first >= source.size) {
    return Error(InvalidRequest, "The specified copy range is invalid for the source object size");
  }
  if (range->last >= source.size) {
    return InvalidArgumentNamed(
        "Range specified is not valid for source object of size: " + std::to_string(source.size), kHeader, *header);
  }
  return ByteRange{range->first, range->last - range->first + 1};
}

struct CopyPartPlan {
  FoundUpload to;
  FoundObject from;
};

Result<CopyPartPlan> Plan(const store::Reader& reader, const Call& call, const CopySource& source,
                          const SourceAccess& access, const CustomerKey& source_key, const CustomerKey& key) {
  auto to = RequireUpload(reader, call);
  if (!to) return to.error();
  if (auto checked = CheckPartKey(key, to->upload.object); !checked) return checked.error();
  auto from = FindCopySource(reader, call, source, access);
  if (!from) return from.error();
  if (auto checked = CheckCustomerKey(source_key, from->object); !checked) return checked.error();
  const auto holds = CheckRead(ReadConditionsOf(call, kCopySourcePrefix), from->object, call.now(), kCopySourcePrefix);
  if (!holds) return holds.error();
  return CopyPartPlan{std::move(*to), std::move(*from)};
}

std::string CopyPartResult(const store::Part& part, bool show_checksum) {
  aws::XmlWriter xml;
  xml.declaration().open("CopyPartResult", kNamespace);
  xml.text("LastModified", aws::IsoMillis(part.modified)).text("ETag", Quoted(part.etag));
  const ChecksumKind* kind = FindChecksumKind(part.checksum.algorithm);
  if (show_checksum && kind != nullptr) xml.text(kind->element, ShowChecksum(part.checksum.value));
  xml.close();
  return xml.take();
}

}  // namespace

Answer UploadPart(Call& call) {
  const auto number = ParsePartNumber(call.params().find("partNumber").value_or(""));
  if (!number) co_return number.error();
  if (!call.request().content_length && !call.request().chunked) co_return Error(MissingContentLength);
  auto declared = ReadDeclaredDigests(call);
  if (!declared) co_return declared.error();
  const auto key = ReadCustomerKey(call);
  if (!key) co_return key.error();
  auto find = [&](const store::Reader& reader) { return RequireUpload(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  if (auto checked = CheckPartKey(*key, found->upload.object); !checked) co_return checked.error();
  if (auto checked = CheckKind(found->upload, *declared); !checked) co_return checked.error();

  Receiver receiver(call, std::move(*declared), StoredKind(found->upload));
  receiver.encrypt(*key);
  if (auto received = co_await receiver.receive(); !received) co_return received.error();
  store::Part part;
  part.number = *number;
  part.size = receiver.size();
  part.modified = WholeSeconds(call.now());
  part.etag = receiver.etag();
  part.checksum = receiver.checksum();
  auto put = [&](store::Txn& txn) -> Result<> {
    const auto upload = RequireUpload(txn, call);
    if (!upload) return upload.error();
    part.body = receiver.place(txn);
    store::PutPart(txn, upload->upload, part);
    return {};
  };
  if (auto committed = co_await call.commit(put); !committed) co_return committed.error();
  receiver.kept();

  http::Response response;
  response.header("ETag", Quoted(part.etag));
  WriteEncryptionHeaders(response, found->upload.object);
  WriteCustomerKeyHeaders(response, call);
  const DeclaredDigests& said = receiver.digests().declared();
  if (said.checksum)
    response.header(said.kind->header, ShowChecksum(*said.checksum));
  else
    WritePartChecksum(response, part.checksum);
  co_return response;
}

Answer UploadPartCopy(Call& call) {
  const auto number = ParsePartNumber(call.params().find("partNumber").value_or(""));
  if (!number) co_return number.error();
  const auto source = ParseCopySource(call.header_or_empty("x-amz-copy-source"));
  if (!source) co_return source.error();
  const auto source_key = ReadCustomerKey(call, kSourceKeyPrefix);
  if (!source_key) co_return source_key.error();
  const auto key = ReadCustomerKey(call);
  if (!key) co_return key.error();
  const auto access = co_await AuthorizeCopySource(call, *source);
  if (!access) co_return access.error();
  for (;;) {
    auto find = [&](const store::Reader& reader) { return Plan(reader, call, *source, *access, *source_key, *key); };
    const auto plan = co_await call.read(find);
    if (!plan) co_return plan.error();
    const auto range = SelectSource(call, plan->from.object);
    if (!range) co_return range.error();
    store::Part part;
    part.number = *number;
    part.modified = WholeSeconds(call.now());
    OwnedBlob blob(call.services().db);
    const BodySource bytes{plan->from.object.body, *range, *source_key};
    CopiedDigests digests;
    if (!co_await CopyBytes(call, bytes, StoredKind(plan->to.upload), digests, &blob, *key)) continue;
    part.size = range->length;
    part.etag = digests.etag;
    part.checksum = digests.checksum;
    if (blob.get()) part.body.blobs.push_back(*blob.get());
    auto put = [&](store::Txn& txn) -> Result<> {
      const auto upload = RequireUpload(txn, call);
      if (!upload) return upload.error();
      store::PutPart(txn, upload->upload, part);
      return {};
    };
    if (auto committed = co_await call.commit(put); !committed) co_return committed.error();
    blob.kept();
    http::Response response = XmlResponse(CopyPartResult(part, DeclaredKind(plan->to.upload) != nullptr));
    WriteEncryptionHeaders(response, plan->to.upload.object);
    WriteCustomerKeyHeaders(response, call);
    if (plan->from.bucket.versioning != store::Versioning::kUnversioned) {
      response.header("x-amz-copy-source-version-id", ShowVersionId(plan->from.object.version_id));
    }
    co_return response;
  }
}

}  // namespace keymill::s3
