#include "server/s3/customer_key.h"

#include <algorithm>
#include <utility>

#include "server/aws/ids.h"
#include "server/s3/errors.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/body_cipher.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kAes = "AES256";
constexpr std::string_view kVerifier = "customer-key";  // attribute of objects: a salt, then the HMAC of it
constexpr std::size_t kSaltSize = 16;

/// The header as errors name it: S3 names the algorithm's, whichever of the three is wrong.
constexpr std::string_view kArgument = "x-amz-server-side-encryption";

Error Wrong(std::string_view message) {
  return InvalidArgumentNamed(std::string(message), kArgument, "null");
}

std::string Hmac(const CustomerKey& key, std::string_view salt) {
  const auto mac = sigv4::HmacSha256Key(key.bytes()).sign(salt);
  return std::string(reinterpret_cast<const char*>(mac.data()), mac.size());
}

bool MatchesKey(const CustomerKey& key, const store::Object& object) {
  const auto verifier = std::find_if(object.attributes.begin(), object.attributes.end(),
                                     [](const auto& attribute) { return attribute.first == kVerifier; });
  if (verifier == object.attributes.end() || verifier->second.size() < kSaltSize) return false;
  const std::string_view stored = verifier->second;
  return sigv4::equal_constant_time(Hmac(key, stored.substr(0, kSaltSize)), stored.substr(kSaltSize));
}

}  // namespace

CustomerKey::CustomerKey(CustomerKey&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

CustomerKey& CustomerKey::operator=(CustomerKey&& other) noexcept {
  bytes_.swap(other.bytes_);
  return *this;
}

CustomerKey::~CustomerKey() {
  sigv4::cleanse(bytes_.data(), bytes_.size());
}

Result<CustomerKey> ReadCustomerKey(const pipeline::Call& call, std::string_view prefix) {
  const auto header = [&](std::string_view name) { return call.header(std::string(prefix).append(name)); };
  const auto algorithm = header("algorithm"), encoded = header("key"), md5 = header("key-md5");
  if (!algorithm && !encoded && !md5) return CustomerKey();
  if (!algorithm) {
    return Wrong(
        "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption "
        "algorithm.");
  }
  if (*algorithm != kAes) {
    return Error(InvalidEncryptionAlgorithmError)
        .with("ArgumentName", std::string(kArgument))
        .with("ArgumentValue", std::string(*algorithm));
  }
  if (!encoded) {
    return Wrong(
        "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret "
        "key.");
  }
  if (!md5) {
    return Wrong(
        "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated "
        "MD5 of the secret key.");
  }
  auto bytes = sigv4::base64_decode(*encoded);
  if (!bytes || bytes->size() != store::kCipherKeySize) {
    return Wrong("The secret key was invalid for the specified algorithm.");
  }
  CustomerKey key(std::move(*bytes));
  const auto digest = sigv4::md5(key.bytes());
  if (*md5 != sigv4::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()})) {
    return Wrong("The calculated MD5 hash of the key did not match the hash that was provided.");
  }
  return key;
}

void SetCustomerKey(const CustomerKey& key, store::Object& object) {
  std::string salt = aws::RandomBytes(kSaltSize);
  const std::string mac = Hmac(key, salt);
  object.encryption = kCustomerEncryption;
  object.attributes.emplace_back(kVerifier, salt.append(mac));
}

bool HasCustomerKey(const store::Object& object) {
  return object.encryption == kCustomerEncryption;
}

Result<> CheckCustomerKey(const CustomerKey& key, const store::Object& object) {
  if (!HasCustomerKey(object)) {
    if (!key) return {};
    return Error(InvalidRequest, "The encryption parameters are not applicable to this object.");
  }
  if (!key) {
    return Error(InvalidRequest,
                 "The object was stored using a form of Server Side Encryption. The correct parameters must be "
                 "provided to retrieve the object.");
  }
  if (!MatchesKey(key, object)) return Error(AccessDenied);
  return {};
}

Result<> CheckPartKey(const CustomerKey& key, const store::Object& object) {
  if (!HasCustomerKey(object)) {
    if (!key) return {};
    return Error(InvalidRequest,
                 "The multipart upload initiate did not request encryption. Please resend the request without sending "
                 "encryption parameters.");
  }
  if (!key) {
    return Error(InvalidRequest,
                 "The multipart upload initiate requested encryption. Subsequent part requests must include the "
                 "appropriate encryption parameters.");
  }
  if (!MatchesKey(key, object)) {
    return Error(InvalidRequest, "The provided encryption parameters did not match the ones used originally.");
  }
  return {};
}

void WriteCustomerKeyHeaders(http::Response& response, const pipeline::Call& call) {
  for (const std::string_view name : {"algorithm", "key-md5"}) {
    const std::string header = std::string(kCustomerKeyPrefix).append(name);
    if (const auto value = call.header(header)) response.header(header, *value);
  }
}

}  // namespace keymill::s3
