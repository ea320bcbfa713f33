#include <algorithm>
#include <optional>

#include "server/aws/arn.h"
#include "server/aws/fields.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "store/versions.h"

// UpdateObjectEncryption. Its complaints are those that its API page lists, a sentence and an advice each.

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2097152;

struct KmsEncryption {
  std::optional<std::string> key_arn, bucket_key;
};
struct ObjectEncryption {
  std::optional<KmsEncryption> kms;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::KmsEncryption> = std::tuple{
    Field{"KMSKeyArn", &s3::KmsEncryption::key_arn}, Field{"BucketKeyEnabled", &s3::KmsEncryption::bucket_key}};
template <>
inline constexpr auto kFields<s3::ObjectEncryption> = std::tuple{Field{"SSE-KMS", &s3::ObjectEncryption::kms}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

struct Wanted {
  std::string key_arn;
  std::string account;  ///< of the key
  bool bucket_key = false;
};

/// arn:aws:kms:REGION:ACCOUNT:key/ID
bool IsKeyArn(std::string_view text, std::string& account) {
  const auto arn = aws::Arn::Parse(text);
  constexpr std::string_view kKey = "key/";
  if (!arn || arn->service != "kms" || arn->region.empty() || !arn->resource.starts_with(kKey)) return false;
  const std::string_view id = arn->resource.substr(kKey.size());
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  account = arn->account;
  return account.size() == 12 && !id.empty() && std::all_of(id.begin(), id.end(), good);
}

Result<Wanted> Parse(std::string_view text) {
  ObjectEncryption given;
  const auto document = aws::XmlDocument::Parse(text, "ObjectEncryption");
  if (!document || !aws::Read(document->root(), given)) return Error(MalformedXML);
  if (!given.kms) {
    return Error(InvalidRequest,
                 "Requests that modify an object encryption configuration require a valid new encryption type. Valid "
                 "values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then "
                 "try again.");
  }
  if (!given.kms->key_arn || given.kms->key_arn->empty()) {
    return Error(InvalidRequest,
                 "Requests that modify an object's encryption type to SSE-KMS require an AWS KMS key Amazon Resource "
                 "Name (ARN). Modify the request to specify a KMS key ARN, and then try again.");
  }
  Wanted wanted{*given.kms->key_arn, {}, given.kms->bucket_key == "true"};
  if (!IsKeyArn(wanted.key_arn, wanted.account)) {
    return Error(InvalidRequest,
                 "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS key Amazon "
                 "Resource Name (ARN). Confirm that you have a correctly formatted KMS key ARN in your request, and "
                 "then try again.");
  }
  if (given.kms->bucket_key && !wanted.bucket_key && *given.kms->bucket_key != "false") {
    return Error(InvalidRequest,
                 "The BucketKeyEnabled value isn't valid. Valid values are true or false. Modify the request to "
                 "specify a valid value, and then try again.");
  }
  return wanted;
}

Result<> CheckChange(const FoundObject& found, const Wanted& wanted, store::Millis now) {
  const std::string& from = found.object.encryption;
  if (!from.empty() && from != "AES256" && from != "aws:kms") {
    return Error(InvalidRequest,
                 "The UpdateObjectEncryption operation doesn't support source objects with the encryption type "
                 "DSSE-KMS or SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.");
  }
  if (wanted.account != found.bucket.account) {
    return Error(AccessDenied,
                 "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the request "
                 "to specify a KMS key from the same account, and then try again.");
  }
  if (!IsLocked(found.object, now)) return {};
  return Error(AccessDenied,
               "The encryption type for the specified object can't be updated because that object is protected by S3 "
               "Object Lock. If the object has a governance-mode retention period or a legal hold, you must first "
               "remove the Object Lock status on the object before you issue your UpdateObjectEncryption request. You "
               "can't use the UpdateObjectEncryption operation with objects that have an Object Lock compliance mode "
               "retention period applied to them.");
}

}  // namespace

Answer UpdateObjectEncryption(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  if (const auto found = co_await call.read(find); !found) co_return found.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  const auto wanted = Parse(*text);
  if (!wanted) co_return wanted.error();
  auto update = [&](store::Txn& txn) -> Result<> {
    auto found = RequireObject(txn, call);
    if (!found) return found.error();
    if (auto checked = CheckChange(*found, *wanted, call.now()); !checked) return checked.error();
    SetKms(found->object, "aws:kms", wanted->key_arn, wanted->bucket_key);
    store::UpdateVersion(txn, found->bucket.id, found->object);
    return {};
  };
  if (const auto updated = co_await call.commit(update); !updated) co_return updated.error();
  co_return http::Response(200);
}

}  // namespace keymill::s3
