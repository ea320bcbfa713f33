#include "sigv4/encoding.h"
#include "tests/server/post_form.h"

// POST uploads by form (aws-facts A6).

namespace keymill::test {
namespace {

const std::vector<std::string_view> kArgument = {"ArgumentName", "ArgumentValue"};
constexpr const char* kMalformed = "The body of your POST request is not well-formed multipart/form-data.";
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const std::vector<std::string_view> kDiagnosis = {"AWSAccessKeyId", "StringToSign", "SignatureProvided",
                                                  "StringToSignBytes"};
using By = PostedForm::By;

std::string Lacks(const std::string& field) {
  return "Bucket POST must contain a field named '" + field +
         "'.  If it is specified, please check the order of the fields.";
}
Wire Without(const World& w, const char* field, By by = By::kV4) {
  PostedForm form(w);
  form.by = by;
  form.dropped = {field};
  return form.wire();
}
Wire Scoped(const World& w, std::string region, std::string service, std::string key_id = TestServer::kRootId) {
  PostedForm form(w);
  form.signing.region = std::move(region);
  form.signing.service = std::move(service);
  form.credentials.access_key_id = std::move(key_id);
  return form.wire();
}
Wire Changed(const World& w, const char* field, std::string value) {
  PostedForm form(w);
  form.changed = {{field, std::move(value)}};
  return form.wire();
}
/// A policy of these conditions alone, or of this text.
Wire Policy(const World& w, std::string text) {
  PostedForm form(w);
  form.whole_policy = std::move(text);
  return form.wire();
}
Wire Conditions(const World& w, const std::string& conditions) {
  return Policy(w, R"({"expiration":"2099-01-01T00:00:00Z","conditions":)" + conditions + "}");
}
Wire Condition(const World& w, std::string condition, std::string file = "content") {
  PostedForm form(w);
  form.conditions = {std::move(condition)};
  form.file = std::move(file);
  return form.wire();
}

const std::vector<Refusal> kRows = {
    {"a form of another type",
     [](const World& w) { return PostedForm(w).wire().set("Content-Type", "application/x-www-form-urlencoded"); },
     412,
     "PreconditionFailed",
     "At least one of the pre-conditions you specified did not hold",
     {"Condition"}},
    {"no Content-Type",
     [](const World& w) { return PostedForm(w).wire().without("Content-Type"); },
     412,
     "PreconditionFailed",
     kAnyMessage,
     {"Condition"}},
    {"no boundary", [](const World& w) { return PostedForm(w).wire().set("Content-Type", "multipart/form-data"); }, 400,
     "MalformedPOSTRequest", kMalformed},
    {"another boundary",
     [](const World& w) { return PostedForm(w).wire().set("Content-Type", "multipart/form-data; boundary=x"); }, 400,
     "MalformedPOSTRequest", kMalformed},
    {"cut short within the file",
     [](const World& w) {
       auto wire = PostedForm(w).wire();
       wire.body.resize(wire.body.size() - 8);
       return wire;
     },
     400, "MalformedPOSTRequest", kMalformed},
    {"fields of more than 20 kB",
     [](const World& w) {
       PostedForm form(w);
       form.fields = {{"x-ignore-a", std::string(20'000, 'a')}};
       return form.wire();
     },
     400, "MaxPostPreDataLengthExceededError", "Your POST request fields preceding the upload file were too large."},
    {"no signature, private bucket",
     [](const World& w) {
       PostedForm form(w);
       form.by = By::kNobody;
       return form.wire();
     },
     403, "AccessDenied", "Access Denied"},
    {"no key",
     [](const World& w) {
       PostedForm form(w);
       form.key.clear();
       return form.wire();
     },
     400, "InvalidArgument", Lacks("key"), kArgument},
    {"no file",
     [](const World& w) {
       PostedForm form(w);
       form.file_part.clear();
       return form.wire();
     },
     400, "InvalidArgument", Lacks("file"), kArgument},
    {"fields behind the file do not count",
     [](const World& w) {
       PostedForm form(w);
       form.key.clear();
       form.late = {{"key", "k"}};
       return form.wire();
     },
     400, "InvalidArgument", Lacks("key"), kArgument},
    {"no X-Amz-Algorithm", [](const World& w) { return Without(w, "X-Amz-Algorithm"); }, 400, "InvalidArgument",
     Lacks("X-Amz-Algorithm"), kArgument},
    {"no X-Amz-Credential", [](const World& w) { return Without(w, "X-Amz-Credential"); }, 400, "InvalidArgument",
     Lacks("X-Amz-Credential"), kArgument},
    {"no X-Amz-Date", [](const World& w) { return Without(w, "X-Amz-Date"); }, 400, "InvalidArgument",
     Lacks("X-Amz-Date"), kArgument},
    {"no policy", [](const World& w) { return Without(w, "policy"); }, 400, "InvalidArgument", Lacks("policy"),
     kArgument},
    {"no X-Amz-Signature", [](const World& w) { return Without(w, "X-Amz-Signature"); }, 400, "InvalidArgument",
     Lacks("X-Amz-Signature"), kArgument},
    {"version 2, no AWSAccessKeyId", [](const World& w) { return Without(w, "AWSAccessKeyId", By::kV2); }, 400,
     "InvalidArgument", Lacks("AWSAccessKeyId"), kArgument},
    {"version 2, no signature", [](const World& w) { return Without(w, "signature", By::kV2); }, 400, "InvalidArgument",
     Lacks("Signature"), kArgument},
    {"version 2, no policy", [](const World& w) { return Without(w, "policy", By::kV2); }, 400, "InvalidArgument",
     Lacks("policy"), kArgument},
    {"version 2 where only 4 is taken",
     [](const World& w) {
       PostedForm form(w);
       form.by = By::kV2;
       return form.wire();
     },
     400,
     "InvalidRequest",
     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
     {},
     true,
     true},
    {"wrong region",
     [](const World& w) { return Scoped(w, "eu-west-1", "s3"); },
     400,
     "InvalidArgument",
     "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
     {"ArgumentName", "ArgumentValue", "Region"}},
    {"wrong service", [](const World& w) { return Scoped(w, "us-east-1", "sts"); }, 400, "InvalidArgument",
     "incorrect service \"sts\". This endpoint belongs to \"s3\".", kArgument},
    {"wrong region and service",
     [](const World& w) { return Scoped(w, "eu-west-1", "sts"); },
     400,
     "InvalidArgument",
     "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
     {"ArgumentName", "ArgumentValue", "Region"}},
    {"scope before key", [](const World& w) { return Scoped(w, "us-east-1", "sts", "AKIAUNKNOWNUNKNOWN22"); }, 400,
     "InvalidArgument", "incorrect service \"sts\". This endpoint belongs to \"s3\".", kArgument},
    {"another algorithm", [](const World& w) { return Changed(w, "X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"); }, 400,
     "InvalidArgument", "Only AWS4-HMAC-SHA256 is supported", kArgument},
    {"a date that is none", [](const World& w) { return Changed(w, "X-Amz-Date", "today"); }, 400, "InvalidArgument",
     "X-Amz-Date must be formated via ISO8601 Long format", kArgument},
    {"unknown key",
     [](const World& w) { return Scoped(w, "us-east-1", "s3", "AKIAUNKNOWNUNKNOWN22"); },
     403,
     "InvalidAccessKeyId",
     "The AWS Access Key Id you provided does not exist in our records.",
     {"AWSAccessKeyId"}},
    {"wrong signature", [](const World& w) { return Changed(w, "X-Amz-Signature", std::string(64, '0')); }, 403,
     "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"version 2, wrong secret",
     [](const World& w) {
       PostedForm form(w);
       form.by = By::kV2;
       form.credentials.secret_access_key = "other";
       return form.wire();
     },
     403, "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"signature before the policy's syntax", [](const World& w) { return Changed(w, "policy", "not base64!"); }, 403,
     "SignatureDoesNotMatch", kMismatch, kDiagnosis},
    {"a policy that is not JSON", [](const World& w) { return Policy(w, "{"); }, 400, "InvalidPolicyDocument",
     "Invalid Policy: Invalid JSON."},
    {"an empty policy", [](const World& w) { return Policy(w, " "); }, 400, "InvalidPolicyDocument",
     "Invalid Policy: Expecting '{' but found End-of-Input"},
    {"a policy without expiration", [](const World& w) { return Policy(w, R"({"conditions":[{"a":"b"}]})"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Policy missing expiration."},
    {"a policy without conditions",
     [](const World& w) { return Policy(w, R"({"expiration":"2099-01-01T00:00:00Z"})"); }, 400, "InvalidPolicyDocument",
     "Invalid Policy: Policy missing conditions."},
    {"Expiration with a capital",
     [](const World& w) { return Policy(w, R"({"Expiration":"2099-01-01T00:00:00Z","conditions":[]})"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Unexpected: \"Expiration\""},
    {"an expiration that is none",
     [](const World& w) { return Policy(w, R"({"expiration":"soon","conditions":[{"a":"b"}]})"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Invalid 'expiration' value: 'soon'"},
    {"conditions that are no list", [](const World& w) { return Conditions(w, R"({"a":"b"})"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Invalid 'conditions' value: must be a List."},
    {"a condition of two properties", [](const World& w) { return Conditions(w, R"([{"a":"b","c":"d"}])"); }, 400,
     "InvalidPolicyDocument",
     "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."},
    {"eq of two arguments", [](const World& w) { return Conditions(w, R"([["eq","$key"]])"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Invalid Eq: wrong number of arguments."},
    {"an unknown operation", [](const World& w) { return Conditions(w, R"([["ends-with","$key","k"]])"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Invalid Condition: unknown operation 'ends-with'."},
    {"a condition that is text", [](const World& w) { return Conditions(w, R"(["key"])"); }, 400,
     "InvalidPolicyDocument", "Invalid Policy: Invalid condition test: must be a List or Object."},
    {"an expired policy",
     [](const World& w) {
       PostedForm form(w);
       form.expiration = "2020-01-01T00:00:00.000Z";
       form.conditions = {R"({"acl":"private"})"};
       return form.wire();
     },
     403, "AccessDenied", "Invalid according to Policy: Policy expired."},
    {"another key than allowed", [](const World& w) { return Condition(w, R"({"key":"x"})"); }, 403, "AccessDenied",
     "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$key\", \"x\"]"},
    {"a condition without $", [](const World& w) { return Condition(w, R"(["eq","key","k"])"); }, 403, "AccessDenied",
     "Invalid according to Policy: Policy Condition failed: [\"eq\", \"key\", \"k\"]"},
    {"another prefix than allowed", [](const World& w) { return Condition(w, R"(["starts-with","$key","user/"])"); },
     403, "AccessDenied",
     "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\", \"user/\"]"},
    {"another bucket than allowed", [](const World& w) { return Condition(w, R"({"bucket":"other"})"); }, 403,
     "AccessDenied", "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"other\"]"},
    {"a range that is no numbers",
     [](const World& w) { return Condition(w, R"(["content-length-range","few","many"])"); }, 403, "AccessDenied",
     "Invalid according to Policy: Policy Condition failed: *"},
    {"a field that no condition covers",
     [](const World& w) {
       PostedForm form(w);
       form.fields = {{"acl", "private"}, {"x-ignore-this", "1"}};
       return form.wire();
     },
     403, "AccessDenied", "Invalid according to Policy: Extra input fields: acl"},
    {"a file larger than allowed",
     [](const World& w) { return Condition(w, R"(["content-length-range",0,3])"); },
     400,
     "EntityTooLarge",
     "Your proposed upload exceeds the maximum allowed size",
     {"ProposedSize", "MaxSizeAllowed"}},
    {"a file smaller than allowed",
     [](const World& w) { return Condition(w, R"(["content-length-range","8","99"])"); },
     400,
     "EntityTooSmall",
     "Your proposed upload is smaller than the minimum allowed size",
     {"ProposedSize", "MinSizeAllowed"}},
    {"tags that are not XML",
     [](const World& w) {
       PostedForm form(w);
       form.fields = {{"tagging", "<Tagging>"}};
       form.conditions = {R"(["starts-with","$tagging",""])"};
       return form.wire();
     },
     400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"},
    {"a checksum of another file",
     [](const World& w) {
       PostedForm form(w);
       form.fields = {{"x-amz-checksum-crc32", "AAAAAA=="}};
       form.conditions = {R"(["starts-with","$x-amz-checksum-crc32",""])"};
       return form.wire();
     },
     400, "BadDigest", "The CRC32 you specified did not match the calculated checksum."},
    {"no such bucket",
     [](const World& w) {
       PostedForm form(w);
       form.bucket = "no-such-bucket";
       form.whole_policy = form.policy();
       form.whole_policy.replace(form.whole_policy.find("matrix-bucket"), 13, "no-such-bucket");
       return form.wire();
     },
     404,
     "NoSuchBucket",
     "The specified bucket does not exist",
     {"BucketName"}},
    {"an Authorization header",
     [](const World& w) { return PostedForm(w).wire().with("Authorization", "AWS4-HMAC-SHA256 x"); }, 400,
     "InvalidArgument", kAnyMessage, kArgument},
    {"the token as a header", [](const World& w) { return PostedForm(w).wire().with("x-amz-security-token", "t"); },
     403, "AccessDenied", "No AWSAccessKey was presented."},
    {"a form for an object's path",
     [](const World& w) { return PostedForm(w).wire().change("", "/matrix-bucket", "/matrix-bucket/k"); },
     405,
     "MethodNotAllowed",
     "The specified method is not allowed against this resource.",
     {"Method", "ResourceType"}},
};

}  // namespace

std::span<const Refusal> FormRefusals() {
  return kRows;
}

}  // namespace keymill::test
