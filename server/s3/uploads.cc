#include "server/s3/uploads.h"

#include <charconv>

#include "server/aws/ids.h"
#include "server/aws/xml_writer.h"
#include "server/config.h"
#include "server/s3/acl.h"
#include "server/s3/customer_key.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";     // any order will do
constexpr std::string_view kSortable = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // ascending, five bits each
constexpr std::size_t kTimeCharacters = 10;
constexpr std::size_t kRandomCharacters = 54;

/// The algorithm and type that the parts will have. COMPOSITE is a checksum of the parts' checksums.
Result<store::Checksum> ReadUploadChecksum(const Call& call) {
  const auto name = call.header("x-amz-checksum-algorithm"), type = call.header("x-amz-checksum-type");
  store::Checksum checksum;
  if (!name) {
    if (!type) return checksum;
    return Error(InvalidRequest,
                 "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  const ChecksumKind* kind = FindChecksumKind(*name);
  if (kind == nullptr) {
    return Error(InvalidRequest, UnsupportedAlgorithm());
  }
  if (type && *type != "COMPOSITE" && *type != "FULL_OBJECT") {
    return Error(InvalidRequest, "Value for x-amz-checksum-type header is invalid.");
  }
  checksum.algorithm = kind->name;
  checksum.composite = type ? *type == "COMPOSITE" : kind != &kCrc64Nvme;
  const bool possible = checksum.composite ? kind != &kCrc64Nvme : kind->linear;
  if (possible) return checksum;
  return Error(InvalidRequest, "The " + std::string(checksum.composite ? "COMPOSITE" : "FULL_OBJECT") +
                                   " checksum type cannot be used with the " + std::string(kind->lower) +
                                   " checksum algorithm.");
}

}  // namespace

std::string NewUploadId(store::Millis now) {
  std::string id(kTimeCharacters, '0');
  auto time = static_cast<std::uint64_t>(now);
  for (std::size_t i = kTimeCharacters; i-- > 0; time >>= 5) id[i] = kSortable[time & 31];
  for (const char octet : aws::RandomBytes(kRandomCharacters)) id += kAlphabet[static_cast<unsigned char>(octet) & 63];
  return id;
}

Error NoSuchUploadError(std::string_view id) {
  return Error(NoSuchUpload).with("UploadId", std::string(id));
}

Result<FoundUpload> RequireUpload(const store::Reader& reader, const pipeline::Call& call) {
  auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  const std::string_view id = call.params().find("uploadId").value_or("");
  auto upload = store::FindUpload(reader, bucket->id, call.route().key, id);
  if (!upload) return NoSuchUploadError(id);
  return FoundUpload{std::move(*bucket), std::move(*upload)};
}

Result<std::uint32_t> ParsePartNumber(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= kMaxPartNumber)
    return number;
  return InvalidArgumentNamed("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
}

const ChecksumKind* DeclaredKind(const store::Upload& upload) {
  return FindChecksumKind(upload.object.checksum.algorithm);
}

const ChecksumKind& StoredKind(const store::Upload& upload) {
  const ChecksumKind* kind = DeclaredKind(upload);
  return kind != nullptr ? *kind : kCrc64Nvme;
}

Answer CreateMultipartUpload(Call& call) {
  store::Upload upload;
  upload.key = call.route().key;
  upload.id = NewUploadId(call.now());
  upload.initiated = WholeSeconds(call.now());
  upload.initiator = call.identity().arn;
  upload.object.key = upload.key;
  if (auto read = ReadObjectHeaders(call, upload.object); !read) co_return read.error();
  auto checksum = ReadUploadChecksum(call);
  if (!checksum) co_return checksum.error();
  upload.object.checksum = std::move(*checksum);
  auto create = [&](store::Txn& txn) -> Result<> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    ApplyDefaultEncryption(txn, *bucket, call.services().config.region, upload.object);
    if (auto checked = CheckLockable(*bucket, upload.object); !checked) return checked.error();
    if (auto read = ReadObjectAcl(call, *bucket, upload.object); !read) return read.error();
    const auto current = store::FindObject(txn, bucket->id, upload.key);
    if (current && !current->delete_marker) upload.object.sequence = current->sequence;
    store::CreateUpload(txn, bucket->id, upload);
    return {};
  };
  if (const auto created = co_await call.commit(create); !created) co_return created.error();
  aws::XmlWriter xml;
  xml.declaration().open("InitiateMultipartUploadResult", kNamespace);
  xml.text("Bucket", call.route().bucket).text("Key", upload.key).text("UploadId", upload.id).close();
  http::Response response = XmlResponse(xml.take());
  WriteEncryptionHeaders(response, upload.object);
  WriteCustomerKeyHeaders(response, call);
  if (const ChecksumKind* kind = DeclaredKind(upload)) {
    response.header("x-amz-checksum-algorithm", kind->name)
        .header("x-amz-checksum-type", upload.object.checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  co_return response;
}

Answer AbortMultipartUpload(Call& call) {
  auto abort = [&](store::Txn& txn) -> Result<> {
    const auto found = RequireUpload(txn, call);
    if (!found) return found.error();
    store::AbortUpload(txn, found->bucket.id, found->upload);
    return {};
  };
  if (const auto aborted = co_await call.commit(abort); !aborted) co_return aborted.error();
  co_return http::Response(204);
}

}  // namespace keymill::s3
