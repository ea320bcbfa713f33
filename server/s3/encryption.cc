#include "server/s3/encryption.h"

#include <algorithm>

#include "server/config.h"
#include "server/s3/customer_key.h"
#include "server/s3/documents.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kHeader = "x-amz-server-side-encryption";
constexpr std::string_view kKeyHeader = "x-amz-server-side-encryption-aws-kms-key-id";
constexpr std::string_view kBucketKeyHeader = "x-amz-server-side-encryption-bucket-key-enabled";
constexpr std::string_view kBucketKey = "bucket-key";  // attribute of objects
constexpr std::string_view kAes = "AES256";

struct EncryptionDefault {
  std::string algorithm;
  std::optional<std::string> key;
};
struct EncryptionRule {
  std::optional<EncryptionDefault> by_default;
  bool bucket_key = false;
};
struct EncryptionConfiguration {
  std::vector<EncryptionRule> rules;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::EncryptionDefault> =
    std::tuple{Field{"SSEAlgorithm", &s3::EncryptionDefault::algorithm, kRequired, "AES256|aws:kms|aws:kms:dsse"},
               Field{"KMSMasterKeyID", &s3::EncryptionDefault::key}};
template <>
inline constexpr auto kFields<s3::EncryptionRule> =
    std::tuple{Field{"ApplyServerSideEncryptionByDefault", &s3::EncryptionRule::by_default},
               Field{"BucketKeyEnabled", &s3::EncryptionRule::bucket_key}};
template <>
inline constexpr auto kFields<s3::EncryptionConfiguration> =
    std::tuple{Field{"Rule", &s3::EncryptionConfiguration::rules, kRequired}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

bool IsKms(std::string_view algorithm) {
  return algorithm == "aws:kms" || algorithm == "aws:kms:dsse";
}

Result<> CheckConfiguration(EncryptionConfiguration& configuration) {
  if (configuration.rules.size() != 1) return Error(MalformedXML);
  const auto& chosen = configuration.rules[0].by_default;
  if (!chosen || !chosen->key || IsKms(chosen->algorithm)) return {};
  return Error(InvalidArgument,
               "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
      .with("ArgumentName", "ApplyServerSideEncryptionByDefault");
}

constexpr DocumentKind kConfiguration{
    "encryption",
    "ServerSideEncryptionConfiguration",
    nullptr,
    ComposeShape<EncryptionConfiguration, CheckConfiguration>,
    Insist::kNo,
    2097152,
    "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
    "<BucketKeyEnabled>false</BucketKeyEnabled></Rule>"};

/// The ARN under which S3 shows a key. Without an id it is the account's own key for S3, which has the same id always.
std::string KeyArn(std::string_view id, std::string_view region, const std::string& account) {
  if (id.starts_with("arn:")) return std::string(id);
  std::string arn = "arn:aws:kms:" + std::string(region) + ":" + account + ":";
  if (id.starts_with("alias/")) return arn.append(id);
  if (!id.empty()) return arn.append("key/").append(id);
  const auto digest = sigv4::sha256(arn + "aws/s3");
  std::string hex = sigv4::hex(digest).substr(0, 32);
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) hex.insert(dash, 1, '-');
  return arn.append("key/").append(hex);
}

Error KeyWithoutKms(std::string_view algorithm) {
  return InvalidArgumentNamed(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      kHeader, algorithm);
}

}  // namespace

void SetKms(store::Object& object, std::string_view algorithm, std::string arn, bool bucket_key) {
  object.encryption = algorithm;
  object.encryption_key = std::move(arn);
  std::erase_if(object.attributes, [](const auto& attribute) { return attribute.first == kBucketKey; });
  if (bucket_key && algorithm == "aws:kms") object.attributes.emplace_back(kBucketKey, "true");
}

Result<> ReadEncryptionHeaders(const pipeline::Call& call, store::Object& object) {
  const auto algorithm = call.header(kHeader), key = call.header(kKeyHeader);
  const auto customer_key = ReadCustomerKey(call);
  if (!customer_key) return customer_key.error();
  if (*customer_key) {
    if (algorithm || key) {
      return InvalidArgumentNamed(
          "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
          kHeader, algorithm.value_or(""));
    }
    SetCustomerKey(*customer_key, object);
    return {};
  }
  if (!algorithm) {
    return key ? KeyWithoutKms("") : Result<>();
  }
  const bool bucket_key = sigv4::equals_ignoring_case(call.header_or_empty(kBucketKeyHeader), "true");
  return SetEncryption({*algorithm, key, bucket_key}, call.services().config.region, call.identity().account, object);
}

Result<> SetEncryption(const WantedEncryption& wanted, std::string_view region, const std::string& account,
                       store::Object& object) {
  const bool kms = IsKms(wanted.algorithm);
  if (wanted.algorithm != kAes && !kms) {
    return Error(InvalidEncryptionAlgorithmError)
        .with("ArgumentName", std::string(kHeader))
        .with("ArgumentValue", std::string(wanted.algorithm));
  }
  if (wanted.kms_key && !kms) return KeyWithoutKms(wanted.algorithm);
  if (kms)
    SetKms(object, wanted.algorithm, KeyArn(wanted.kms_key.value_or(""), region, account), wanted.bucket_key);
  else
    object.encryption = kAes;
  return {};
}

bool HasBucketKey(const store::Object& object) {
  return std::any_of(object.attributes.begin(), object.attributes.end(),
                     [](const auto& attribute) { return attribute.first == kBucketKey; });
}

void ApplyDefaultEncryption(const store::Reader& reader, const store::Bucket& bucket, std::string_view endpoint_region,
                            store::Object& object) {
  if (!object.encryption.empty()) return;
  object.encryption = kAes;
  const auto text = store::FindDocument(reader, bucket.id, kConfiguration.name);
  if (!text) return;
  const auto document = aws::XmlDocument::Parse("<Stored>" + *text + "</Stored>", "Stored");
  EncryptionConfiguration configuration;
  if (!document || !aws::Read(document->root(), configuration) || configuration.rules.empty()) return;
  const EncryptionRule& rule = configuration.rules[0];
  if (!rule.by_default || !IsKms(rule.by_default->algorithm)) return;
  SetKms(object, rule.by_default->algorithm, KeyArn(rule.by_default->key.value_or(""), endpoint_region, bucket.account),
         rule.bucket_key);
}

void WriteEncryptionHeaders(http::Response& response, const store::Object& object) {
  if (HasCustomerKey(object)) return;  // WriteCustomerKeyHeaders()
  response.header(kHeader, object.encryption.empty() ? kAes : std::string_view(object.encryption));
  if (!IsKms(object.encryption)) return;
  response.header(kKeyHeader, object.encryption_key);
  if (HasBucketKey(object)) response.header(kBucketKeyHeader, "true");
}

const DocumentKind& EncryptionKind() {
  return kConfiguration;
}

Answer GetBucketEncryption(Call& call) {
  return GetDocument(call, kConfiguration);
}
Answer PutBucketEncryption(Call& call) {
  return PutDocument(call, kConfiguration);
}
Answer DeleteBucketEncryption(Call& call) {
  return DeleteDocument(call, kConfiguration);
}

}  // namespace keymill::s3
