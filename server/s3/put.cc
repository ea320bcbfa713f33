#include "server/s3/put.h"

#include "server/config.h"
#include "server/s3/acl.h"
#include "server/s3/commit_watched.h"
#include "server/s3/conditions.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/receive.h"
#include "server/s3/versions.h"

namespace keymill::s3 {
namespace {

/// The bucket to write to, and the conditions on what is to be replaced. Asked before the body comes, so that a
/// hopeless upload costs the client nothing, and again in the commit, where the answer counts.
Result<store::Bucket> Admit(const store::Reader& reader, const Call& call, const WriteConditions& conditions) {
  auto bucket = RequireBucket(reader, call);
  if (!bucket || !conditions.any()) return bucket;
  const std::string& key = call.route().key;
  if (auto checked = CheckWrite(conditions, store::FindObject(reader, bucket->id, key), key); !checked) {
    return checked.error();
  }
  return bucket;
}

}  // namespace

Task<Result<std::optional<std::string>>> WriteObject(pipeline::Call& call, const WriteConditions& conditions,
                                                     store::Object& object) {
  object.key = call.route().key;
  if (auto read = ReadObjectHeaders(call, object); !read) co_return read.error();
  auto declared = ReadDeclaredDigests(call);
  if (!declared) co_return declared.error();
  auto admit = [&](const store::Reader& reader) {
    auto bucket = Admit(reader, call, conditions);
    if (bucket) ApplyDefaultEncryption(reader, *bucket, call.services().config.region, object);
    return bucket;
  };
  const auto admitted = co_await call.read(admit);
  if (!admitted) co_return admitted.error();
  if (auto checked = CheckLockable(*admitted, object); !checked) co_return checked.error();
  if (object.lock_mode != store::LockMode::kNone && !declared->any()) {
    co_return Error(InvalidRequest,
                    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock "
                    "parameters");
  }
  if (auto read = ReadObjectAcl(call, *admitted, object); !read) co_return read.error();

  const ChecksumKind& kind = declared->kind != nullptr ? *declared->kind : kCrc64Nvme;
  const auto key = ReadCustomerKey(call);
  if (!key) co_return key.error();
  Receiver receiver(call, std::move(*declared), kind);
  receiver.encrypt(*key);
  if (auto received = co_await receiver.receive(); !received) co_return received.error();
  object.modified = WholeSeconds(call.now());
  object.size = receiver.size();
  object.etag = receiver.etag();
  object.checksum = receiver.checksum();
  const std::string version_id = NewVersionId();
  auto put = [&](store::Txn& txn) -> Result<std::optional<std::string>> {
    auto bucket = Admit(txn, call, conditions);
    if (!bucket) return bucket.error();
    object.body = receiver.place(txn);
    StoreObject(txn, *bucket, object, version_id);
    return ExpirationHeader(txn, *bucket, object);
  };
  auto committed = co_await CommitWatched(call, put);
  if (committed) receiver.kept();
  co_return committed;
}

void WritePutHeaders(http::Response& response, const pipeline::Call& call, const store::Object& object,
                     const std::optional<std::string>& expiration) {
  response.header("ETag", Quoted(object.etag));
  WriteChecksumHeaders(response, object);
  WriteEncryptionHeaders(response, object);
  WriteCustomerKeyHeaders(response, call);
  WriteNewVersionHeader(response, object);
  if (expiration) response.header(kExpirationHeader, *expiration);
}

Answer PutObject(Call& call) {
  if (!call.request().content_length && !call.request().chunked) co_return Error(MissingContentLength);
  const auto conditions = WriteConditionsOf(call);
  if (!conditions) co_return conditions.error();
  store::Object object;
  const auto written = co_await WriteObject(call, *conditions, object);
  if (!written) co_return written.error();
  http::Response response;
  WritePutHeaders(response, call, object, *written);
  co_return response;
}

}  // namespace keymill::s3
