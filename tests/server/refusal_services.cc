#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "sigv4/timestamp.h"
#include "tests/server/post_form.h"

// Session tokens on S3 (aws-facts A8), and IAM and STS (A11).

namespace keymill::test {
namespace {

const std::vector<std::string_view> kToken = {"Token-0"};
constexpr const char* kInvalidToken = "The provided token is malformed or otherwise invalid.";
constexpr const char* kNotSigned = "There were headers present in the request which were not signed";

Draft Tokened(const World& w, std::string token = "a token") {
  Draft draft(w);
  draft.credentials.session_token = std::move(token);
  return draft;
}

const std::vector<Refusal> kTokens = {
    {"a token with a long-term key", [](const World& w) { return Tokened(w).sign(); }, 400, "InvalidToken",
     kInvalidToken, kToken},
    {"a token with a long-term key, presigned", [](const World& w) { return Tokened(w).presign(); }, 400,
     "InvalidToken", kInvalidToken, kToken},
    {"a token with a long-term key, by form",
     [](const World& w) {
       PostedForm form(w);
       form.credentials.session_token = "a token";
       form.conditions = {R"(["starts-with","$x-amz-security-token",""])"};
       return form.wire();
     },
     400, "InvalidToken", kInvalidToken, kToken},
    {"the signature before such a token",
     [](const World& w) {
       auto draft = Tokened(w);
       draft.credentials.secret_access_key = "other";
       return draft.sign();
     },
     403,
     "SignatureDoesNotMatch",
     kAnyMessage,
     {"AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
      "CanonicalRequestBytes"}},
    {"a token that is not signed",
     [](const World& w) { return Draft(w).sign().with("x-amz-security-token", "t"); },
     403,
     "AccessDenied",
     kNotSigned,
     {"HeadersNotSigned"}},
    {"the scope before a token that is not signed",
     [](const World& w) {
       Draft draft(w);
       draft.signing.region = "eu-west-1";
       return draft.sign().with("x-amz-security-token", "t");
     },
     400,
     "AuthorizationHeaderMalformed",
     kAnyMessage,
     {"Region"}},
};

constexpr std::string_view kDenied = "SignatureDoesNotMatch";
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing "
    "method. Consult the service documentation for details.";
constexpr const char* kBadToken = "The security token included in the request is invalid.";

Draft Call(const World& w, std::string service = "sts", std::int64_t offset = 0) {
  Draft draft(w);
  const bool iam = service == "iam";
  draft.signing = w.signing(std::move(service), offset);
  draft.request.method = "POST";
  draft.request.path = "/";
  draft.request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
  draft.body = iam ? "Action=ListUsers&Version=2010-05-08" : "Action=GetCallerIdentity&Version=2011-06-15";
  draft.request.payload = sigv4::hex(sigv4::sha256(draft.body));
  return draft;
}
Wire Changed(const World& w, std::string_view from, std::string_view to) {
  return Call(w).sign().change("Authorization", from, to);
}
Draft Query(const World& w) {
  auto draft = Call(w);
  draft.request = {"GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", {{"Host", w.server.host()}}};
  draft.body.clear();
  return draft;
}

const std::vector<Refusal> kServices = {
    {"no signature", [](const World& w) { return Call(w).plain(); }, 403, "MissingAuthenticationToken",
     "Request is missing Authentication Token"},
    {"an unknown action, unsigned",
     [](const World& w) {
       auto draft = Call(w);
       draft.body = "Action=Frobnicate&Version=2011-06-15";
       return draft.plain();
     },
     400, "InvalidAction", "Could not find operation Frobnicate for version 2011-06-15"},
    {"no version",
     [](const World& w) {
       auto draft = Call(w);
       draft.body = "Action=GetCallerIdentity";
       return draft.plain();
     },
     400, "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"},
    {"a form with a bad escape",
     [](const World& w) {
       auto draft = Call(w);
       draft.body += "&a=%zz";
       return draft.sign();
     },
     400, "MalformedQueryString"},
    {"query with an unknown algorithm",
     [](const World& w) { return Query(w).presign().change("", "AWS4-HMAC-SHA256", "HMAC"); }, 403,
     "MissingAuthenticationToken", "Missing Authentication Token"},
    {"query without Credential",
     [](const World& w) { return Query(w).presign().change("", "X-Amz-Credential", "X-Other"); }, 400,
     "IncompleteSignature",
     "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters."},
    {"header and query",
     [](const World& w) { return Query(w).presign().with("Authorization", "AWS4-HMAC-SHA256 Credential=a"); }, 403,
     kDenied, ""},
    {"unknown algorithm", [](const World& w) { return Changed(w, "AWS4-HMAC-SHA256", "AWS5"); }, 400,
     "IncompleteSignature", "Unsupported AWS 'algorithm': 'AWS5'."},
    {"a component without =", [](const World& w) { return Changed(w, "Signature=", "Signature"); }, 400,
     "IncompleteSignature"},
    {"no Credential", [](const World& w) { return Changed(w, "Credential=", "Other="); }, 400, "IncompleteSignature",
     "Authorization header requires 'Credential' parameter. (Hashed with SHA-256 and encoded with Base64) "
     "Authorization=*"},
    {"no date", [](const World& w) { return Call(w).sign().without("x-amz-date"); }, 400, "IncompleteSignature",
     "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. *"},
    {"a date that is none", [](const World& w) { return Call(w).sign().set("x-amz-date", "yesterday"); }, 400,
     "IncompleteSignature",
     "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"},
    {"16 minutes old", [](const World& w) { return Call(w, "sts", -960).sign(); }, 403, kDenied,
     "Signature expired: *"},
    {"16 minutes ahead", [](const World& w) { return Call(w, "sts", 960).sign(); }, 403, kDenied,
     "Signature not yet current: *"},
    {"a Credential of four parts", [](const World& w) { return Changed(w, "/us-east-1/", "/"); }, 400,
     "IncompleteSignature",
     "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '*"},
    {"wrong region", [](const World& w) { return Changed(w, "us-east-1", "eu-west-9"); }, 403, kDenied,
     "Credential should be scoped to a valid region. "},
    {"wrong terminator", [](const World& w) { return Changed(w, "aws4_request", "aws5_request"); }, 403, kDenied,
     "Credential should be scoped with a valid terminator: 'aws4_request'*"},
    {"a scope date of another day",
     [](const World& w) {
       const std::string today(sigv4::view(sigv4::format_iso_basic(w.signing().time)).substr(0, 8));
       return Changed(w, "/" + today + "/", "/20200101/");
     },
     403, kDenied,
     "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '*"},
    {"host not signed",
     [](const World& w) {
       auto wire = Call(w).sign();
       return std::move(wire).change("Authorization", "host;", "");
     },
     403, kDenied, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
    {"unknown key",
     [](const World& w) {
       auto draft = Call(w);
       draft.credentials.access_key_id = "AKIAUNKNOWNUNKNOWN22";
       return draft.sign();
     },
     403, "InvalidClientTokenId", kBadToken},
    {"a token with a long-term key, before the signature",
     [](const World& w) {
       auto draft = Call(w);
       draft.credentials.session_token = "a token";
       draft.credentials.secret_access_key = "other";
       return draft.sign();
     },
     403, "InvalidClientTokenId", kBadToken},
    {"wrong secret",
     [](const World& w) {
       auto draft = Call(w, "iam");
       draft.credentials.secret_access_key = "other";
       return draft.sign();
     },
     403, kDenied, kMismatch},
    {"another body than was signed",
     [](const World& w) {
       auto wire = Call(w).sign();
       wire.body += "&a=b";
       return wire;
     },
     403, kDenied, kMismatch},
};

}  // namespace

std::span<const Refusal> TokenRefusals() {
  return kTokens;
}
std::span<const Refusal> QueryServiceRefusals() {
  return kServices;
}

}  // namespace keymill::test
