// One row per refusal: what a client does wrong, and the reason that the server is given. The rows are numbered in the
// order of aws-facts' tables; `--gtest_filter=Refusals.*` prints the matrix.
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sigv4/fixture.h"

namespace keymill::sigv4::test {
namespace {

enum class Start { S3Header, S3Query, StsHeader, StsQuery, S3V2Header, S3V2Query, Anonymous };

struct Row {
  const char* mistake;
  Start start;
  std::function<void(Message&, Expectation&)> spoil;
  Reason reason;
  std::string subject{};
  std::string expected{};
  int missing = 0;
  int scope_faults = 0;
};

Message starting_point(Start start) {
  Message message;
  switch (start) {
    case Start::S3Header:
      return signed_message(message, s3_signing());
    case Start::S3Query:
      return presigned_message(message, s3_signing());
    case Start::StsHeader:
      message.path = "/";
      return signed_message(message, sts_signing());
    case Start::StsQuery:
      message.path = "/";
      return presigned_message(message, sts_signing());
    case Start::S3V2Header: {
      message.header("Date") = "Sun, 30 Aug 2015 12:36:00 GMT";
      for (HeaderLine& line : sign_v2(message.to_sign(), kAlice).headers) message.headers.push_back(line);
      return message;
    }
    case Start::S3V2Query:
      message.query = presign_v2(message.to_sign(), kAlice, kNow + 60).query;
      return message;
    case Start::Anonymous:
      return message;
  }
  return message;
}

/// Replaces text in the Authorization header.
auto authorization(std::string from, std::string to) {
  return [=](Message& m, Expectation&) { replace(m.header("authorization"), from, to); };
}
auto set_authorization(std::string value) {
  return [=](Message& m, Expectation&) { m.header("authorization") = value; };
}
auto query(std::string from, std::string to) {
  return [=](Message& m, Expectation&) { replace(m.query, from, to); };
}
auto header(std::string header_name, std::string value) {
  return [=](Message& m, Expectation&) { m.header(header_name) = value; };
}
auto at(std::int64_t now) {
  return [=](Message&, Expectation& e) { e.now = now; };
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      // S3, Authorization header.
      {"no space in the header", Start::S3Header, set_authorization("AWS4-HMAC-SHA256"), Reason::AuthorizationNoSpace, "AWS4-HMAC-SHA256"},
      {"unknown scheme", Start::S3Header, set_authorization("Basic dXNlcg=="), Reason::AlgorithmUnsupported, "Basic"},
      {"unknown algorithm", Start::S3Header, authorization("HMAC-SHA256", "HMAC-SHA512"), Reason::AlgorithmUnsupported, "AWS4-HMAC-SHA512"},
      {"empty header", Start::S3Header, set_authorization(""), Reason::AuthorizationEmpty},
      {"two headers", Start::S3Header, [](Message& m, Expectation&) { m.headers.push_back({"authorization", "AWS a:b"}); }, Reason::AuthorizationRepeated},
      {"header and presigned query", Start::S3Header, [](Message& m, Expectation&) { m.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"; m.header("authorization") = "AWS a:b"; }, Reason::MultipleMechanisms, "AWS a:b"},
      {"header and version 2 query", Start::S3Header, [](Message& m, Expectation&) { m.query = "Signature=x"; m.header("authorization") = "AWS a:b"; }, Reason::MultipleMechanisms, "AWS a:b"},
      {"version 2 where only 4 is taken", Start::S3V2Header, [](Message&, Expectation& e) { e.allow_sigv2 = false; }, Reason::SigV2NotAllowed},
      {"presigned version 2 where only 4 is taken", Start::S3V2Query, [](Message&, Expectation& e) { e.allow_sigv2 = false; }, Reason::SigV2NotAllowed},
      {"version 2 without a colon", Start::S3V2Header, set_authorization("AWS nothing"), Reason::SigV2Malformed, "AWS nothing"},
      {"Signature missing", Start::S3Header, authorization(", Signature=", ", Sig="), Reason::ComponentsWrong, "", "", Part::kSignature},
      {"Credential missing", Start::S3Header, authorization("Credential=", "Cred="), Reason::ComponentsWrong, "", "", Part::kCredential},
      {"SignedHeaders missing", Start::S3Header, authorization("SignedHeaders=", "Headers="), Reason::ComponentsWrong, "", "", Part::kSignedHeaders},
      {"component repeated", Start::S3Header, authorization(", Signature=", ", Signature=0, Signature="), Reason::ComponentsWrong},
      {"component unknown", Start::S3Header, authorization(", Signature=", ", Extra=0, Signature="), Reason::ComponentsWrong},
      {"component without equals sign", Start::S3Header, authorization(", Signature=", ", x, Signature="), Reason::ComponentMalformed, "x"},
      {"credential of four parts", Start::S3Header, authorization("/us-east-1/", "/"), Reason::CredentialMalformed, "AKIDEXAMPLE/20150830/s3/aws4_request"},
      {"credential of six parts", Start::S3Header, authorization("/us-east-1/", "/us/east-1/"), Reason::CredentialMalformed, "AKIDEXAMPLE/20150830/us/east-1/s3/aws4_request"},
      {"wrong terminator", Start::S3Header, authorization("aws4_request", "aws5_request"), Reason::ScopeTerminator, "aws5_request"},
      {"scope date with dashes", Start::S3Header, authorization("/20150830/", "/2015-08-30/"), Reason::ScopeDateMalformed, "2015-08-30"},
      {"scope date of another day", Start::S3Header, authorization("/20150830/", "/20150829/"), Reason::ScopeDateMismatch, "20150829", "20150830T123600Z"},
      {"wrong service", Start::S3Header, authorization("/s3/", "/sts/"), Reason::ScopeService, "sts", "s3"},
      {"empty service", Start::S3Header, authorization("/s3/", "//"), Reason::ScopeService, "", "s3"},
      {"wrong region", Start::S3Header, authorization("/us-east-1/", "/aws-global/"), Reason::ScopeRegion, "aws-global", "us-east-1"},
      {"wrong region and service", Start::S3Header, authorization("/us-east-1/s3/", "/eu-west-1/sts/"), Reason::ScopeRegion, "eu-west-1", "us-east-1"},
      {"no date", Start::S3Header, [](Message& m, Expectation&) { m.drop("x-amz-date"); }, Reason::DateMissing},
      {"unreadable date", Start::S3Header, header("x-amz-date", "yesterday"), Reason::DateMalformed, "yesterday"},
      {"clock 15 minutes and a second late", Start::S3Header, at(kNow + 901), Reason::RequestTimeTooSkewed, "20150830T123600Z"},
      {"clock 15 minutes and a second early", Start::S3Header, at(kNow - 901), Reason::RequestTimeTooSkewed, "20150830T123600Z"},
      {"x-amz-content-sha256 missing", Start::S3Header, [](Message& m, Expectation&) { m.drop("x-amz-content-sha256"); }, Reason::ContentSha256Missing},
      {"x-amz-content-sha256 unknown", Start::S3Header, header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD"), Reason::ContentSha256Invalid, "STREAMING-UNSIGNED-PAYLOAD"},
      {"x-amz-content-sha256 of the other algorithm", Start::S3Header, header("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), Reason::ContentSha256Invalid, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"},
      {"x-amz headers not signed", Start::S3Header, [](Message& m, Expectation&) { m.headers.push_back({"X-Amz-B", "1"}); m.headers.push_back({"x-amz-a", "2"}); }, Reason::HeadersNotSigned, "x-amz-a, x-amz-b"},
      {"token header not signed", Start::S3Header, header("X-Amz-Security-Token", "token"), Reason::HeadersNotSigned, "x-amz-security-token"},
      {"host not signed", Start::S3Header, authorization("SignedHeaders=host;", "SignedHeaders="), Reason::HeadersNotSigned, "host"},
      {"signature of something else", Start::S3Header, [](Message& m, Expectation&) { m.path += "x"; }, Reason::SignatureMismatch},
      {"signature in upper case", Start::S3Header, [](Message& m, Expectation&) { std::string& text = m.header("authorization"); for (std::size_t i = text.find("Signature=") + 10; i < text.size(); ++i) text[i] = static_cast<char>(std::toupper(text[i])); }, Reason::SignatureMismatch},
      {"signature too short", Start::S3Header, [](Message& m, Expectation&) { m.header("authorization").pop_back(); }, Reason::SignatureMismatch},
      {"empty signature", Start::S3Header, [](Message& m, Expectation&) { std::string& text = m.header("authorization"); text.resize(text.find("Signature=") + 10); }, Reason::SignatureMismatch},
      {"x-amz-date on an unsigned request", Start::Anonymous, header("x-amz-date", "20150830T123600Z"), Reason::DateWithoutAuthorization},
      {"signed chunks on an unsigned request", Start::Anonymous, header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), Reason::AnonymousStreamingPayload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
      {"broken escape in the query", Start::S3Header, [](Message& m, Expectation&) { m.query = "a=%G0"; }, Reason::MalformedQuery},
      {"broken escape in the path", Start::S3Header, [](Message& m, Expectation&) { m.path = "/b/%"; }, Reason::MalformedPath},

      // S3, presigned.
      {"X-Amz-Algorithm missing", Start::S3Query, query("X-Amz-Algorithm=", "Algorithm="), Reason::QueryParametersMissing, "", "", Part::kAlgorithm},
      {"X-Amz-Credential missing", Start::S3Query, query("X-Amz-Credential=", "Credential="), Reason::QueryParametersMissing, "", "", Part::kCredential},
      {"X-Amz-Signature missing", Start::S3Query, query("X-Amz-Signature=", "Sig="), Reason::QueryParametersMissing, "", "", Part::kSignature},
      {"X-Amz-Date missing", Start::S3Query, query("X-Amz-Date=", "Date="), Reason::QueryParametersMissing, "", "", Part::kDate},
      {"X-Amz-SignedHeaders missing", Start::S3Query, query("X-Amz-SignedHeaders=", "Headers="), Reason::QueryParametersMissing, "", "", Part::kSignedHeaders},
      {"X-Amz-Expires missing", Start::S3Query, query("X-Amz-Expires=", "Until="), Reason::QueryParametersMissing, "", "", Part::kExpires},
      {"X-Amz-Algorithm unknown", Start::S3Query, query("HMAC-SHA256", "HMAC-SHA1"), Reason::AlgorithmUnsupported, "AWS4-HMAC-SHA1"},
      {"credential encoded twice", Start::S3Query, query("%2F", "%252F"), Reason::CredentialMalformed, "AKIDEXAMPLE%2F20150830/us-east-1/s3/aws4_request"},
      {"wrong service in the URL", Start::S3Query, query("%2Fs3%2F", "%2Fsts%2F"), Reason::ScopeService, "sts", "s3"},
      {"wrong region in the URL", Start::S3Query, query("us-east-1%2Fs3", "eu-west-1%2Fsts"), Reason::ScopeRegion, "eu-west-1", "us-east-1"},
      {"scope date of another day in the URL", Start::S3Query, query("%2F20150830%2F", "%2F20150829%2F"), Reason::ScopeDateMismatch, "20150829", "20150830T123600Z"},
      {"X-Amz-Date unreadable", Start::S3Query, query("X-Amz-Date=20150830T123600Z", "X-Amz-Date=2015"), Reason::DateMalformed, "2015"},
      {"X-Amz-Expires not a number", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires=1h"), Reason::ExpiresNotNumber, "1h"},
      {"X-Amz-Expires empty", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires="), Reason::ExpiresNotNumber, ""},
      {"X-Amz-Expires negative", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires=-1"), Reason::ExpiresNegative, "-1"},
      {"X-Amz-Expires above a week", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires=604801"), Reason::ExpiresTooLarge, "604801"},
      {"X-Amz-Expires beyond 64 bits", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires=99999999999999999999"), Reason::ExpiresTooLarge, "99999999999999999999"},
      {"URL expired", Start::S3Query, at(kNow + 3600), Reason::RequestExpired, "3600"},
      {"X-Amz-Expires zero", Start::S3Query, query("X-Amz-Expires=3600", "X-Amz-Expires=0"), Reason::RequestExpired, "0"},
      {"URL expired and of another scope date", Start::S3Query, [](Message& m, Expectation& e) { replace(m.query, "%2F20150830%2F", "%2F20150829%2F"); e.now = kNow + 3600; }, Reason::RequestExpired, "3600"},
      {"URL dated 15 minutes and a second ahead", Start::S3Query, at(kNow - 901), Reason::RequestNotYetValid, "20150830T123600Z"},
      {"host not signed in the URL", Start::S3Query, query("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=range"), Reason::HeadersNotSigned, "host"},
      {"x-amz header added to a presigned request", Start::S3Query, header("x-amz-expires", "3600"), Reason::HeadersNotSigned, "x-amz-expires"},
      {"parameter added to a URL", Start::S3Query, [](Message& m, Expectation&) { m.query += "&acl"; }, Reason::SignatureMismatch},
      {"other method on a URL", Start::S3Query, [](Message& m, Expectation&) { m.method = "PUT"; }, Reason::SignatureMismatch},
      {"version 2 URL without Expires", Start::S3V2Query, query("Expires=", "Until="), Reason::SigV2ParametersMissing},
      {"version 2 URL without key", Start::S3V2Query, query("AWSAccessKeyId=", "Id="), Reason::SigV2ParametersMissing},
      {"version 2 URL without signature", Start::S3V2Query, query("Signature=", "Sig="), Reason::SigV2ParametersMissing},
      {"version 2 URL expired", Start::S3V2Query, at(kNow + 60), Reason::RequestExpired, "1440938220"},
      {"version 2 URL with a word for Expires", Start::S3V2Query, query("Expires=1440938220", "Expires=soon"), Reason::ExpiresNotNumber, "soon"},
      {"version 2 URL with another sub-resource", Start::S3V2Query, [](Message& m, Expectation&) { m.query += "&acl"; }, Reason::SignatureMismatch},
      {"version 2 URL with an x-amz header", Start::S3V2Query, header("x-amz-a", "1"), Reason::SignatureMismatch},
      {"version 2 request for another key", Start::S3V2Header, [](Message& m, Expectation&) { m.path += "x"; }, Reason::SignatureMismatch},
      {"version 2 request without date", Start::S3V2Header, [](Message& m, Expectation&) { m.drop("date"); }, Reason::DateMissing},
      {"version 2 request out of time", Start::S3V2Header, at(kNow + 901), Reason::RequestTimeTooSkewed, "Sun, 30 Aug 2015 12:36:00 GMT"},

      // Query services.
      {"header and query authentication at STS", Start::StsHeader, [](Message& m, Expectation&) { m.query = "X-Amz-Algorithm=x"; m.header("authorization") = "a"; }, Reason::MultipleMechanisms, "a"},
      {"unknown algorithm at STS", Start::StsHeader, authorization("HMAC-SHA256", "HMAC-SHA512"), Reason::AlgorithmUnsupported, "AWS4-HMAC-SHA512"},
      {"version 2 header at STS", Start::StsHeader, set_authorization("AWS a:b"), Reason::AlgorithmUnsupported, "AWS"},
      {"part without equals sign at STS", Start::StsHeader, authorization(", Signature=", ", x, Signature="), Reason::ComponentMalformed, "x"},
      {"no parts at STS", Start::StsHeader, [](Message& m, Expectation&) { m.header("authorization") = "AWS4-HMAC-SHA256"; m.drop("x-amz-date"); }, Reason::ComponentsWrong, "", "", Part::kCredential | Part::kSignature | Part::kSignedHeaders | Part::kDate},
      {"no date at STS", Start::StsHeader, [](Message& m, Expectation&) { m.drop("x-amz-date"); }, Reason::ComponentsWrong, "", "", Part::kDate},
      {"query parts missing at STS", Start::StsQuery, query("X-Amz-Credential=", "Credential="), Reason::QueryParametersMissing, "", "", Part::kCredential},
      {"empty algorithm at STS", Start::StsQuery, query("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm="), Reason::AlgorithmUnsupported, ""},
      {"host not signed at STS", Start::StsHeader, authorization("SignedHeaders=host;", "SignedHeaders="), Reason::HostNotSigned},
      {"token header not signed at STS", Start::StsHeader, header("X-Amz-Security-Token", "token"), Reason::TokenNotSigned},
      {"bad date at STS", Start::StsHeader, header("x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT"), Reason::DateMalformed, "Sun, 30 Aug 2015 12:36:00 GMT"},
      {"expired at STS", Start::StsHeader, at(kNow + 901), Reason::SignatureExpired, "20150830T123600Z"},
      {"future at STS", Start::StsHeader, at(kNow - 901), Reason::SignatureNotYetCurrent, "20150830T123600Z"},
      {"expired comes before a bad credential at STS", Start::StsHeader, [](Message& m, Expectation& e) { replace(m.header("authorization"), "/us-east-1/", "/"); e.now = kNow + 901; }, Reason::SignatureExpired, "20150830T123600Z"},
      {"four parts at STS", Start::StsHeader, authorization("/us-east-1/", "/"), Reason::CredentialMalformed, "AKIDEXAMPLE/20150830/sts/aws4_request"},
      {"wrong region at STS", Start::StsHeader, authorization("/us-east-1/", "/mars/"), Reason::ScopeRegion, "mars", "us-east-1", 0, ScopeFault::kRegion},
      {"wrong service at STS", Start::StsHeader, authorization("/sts/", "/s3/"), Reason::ScopeService, "s3", "sts", 0, ScopeFault::kService},
      {"wrong terminator at STS", Start::StsHeader, authorization("/aws4_request", "/x"), Reason::ScopeTerminator, "x", "aws4_request", 0, ScopeFault::kTerminator},
      {"wrong scope date at STS", Start::StsHeader, authorization("/20150830/", "/20150829/"), Reason::ScopeDateMismatch, "20150829", "20150830T123600Z", 0, ScopeFault::kDate},
      {"everything wrong in the scope at STS", Start::StsHeader, authorization("/20150830/us-east-1/sts/aws4_request", "/1/2/3/4"), Reason::ScopeRegion, "2", "us-east-1", 0, 15},
      {"X-Amz-Expires does not stretch the window at STS", Start::StsQuery, at(kNow + 901), Reason::SignatureExpired, "20150830T123600Z"},
      {"bad signature at STS", Start::StsHeader, [](Message& m, Expectation&) { m.query = "Action=x"; }, Reason::SignatureMismatch},
      {"path above the root at STS", Start::StsHeader, [](Message& m, Expectation&) { m.path = "/.."; }, Reason::PathAboveRoot},
  };
  return table;
}

TEST(Refusals, AreWhatAwsWouldRefuseAndWhy) {
  int number = 0;
  for (const Row& row : rows()) {
    const bool sts = row.start == Start::StsHeader || row.start == Start::StsQuery;
    Expectation expectation = sts ? sts_expectation() : s3_expectation();
    Message message = starting_point(row.start);
    Verifier verifier;
    if (row.start != Start::Anonymous) {
      ASSERT_EQ(check(verifier, message, expectation).reason, Reason::None) << "before: " << row.mistake;
    }
    row.spoil(message, expectation);
    const Failure failure = check(verifier, message, expectation);
    std::printf("%3d  %-55s %s\n", ++number, row.mistake, std::string(name(failure.reason)).c_str());
    EXPECT_EQ(name(failure.reason), name(row.reason)) << row.mistake;
    EXPECT_EQ(failure.subject, row.subject) << row.mistake;
    EXPECT_EQ(failure.expected, row.expected) << row.mistake;
    EXPECT_EQ(failure.missing, row.missing) << row.mistake;
    EXPECT_EQ(failure.scope_faults, row.scope_faults) << row.mistake;
  }
}

struct FormRow {
  const char* mistake;
  std::function<void(PostForm&)> spoil;
  Reason reason;
  std::string subject{};
};

TEST(Refusals, OfPostForms) {
  const std::vector<HeaderLine> fields = sign_post_policy("{}", kAlice, s3_signing());
  PostForm good;
  good.algorithm = fields[0].value;
  good.credential = fields[1].value;
  good.date = fields[2].value;
  good.policy = fields[3].value;
  good.signature = fields[4].value;
  const std::vector<FormRow> table = {
      {"nothing", [](PostForm&) {}, Reason::None},
      {"no algorithm", [](PostForm& f) { f.algorithm.reset(); }, Reason::FormFieldMissing, "X-Amz-Algorithm"},
      {"no credential", [](PostForm& f) { f.credential.reset(); }, Reason::FormFieldMissing, "X-Amz-Credential"},
      {"no date", [](PostForm& f) { f.date.reset(); }, Reason::FormFieldMissing, "X-Amz-Date"},
      {"no policy", [](PostForm& f) { f.policy.reset(); }, Reason::FormFieldMissing, "policy"},
      {"no signature", [](PostForm& f) { f.signature.reset(); }, Reason::FormFieldMissing, "X-Amz-Signature"},
      {"wrong algorithm", [](PostForm& f) { f.algorithm = "AWS4"; }, Reason::AlgorithmUnsupported, "AWS4"},
      {"malformed credential", [](PostForm& f) { f.credential = "a/b"; }, Reason::CredentialMalformed, "a/b"},
      {"wrong region", [](PostForm& f) { f.credential = "a/20150830/x/y/aws4_request"; }, Reason::ScopeRegion, "x"},
      {"wrong service", [](PostForm& f) { f.credential = "a/20150830/us-east-1/y/aws4_request"; }, Reason::ScopeService,
       "y"},
      {"bad date", [](PostForm& f) { f.date = "today"; }, Reason::DateMalformed, "today"},
      {"other policy", [](PostForm& f) { f.policy = "e30K"; }, Reason::SignatureMismatch},
      {"version 2 without policy",
       [](PostForm& f) {
         f = {};
         f.aws_access_key_id = "a";
       },
       Reason::FormFieldMissing, "policy"},
      {"version 2 without signature",
       [](PostForm& f) {
         const auto policy = f.policy;
         f = {};
         f.policy = policy;
         f.aws_access_key_id = "a";
       },
       Reason::FormFieldMissing, "Signature"},
      {"version 2 without key",
       [](PostForm& f) {
         f = {};
         f.v2_signature = "a";
       },
       Reason::FormFieldMissing, "AWSAccessKeyId"},
  };
  Verifier verifier;
  SigningKeyCache cache;
  Expectation expectation = s3_expectation();
  expectation.now += 1000000;  // a form's date is not held against the clock
  for (const FormRow& row : table) {
    PostForm form = good;
    row.spoil(form);
    Failure failure = verifier.examine_post(form, expectation);
    if (!failure) failure = verifier.verify(kAliceKey, cache);
    EXPECT_EQ(name(failure.reason), name(row.reason)) << row.mistake;
    EXPECT_EQ(failure.subject, row.subject) << row.mistake;
  }
}

}  // namespace
}  // namespace keymill::sigv4::test
