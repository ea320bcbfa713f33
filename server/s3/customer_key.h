#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/records.h"

/// SSE-C: bodies encrypted with a key that the customer sends with each request and that is never stored; of the key
/// there is a salted HMAC only, to tell it from others. S3 takes such keys over TLS alone; here they are taken over
/// plain HTTP as well, since the endpoint is commonly one on the loopback interface, without certificates.
///
/// (S3 User Guide, "Using server-side encryption with customer-provided keys")
namespace keymill::s3 {

/// Object::encryption of such an object; S3 has no value of x-amz-server-side-encryption for it.
inline constexpr std::string_view kCustomerEncryption = "SSE-C";

inline constexpr std::string_view kCustomerKeyPrefix = "x-amz-server-side-encryption-customer-";
inline constexpr std::string_view kSourceKeyPrefix = "x-amz-copy-source-server-side-encryption-customer-";

/// 32 raw bytes, wiped when destroyed; empty where the request brought none.
class CustomerKey {
 public:
  CustomerKey() = default;
  explicit CustomerKey(std::string bytes) : bytes_(std::move(bytes)) {}
  CustomerKey(CustomerKey&& other) noexcept;
  CustomerKey& operator=(CustomerKey&& other) noexcept;
  ~CustomerKey();
  explicit operator bool() const { return !bytes_.empty(); }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// The key of a request, or of its copy source (kSourceKeyPrefix). Errors: InvalidArgument if a header of the three is
/// missing or wrong, InvalidEncryptionAlgorithmError.
Result<CustomerKey> ReadCustomerKey(const pipeline::Call& call, std::string_view prefix = kCustomerKeyPrefix);

/// Makes the object one of this key, of which `object` gets what MatchesKey() needs.
void SetCustomerKey(const CustomerKey& key, store::Object& object);
bool HasCustomerKey(const store::Object& object);

/// Whether the key that came with a request opens the object. Errors: InvalidRequest without one, or if there is
/// nothing to open; AccessDenied for another key.
Result<> CheckCustomerKey(const CustomerKey& key, const store::Object& object);
/// The same for a part of the upload that will make `object`. Errors: InvalidRequest.
Result<> CheckPartKey(const CustomerKey& key, const store::Object& object);

/// Repeats algorithm and MD5 of the request, if it has a key.
void WriteCustomerKeyHeaders(http::Response& response, const pipeline::Call& call);

}  // namespace keymill::s3
