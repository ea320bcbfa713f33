#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "tests/server/post_form.h"

// Temporary credentials and their tokens: S3 (aws-facts A8) whatever carries the signature, IAM and STS (A11).

namespace keymill::test {
namespace {

constexpr const char* kNoKey = "The AWS Access Key Id you provided does not exist in our records.";
constexpr const char* kInvalidToken = "The provided token is malformed or otherwise invalid.";
constexpr const char* kExpired = "The provided token has expired.";
const std::vector<std::string_view> kKeyId = {"AWSAccessKeyId"};
const std::vector<std::string_view> kToken = {"Token-0"};
const std::vector<std::string_view> kDiagnosis = {"AWSAccessKeyId",    "StringToSign",     "SignatureProvided",
                                                  "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"};

Draft As(const World& w, const sigv4::Credentials& credentials) {
  Draft draft(w);
  draft.credentials = credentials;
  return draft;
}
sigv4::Credentials With(sigv4::Credentials credentials, std::string token) {
  credentials.session_token = std::move(token);
  return credentials;
}
sigv4::Credentials Forged(sigv4::Credentials credentials) {
  credentials.secret_access_key = "other";
  return credentials;
}
PostedForm FormAs(const World& w, const sigv4::Credentials& credentials) {
  PostedForm form(w);
  form.credentials = credentials;
  form.conditions = {R"(["starts-with","$x-amz-security-token",""])"};
  return form;
}
/// A streamed upload whose body is no chunk at all: the token must be found wanting before it is looked at.
Wire StreamAs(const World& w, const sigv4::Credentials& credentials) {
  auto draft = As(w, credentials);
  draft.request.method = "PUT";
  draft.request.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  draft.request.headers.push_back({"x-amz-decoded-content-length", "5"});
  draft.body = "5;chunk-signature=00\r\nwrong\r\n";
  return draft.sign();
}

const std::vector<Refusal> kS3 = {
    {"no token", [](const World& w) { return As(w, With(w.session, "")).sign(); }, 403, "InvalidAccessKeyId", kNoKey,
     kKeyId},
    {"no token and a false signature", [](const World& w) { return As(w, Forged(With(w.session, ""))).sign(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"no token, presigned", [](const World& w) { return As(w, With(w.session, "")).presign(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"no token, by form", [](const World& w) { return FormAs(w, With(w.session, "")).wire(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"no token, version 2, by form",
     [](const World& w) {
       auto form = FormAs(w, w.session);
       form.by = PostedForm::By::kV2;
       return form.wire();
     },
     403, "InvalidAccessKeyId", kNoKey, kKeyId},
    {"another session's token",
     [](const World& w) { return As(w, With(w.session, w.other_session.session_token)).sign(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"another session's token, presigned",
     [](const World& w) { return As(w, With(w.session, w.other_session.session_token)).presign(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"another session's token, by form",
     [](const World& w) { return FormAs(w, With(w.session, w.other_session.session_token)).wire(); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"a token that is none", [](const World& w) { return As(w, With(w.session, "garbage")).sign(); }, 400,
     "InvalidToken", kInvalidToken, kToken},
    {"a token that is none, presigned", [](const World& w) { return As(w, With(w.session, "garbage")).presign(); }, 400,
     "InvalidToken", kInvalidToken, kToken},
    {"a token that is none, by form", [](const World& w) { return FormAs(w, With(w.session, "garbage")).wire(); }, 400,
     "InvalidToken", kInvalidToken, kToken},
    {"a token that is none, chunks", [](const World& w) { return StreamAs(w, With(w.session, "garbage")); }, 400,
     "InvalidToken", kInvalidToken, kToken},
    {"the right token and a false signature", [](const World& w) { return As(w, Forged(w.session)).sign(); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"an expired token", [](const World& w) { return As(w, w.expired_session).sign(); }, 400, "ExpiredToken", kExpired,
     kToken},
    {"an expired token and a false signature", [](const World& w) { return As(w, Forged(w.expired_session)).sign(); },
     400, "ExpiredToken", kExpired, kToken},
    {"an expired token, presigned", [](const World& w) { return As(w, w.expired_session).presign(); }, 400,
     "ExpiredToken", kExpired, kToken},
    {"an expired token, by form", [](const World& w) { return FormAs(w, w.expired_session).wire(); }, 400,
     "ExpiredToken", kExpired, kToken},
    {"an expired token, chunks", [](const World& w) { return StreamAs(w, w.expired_session); }, 400, "ExpiredToken",
     kExpired, kToken},
    {"two tokens", [](const World& w) { return As(w, w.session).sign().with("x-amz-security-token", "another"); }, 403,
     "InvalidAccessKeyId", kNoKey, kKeyId},
    {"two tokens, by form",
     [](const World& w) {
       auto form = FormAs(w, w.session);
       form.fields = {{"x-amz-security-token", "another"}};
       return form.wire();
     },
     403, "InvalidAccessKeyId", kNoKey, kKeyId},
    {"the same token twice, by form",
     [](const World& w) {
       auto form = FormAs(w, w.session);
       form.fields = {{"x-amz-security-token", w.session.session_token}};
       return form.wire();
     },
     403, "AccessDenied",
     "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$x-amz-security-token\", \"\"]"},
    {"a token that the form's policy does not cover",
     [](const World& w) {
       auto form = FormAs(w, w.session);
       form.conditions.clear();
       return form.wire();
     },
     403, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-security-token"},
    {"the scope before the token",
     [](const World& w) {
       auto draft = As(w, w.expired_session);
       draft.signing.region = "eu-west-1";
       return draft.sign();
     },
     400,
     "AuthorizationHeaderMalformed",
     kAnyMessage,
     {"Region"}},
};

constexpr const char* kBadToken = "The security token included in the request is invalid.";

Draft CallAs(const World& w, const sigv4::Credentials& credentials) {
  auto draft = As(w, credentials);
  draft.signing = w.signing("sts");
  draft.body = "Action=GetCallerIdentity&Version=2011-06-15";
  draft.request = {"POST",
                   "/",
                   {},
                   {{"Host", w.server.host()}, {"Content-Type", "application/x-www-form-urlencoded"}},
                   sigv4::hex(sigv4::sha256(draft.body))};
  return draft;
}

const std::vector<Refusal> kQuery = {
    {"STS: no token", [](const World& w) { return CallAs(w, With(w.session, "")).sign(); }, 403, "InvalidClientTokenId",
     kBadToken},
    {"STS: another session's token, a false signature",
     [](const World& w) { return CallAs(w, Forged(With(w.session, w.other_session.session_token))).sign(); }, 403,
     "InvalidClientTokenId", kBadToken},
    {"STS: a token that is none", [](const World& w) { return CallAs(w, With(w.session, "garbage")).sign(); }, 403,
     "InvalidClientTokenId", kAnyMessage},
    {"STS: an expired token, a false signature",
     [](const World& w) { return CallAs(w, Forged(w.expired_session)).sign(); }, 403, "ExpiredToken",
     "The security token included in the request is expired"},
    {"STS: the right token and a false signature", [](const World& w) { return CallAs(w, Forged(w.session)).sign(); },
     403, "SignatureDoesNotMatch"},
};

}  // namespace

std::span<const Refusal> SessionRefusals() {
  return kS3;
}
std::span<const Refusal> QuerySessionRefusals() {
  return kQuery;
}

}  // namespace keymill::test
