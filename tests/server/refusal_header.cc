#include "server/aws/time.h"
#include "sigv4/encoding.h"
#include "tests/server/refusal_matrix.h"

// S3 by Authorization header (aws-facts A3, A4), the payload's hash (A2) and which refusal comes first (A10).

namespace keymill::test {
namespace {

const std::string kMalformed = "The authorization header is malformed; ";
const std::string kThree =
    kMalformed + "the authorization header requires three components: Credential, SignedHeaders, and Signature.";
const std::string kCredential =
    kMalformed + "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
constexpr const char* kNotSigned = "There were headers present in the request which were not signed";
constexpr const char* kNoDate = "AWS authentication requires a valid Date or x-amz-date header";
constexpr const char* kNoKey = "The AWS Access Key Id you provided does not exist in our records.";
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
constexpr std::string_view kHeaderMalformed = "AuthorizationHeaderMalformed";
const std::vector<std::string_view> kArgument = {"ArgumentName", "ArgumentValue"};
const std::vector<std::string_view> kSkew = {"RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"};
const std::vector<std::string_view> kDiagnosis = {"AWSAccessKeyId",    "StringToSign",     "SignatureProvided",
                                                  "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"};

Wire Signed(const World& w) {
  return Draft(w).sign();
}
/// The right header with one text exchanged.
Wire Changed(const World& w, std::string_view from, std::string_view to) {
  return Signed(w).change("Authorization", from, to);
}
Wire Scoped(const World& w, std::string region, std::string service, std::int64_t offset = 0) {
  Draft draft(w);
  draft.signing.region = std::move(region);
  draft.signing.service = std::move(service);
  draft.signing.time += offset;
  return draft.sign();
}
Wire Keyed(const World& w, std::string id, std::string secret) {
  Draft draft(w);
  draft.credentials = {std::move(id), std::move(secret)};
  return draft.sign();
}
Wire Put(const World& w, std::string payload, std::string body) {
  Draft draft(w);
  draft.request.method = "PUT";
  draft.request.payload = std::move(payload);
  draft.body = std::move(body);
  return draft.sign();
}
std::string Today(const World& w) {
  return aws::IsoBasic(w.signing().time * 1000).substr(0, 8);
}

const std::vector<Refusal> kHeader = {
    {"no signature, private bucket", [](const World& w) { return Draft(w).plain(); }, 403, "AccessDenied",
     "Access Denied"},
    {"Authorization without a space", [](const World& w) { return Signed(w).set("Authorization", "AWS4-HMAC-SHA256"); },
     400, "InvalidArgument", "Authorization header is invalid -- one and only one ' ' (space) required.", kArgument},
    {"unknown scheme", [](const World& w) { return Changed(w, "AWS4-HMAC-SHA256", "AWS5-HMAC-SHA256"); }, 400,
     "InvalidArgument", "Unsupported Authorization Type", kArgument},
    {"Basic authentication", [](const World& w) { return Signed(w).set("Authorization", "Basic dTpw"); }, 400,
     "InvalidArgument", "Unsupported Authorization Type", kArgument},
    {"empty Authorization", [](const World& w) { return Signed(w).set("Authorization", ""); }, 403, "AccessDenied"},
    {"two Authorization headers",
     [](const World& w) {
       auto wire = Signed(w);
       return Wire(wire).with("Authorization", wire.headers.back().second);
     },
     501,
     "NotImplemented",
     kAnyMessage,
     {"Header"}},
    {"Authorization and presigned query",
     [](const World& w) { return Draft(w).presign().with("Authorization", "AWS4-HMAC-SHA256 x"); }, 400,
     "InvalidArgument",
     "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or "
     "the "
     "Authorization header should be specified",
     kArgument},
    {"version 2 where only 4 is taken",
     [](const World& w) { return Draft(w).sign_v2(); },
     400,
     "InvalidRequest",
     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
     {},
     true,
     true},
    {"version 2, wrong secret",
     [](const World& w) {
       Draft draft(w);
       draft.credentials.secret_access_key = "other";
       return draft.sign_v2();
     },
     403,
     "SignatureDoesNotMatch",
     kMismatch,
     {"AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"}},
    {"no Credential", [](const World& w) { return Changed(w, "Credential=", "Credentials="); }, 400, kHeaderMalformed,
     kThree},
    {"an unknown component", [](const World& w) { return Changed(w, "Signature=", "Extra=1, Signature="); }, 400,
     kHeaderMalformed, kThree},
    {"a repeated component", [](const World& w) { return Changed(w, "Signature=", "Signature=0, Signature="); }, 400,
     kHeaderMalformed, kThree},
    {"a component without =", [](const World& w) { return Changed(w, "Signature=", "Signature"); }, 400,
     kHeaderMalformed, kMalformed + "the authorization component \"*"},
    {"a Credential of four parts", [](const World& w) { return Changed(w, "/us-east-1/", "/"); }, 400, kHeaderMalformed,
     kCredential},
    {"wrong terminator", [](const World& w) { return Changed(w, "/aws4_request", "/aws5_request"); }, 400,
     kHeaderMalformed, kMalformed + "incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\"."},
    {"a scope date that is none", [](const World& w) { return Changed(w, "/" + Today(w) + "/", "/today/"); }, 400,
     kHeaderMalformed,
     kMalformed + "incorrect date format \"today\". This date in the credential must be in the format \"yyyyMMdd\"."},
    {"a scope date of another day", [](const World& w) { return Changed(w, "/" + Today(w) + "/", "/20200101/"); }, 400,
     kHeaderMalformed, kMalformed + "Invalid credential date. Date is not the same as X-Amz-Date."},
    {"wrong service", [](const World& w) { return Scoped(w, "us-east-1", "ec2"); }, 400, kHeaderMalformed,
     kMalformed + "incorrect service \"ec2\". This endpoint belongs to \"s3\"."},
    {"wrong region",
     [](const World& w) { return Scoped(w, "aws-global", "s3"); },
     400,
     kHeaderMalformed,
     kMalformed + "the region 'aws-global' is wrong; expecting 'us-east-1'",
     {"Region"}},
    {"no date", [](const World& w) { return Signed(w).without("x-amz-date"); }, 403, "AccessDenied", kNoDate},
    {"a date that is none", [](const World& w) { return Signed(w).set("x-amz-date", "yesterday"); }, 403,
     "AccessDenied", kNoDate},
    {"a clock 16 minutes behind", [](const World& w) { return Scoped(w, "us-east-1", "s3", -960); }, 403,
     "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", kSkew},
    {"a clock 16 minutes ahead", [](const World& w) { return Scoped(w, "us-east-1", "s3", 960); }, 403,
     "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", kSkew},
    {"unknown key",
     [](const World& w) { return Keyed(w, "AKIAUNKNOWNUNKNOWN22", "x"); },
     403,
     "InvalidAccessKeyId",
     kNoKey,
     {"AWSAccessKeyId"}},
    {"wrong secret", [](const World& w) { return Keyed(w, TestServer::kRootId, "x"); }, 403, "SignatureDoesNotMatch",
     kMismatch, kDiagnosis},
    {"another path than was signed", [](const World& w) { return Signed(w).change("", "/k", "/other"); }, 403,
     "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"a signature in upper case",
     [](const World& w) {
       auto wire = Signed(w);
       auto& value = wire.headers.back().second;
       for (auto at = value.rfind("Signature=") + 10; at < value.size(); ++at)
         value[at] = static_cast<char>(std::toupper(value[at]));
       return wire;
     },
     403, "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"SigV4A, wrong secret",
     [](const World& w) {
       Draft draft(w);
       draft.signing.algorithm = sigv4::Algorithm::EcdsaP256;
       draft.credentials.secret_access_key = "other";
       return draft.sign();
     },
     403, "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"SigV4A for other regions",
     [](const World& w) {
       Draft draft(w);
       draft.signing.algorithm = sigv4::Algorithm::EcdsaP256;
       draft.signing.region = "eu-*,ap-south-1";
       return draft.sign();
     },
     400,
     kHeaderMalformed,
     kAnyMessage,
     {"Region"}},
    {"an x-amz header that is not signed",
     [](const World& w) { return Signed(w).with("x-amz-meta-b", "1").with("x-amz-acl", "private"); },
     403,
     "AccessDenied",
     kNotSigned,
     {"HeadersNotSigned"}},
    {"a token header that is not signed",
     [](const World& w) { return Signed(w).with("x-amz-security-token", "t"); },
     403,
     "AccessDenied",
     kNotSigned,
     {"HeadersNotSigned"}},
    {"x-amz-date without a signature",
     [](const World& w) { return Draft(w).plain().with("x-amz-date", "20260101T000000Z"); }, 403, "AccessDenied"},
    {"DeleteObjects writes no XML declaration",
     [](const World& w) {
       Draft draft(w);
       draft.request.method = "POST";
       draft.request.path = "/matrix-bucket";
       draft.request.query = "delete=";
       draft.credentials.secret_access_key = "other";
       return draft.sign();
     },
     403, "SignatureDoesNotMatch", kMismatch, kDiagnosis, false},
};

const std::vector<Refusal> kOrder = {
    {"skew before region", [](const World& w) { return Scoped(w, "eu-west-1", "s3", -960); }, 403,
     "RequestTimeTooSkewed", kAnyMessage, kSkew},
    {"region before service",
     [](const World& w) { return Scoped(w, "eu-west-1", "ec2"); },
     400,
     kHeaderMalformed,
     kMalformed + "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
     {"Region"}},
    {"scope before headers that are not signed",
     [](const World& w) { return Scoped(w, "eu-west-1", "s3").with("x-amz-acl", "private"); },
     400,
     kHeaderMalformed,
     kAnyMessage,
     {"Region"}},
    {"headers that are not signed before the key",
     [](const World& w) { return Keyed(w, "AKIAUNKNOWNUNKNOWN22", "x").with("x-amz-acl", "private"); },
     403,
     "AccessDenied",
     kNotSigned,
     {"HeadersNotSigned"}},
    {"scope before the key",
     [](const World& w) {
       return Keyed(w, "AKIAUNKNOWNUNKNOWN22", "x").change("Authorization", "us-east-1", "eu-west-1");
     },
     400,
     kHeaderMalformed,
     kAnyMessage,
     {"Region"}},
    {"the key before the bucket",
     [](const World& w) { return Keyed(w, "AKIAUNKNOWNUNKNOWN22", "x").change("", "matrix-bucket", "no-such-bucket"); },
     403,
     "InvalidAccessKeyId",
     kNoKey,
     {"AWSAccessKeyId"}},
    {"the signature before the payload",
     [](const World& w) { return Put(w, sigv4::hex(sigv4::sha256("promised")), "sent").change("", "/k", "/other"); },
     403, "SignatureDoesNotMatch", kMismatch, kDiagnosis},
};

constexpr const char* kContentSha256 =
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";

const std::vector<Refusal> kPayload = {
    {"no x-amz-content-sha256", [](const World& w) { return Signed(w).without("x-amz-content-sha256"); }, 400,
     "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"},
    {"an x-amz-content-sha256 that is none", [](const World& w) { return Put(w, "STREAMING-UNSIGNED-PAYLOAD", "x"); },
     400, "InvalidArgument", kContentSha256, kArgument},
    {"a hash of 63 digits", [](const World& w) { return Put(w, std::string(63, 'a'), "x"); }, 400, "InvalidArgument",
     kContentSha256, kArgument},
    {"another body than was hashed",
     [](const World& w) { return Put(w, sigv4::hex(sigv4::sha256("promised")), "sent"); },
     400,
     "XAmzContentSHA256Mismatch",
     "The provided 'x-amz-content-sha256' header does not match what was computed.",
     {"ClientComputedContentSHA256", "S3ComputedContentSHA256"}},
    {"another body, in HTTP chunks",
     [](const World& w) {
       auto wire = Put(w, sigv4::hex(sigv4::sha256("promised")), std::string(5000, 'x'));
       wire.http_chunks = true;
       return wire;
     },
     400,
     "XAmzContentSHA256Mismatch",
     kAnyMessage,
     {"ClientComputedContentSHA256", "S3ComputedContentSHA256"}},
    {"signed chunks without a signature",
     [](const World& w) {
       return Draft(w).plain().as("PUT").with("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
     },
     400, "InvalidRequest",
     "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or "
     "STREAMING-UNSIGNED-PAYLOAD-TRAILER."},
};

}  // namespace

std::span<const Refusal> HeaderRefusals() {
  return kHeader;
}
std::span<const Refusal> OrderOfRefusals() {
  return kOrder;
}
std::span<const Refusal> PayloadRefusals() {
  return kPayload;
}

}  // namespace keymill::test
