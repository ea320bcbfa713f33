#include "sigv4/timestamp.h"
#include "tests/server/refusal_matrix.h"

// S3 by query (aws-facts A5).

namespace keymill::test {
namespace {

constexpr std::string_view kError = "AuthorizationQueryParametersError";
constexpr const char* kSix =
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
constexpr const char* kCredential =
    "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
    "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
constexpr const char* kNotSigned = "There were headers present in the request which were not signed";
constexpr const char* kWeek =
    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 "
    "seconds";
const std::vector<std::string_view> kDiagnosis = {"AWSAccessKeyId",    "StringToSign",     "SignatureProvided",
                                                  "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"};

Wire Presigned(const World& w) {
  return Draft(w).presign();
}
Wire Changed(const World& w, std::string_view from, std::string_view to) {
  return Presigned(w).change("", from, to);
}
Wire At(const World& w, std::int64_t offset, std::string region = "us-east-1", std::string service = "s3") {
  Draft draft(w);
  draft.signing.time += offset;
  draft.signing.region = std::move(region);
  draft.signing.service = std::move(service);
  return draft.presign();
}

const std::vector<Refusal> kRows = {
    {"no X-Amz-Algorithm", [](const World& w) { return Changed(w, "X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""); }, 400,
     kError, kSix},
    {"no X-Amz-Credential", [](const World& w) { return Changed(w, "X-Amz-Credential", "X-Other"); }, 400, kError,
     kSix},
    {"no X-Amz-Date", [](const World& w) { return Changed(w, "X-Amz-Date", "X-Other"); }, 400, kError, kSix},
    {"no X-Amz-Expires", [](const World& w) { return Changed(w, "X-Amz-Expires", "X-Other"); }, 400, kError, kSix},
    {"no X-Amz-SignedHeaders", [](const World& w) { return Changed(w, "X-Amz-SignedHeaders", "X-Other"); }, 400, kError,
     kSix},
    {"no X-Amz-Signature", [](const World& w) { return Changed(w, "X-Amz-Signature", "X-Other"); }, 400, kError, kSix},
    {"unknown algorithm", [](const World& w) { return Changed(w, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"); }, 400, kError,
     "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\""},
    {"a Credential of four parts", [](const World& w) { return Changed(w, "%2Fus-east-1", ""); }, 400, kError,
     kCredential},
    {"a Credential encoded twice", [](const World& w) { return Changed(w, "%2Fus-east-1", "%252Fus-east-1"); }, 400,
     kError, kCredential},
    {"wrong service", [](const World& w) { return At(w, 0, "us-east-1", "sns"); }, 400, kError,
     "Error parsing the X-Amz-Credential parameter; incorrect service \"sns\". This endpoint belongs to \"s3\"."},
    {"wrong region",
     [](const World& w) { return At(w, 0, "eu-west-1"); },
     400,
     kError,
     "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
     {"Region"}},
    {"wrong region and service",
     [](const World& w) { return At(w, 0, "eu-west-1", "sns"); },
     400,
     kError,
     "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
     {"Region"}},
    {"a scope date of another day",
     [](const World& w) {
       const std::string today = std::string(sigv4::view(sigv4::format_iso_basic(w.signing().time)).substr(0, 8));
       return Changed(w, "%2F" + today, "%2F20200101");
     },
     400, kError, "Invalid credential date \"20200101\". This date is not the same as X-Amz-Date: \"*"},
    {"a date that is none", [](const World& w) { return Changed(w, "X-Amz-Date=2", "X-Amz-Date=x"); }, 400, kError,
     "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""},
    {"an expiry that is no number",
     [](const World& w) { return Changed(w, "X-Amz-Expires=300", "X-Amz-Expires=soon"); }, 400, kError,
     "X-Amz-Expires should be a number"},
    {"a negative expiry", [](const World& w) { return Changed(w, "X-Amz-Expires=300", "X-Amz-Expires=-1"); }, 400,
     kError, "X-Amz-Expires must be non-negative"},
    {"a second more than a week",
     [](const World& w) { return Changed(w, "X-Amz-Expires=300", "X-Amz-Expires=604801"); }, 400, kError, kWeek},
    {"expired",
     [](const World& w) { return At(w, -301); },
     403,
     "AccessDenied",
     "Request has expired",
     {"X-Amz-Expires", "Expires", "ServerTime"}},
    {"valid for no time at all",
     [](const World& w) { return Changed(w, "X-Amz-Expires=300", "X-Amz-Expires=0"); },
     403,
     "AccessDenied",
     "Request has expired",
     {"X-Amz-Expires", "Expires", "ServerTime"}},
    {"dated 16 minutes ahead",
     [](const World& w) { return At(w, 960); },
     403,
     "AccessDenied",
     kAnyMessage,
     {"X-Amz-Date", "Expires", "ServerTime"}},
    {"expired before the scope's date",
     [](const World& w) { return At(w, -301).change("", "%2Fs3%2F", "%2Fs4%2F"); },
     403,
     "AccessDenied",
     "Request has expired",
     {"X-Amz-Expires", "Expires", "ServerTime"}},
    {"another method", [](const World& w) { return Presigned(w).as("DELETE"); }, 403, "SignatureDoesNotMatch",
     kAnyMessage, kDiagnosis},
    {"another key", [](const World& w) { return Changed(w, "/k?", "/other?"); }, 403, "SignatureDoesNotMatch",
     kAnyMessage, kDiagnosis},
    {"one more parameter",
     [](const World& w) { return Changed(w, "&X-Amz-Signature", "&versionId=1&X-Amz-Signature"); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"an x-amz header that is not signed",
     [](const World& w) { return Presigned(w).with("x-amz-expires", "1"); },
     403,
     "AccessDenied",
     kNotSigned,
     {"HeadersNotSigned"}},
    {"version 2 without Signature",
     [](const World& w) { return Draft(w).presign_v2().change("", "Signature=", "Other="); }, 403, "AccessDenied",
     "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
    {"version 2, expired",
     [](const World& w) {
       Draft draft(w);
       draft.expires = -1;
       return draft.presign_v2();
     },
     403,
     "AccessDenied",
     "Request has expired",
     {"Expires", "ServerTime"}},
    {"version 2, another key",
     [](const World& w) { return Draft(w).presign_v2().change("", "/k?", "/other?"); },
     403,
     "SignatureDoesNotMatch",
     kAnyMessage,
     {"AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"}},
    {"version 2, one more x-amz header",
     [](const World& w) { return Draft(w).presign_v2().with("x-amz-acl", "private"); },
     403,
     "SignatureDoesNotMatch",
     kAnyMessage,
     {"AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"}},
    {"version 2 where only 4 is taken",
     [](const World& w) { return Draft(w).presign_v2(); },
     400,
     "InvalidRequest",
     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
     {},
     true,
     true},
};

}  // namespace

std::span<const Refusal> PresignedRefusals() {
  return kRows;
}

}  // namespace keymill::test
