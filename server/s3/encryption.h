#pragma once

#include <optional>
#include <string_view>

#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/records.h"
#include "store/txn.h"

/// Server-side encryption as far as clients see it: which kind an object has, and under which key. There is no key
/// management service: every key id is taken for one of the account, and the bytes are not encrypted once more. They
/// are under a customer's key (customer_key.h).
namespace keymill::s3 {

/// Takes x-amz-server-side-encryption* of a request that makes an object; none leaves the object's encryption empty.
/// Errors: InvalidEncryptionAlgorithmError, InvalidArgument for a key without aws:kms, those of customer keys.
Result<> ReadEncryptionHeaders(const pipeline::Call& call, store::Object& object);
/// What the three headers of server-side encryption say; `region` and `account` complete a key's id to its ARN. Errors
/// as ReadEncryptionHeaders().
struct WantedEncryption {
  std::string_view algorithm;
  std::optional<std::string_view> kms_key;
  bool bucket_key = false;
};
Result<> SetEncryption(const WantedEncryption& wanted, std::string_view region, const std::string& account,
                       store::Object& object);
/// True if the object's KMS key is used by way of one of the bucket's.
bool HasBucketKey(const store::Object& object);
/// `algorithm`: aws:kms or aws:kms:dsse, which knows no bucket keys.
void SetKms(store::Object& object, std::string_view algorithm, std::string arn, bool bucket_key);
/// Where the request said nothing, the bucket decides; AES256 unless it was configured. May run twice.
void ApplyDefaultEncryption(const store::Reader& reader, const store::Bucket& bucket, std::string_view endpoint_region,
                            store::Object& object);
void WriteEncryptionHeaders(http::Response& response, const store::Object& object);

}  // namespace keymill::s3
