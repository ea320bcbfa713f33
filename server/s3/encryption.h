#pragma once

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
/// `algorithm`: aws:kms or aws:kms:dsse, which knows no bucket keys.
void SetKms(store::Object& object, std::string_view algorithm, std::string arn, bool bucket_key);
/// Where the request said nothing, the bucket decides; AES256 unless it was configured. May run twice.
void ApplyDefaultEncryption(const store::Reader& reader, const store::Bucket& bucket, std::string_view endpoint_region,
                            store::Object& object);
void WriteEncryptionHeaders(http::Response& response, const store::Object& object);

}  // namespace keymill::s3
