#include "sigv4/explain.h"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "tests/sigv4/fixture.h"

namespace keymill::sigv4::test {
namespace {

constexpr std::string_view kOldSecret = "oldSecretOfAliceThatWasRotated0123456789";

/// The signature that a client computes who does everything as `attempt` says.
std::string signature_of(const Attempt& attempt) {
  const HmacSha256Key start(attempt.secret, attempt.prefix);
  return hex(derive_signing_key(start, attempt.key_date, attempt.key_region, attempt.key_service)
                 .sign(attempt.string_to_sign()));
}

struct Row {
  const char* hypothesis;
  std::function<void(Attempt&)> mistake;
  std::string path = "/bucket/a%20key";
  std::string query = "";
};

Explanation explained(const Row& row, const Expectation& expectation, const Signing& signing) {
  Message message{.path = row.path,
                  .query = row.query,
                  .headers = {{"Host", "localhost:5396"},
                              {"x-amz-meta-a", "one  two"},
                              {"x-amz-meta-b", "2"},
                              {"x-amz-meta-b", "1"},
                              {"accept-encoding", "gzip"}}};
  message = signed_message(message, signing);
  Verifier verifier;
  SigningKeyCache cache;
  const KnownSecret secrets[] = {{"the key of the request", kAlice.secret_access_key},
                                 {"this user's deleted key AKIAOLD", kOldSecret}};
  EXPECT_FALSE(verifier.examine(message.view(), expectation));
  EXPECT_FALSE(verifier.verify(kAliceKey, cache)) << row.hypothesis;
  Attempt attempt = Trial(verifier, secrets, {}).base;
  row.mistake(attempt);
  std::string& header = message.header("authorization");
  header = header.substr(0, header.find("Signature=") + 10) +
           (attempt.signature.size() == 64 && attempt.signature != verifier.claim().signature ? attempt.signature
                                                                                              : signature_of(attempt));
  EXPECT_FALSE(verifier.examine(message.view(), expectation));
  EXPECT_EQ(verifier.verify(kAliceKey, cache).reason, Reason::SignatureMismatch)
      << row.hypothesis << " changes nothing";
  return explain(verifier, secrets, hex(sha256("the body that arrived")));
}

auto header(std::string name, std::string value) {
  return [=](Attempt& a) {
    for (auto& [header, old] : a.headers) {
      if (header == name) old = value;
    }
  };
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"other-secret", [](Attempt& a) { a.secret = kOldSecret; }},
      {"secret-white-space", [](Attempt& a) { a.secret += "\n"; }},
      {"secret-white-space", [](Attempt& a) { a.secret = " " + a.secret; }},
      {"secret-url-encoded", [](Attempt& a) { a.secret = uri_encode(a.secret); }},
      {"secret-url-encoded", [](Attempt& a) { std::replace(a.secret.begin(), a.secret.end(), '+', ' '); }},
      {"secret-without-prefix", [](Attempt& a) { a.prefix = ""; }},
      {"path-encoded-twice", [](Attempt& a) { a.path = "/bucket/a%2520key"; }},
      {"path-encoded-once", [](Attempt& a) { a.path = "/bucket/a key"; }},
      {"path-as-sent", [](Attempt& a) { a.path = "/bucket/a:%20key"; }, "/bucket/a:%20key"},
      {"escapes-in-lower-case", [](Attempt& a) { a.path = "/bucket/%c3%a9"; }, "/bucket/%C3%A9"},
      {"path-slashes-encoded", [](Attempt& a) { a.path = "/bucket%2Fa%20key"; }},
      {"path-normalized", [](Attempt& a) { a.path = "/bucket/key"; }, "/bucket//./key"},
      {"path-trailing-slash", [](Attempt& a) { a.path += "/"; }},
      {"bucket-in-host-or-path", [](Attempt& a) { a.path = "/a%20key"; }},
      {"bucket-in-host-or-path",
       [](Attempt& a) {
         a.path = "/a%20key";
         header("host", "bucket.localhost:5396")(a);
       }},
      {"query-plus-for-space", [](Attempt& a) { a.query = "prefix=a+b"; }, "/bucket", "prefix=a%20b"},
      {"query-plus-for-space", [](Attempt& a) { a.query = "prefix=a%2Bb"; }, "/bucket", "prefix=a+b"},
      {"query-unsorted", [](Attempt& a) { a.query = "prefix=x&delimiter=y"; }, "/bucket", "prefix=x&delimiter=y"},
      {"query-unsorted", [](Attempt& a) { a.query = "a-=1&a=2"; }, "/bucket", "a=2&a-=1"},
      {"query-not-encoded", [](Attempt& a) { a.query = "prefix=a/b"; }, "/bucket", "prefix=a%2Fb"},
      {"query-not-encoded", [](Attempt& a) { a.query = "prefix=a%252Fb"; }, "/bucket", "prefix=a%2Fb"},
      {"query-without-equals", [](Attempt& a) { a.query = "acl&x=1"; }, "/bucket", "acl=&x=1"},
      {"query-parameter-added", [](Attempt& a) { a.query = "a=1"; }, "/bucket", "a=1&x-id=GetObject"},
      {"query-parameter-added", [](Attempt& a) { a.query = ""; }, "/bucket", "a=1&b=2"},
      {"host-port", header("host", "localhost")},
      {"host-port", header("host", "localhost:9000")},
      {"host-rewritten", header("host", "s3.us-east-1.amazonaws.com")},
      {"header-not-trimmed", header("x-amz-meta-a", "one  two")},
      {"header-joined-otherwise", header("x-amz-meta-b", "1,2")},
      {"header-joined-otherwise", header("x-amz-meta-b", "2, 1")},
      {"header-joined-otherwise", header("x-amz-meta-b", "2")},
      {"header-changed", header("x-amz-meta-a", "")},
      {"header-dropped", [](Attempt& a) { a.headers.pop_back(); }},
      {"header-dropped",
       [](Attempt& a) {
         a.headers.pop_back();
         a.signed_headers.resize(a.signed_headers.rfind(';'));
       }},
      {"header-order", [](Attempt& a) { std::reverse(a.headers.begin(), a.headers.end()); }},
      {"payload-hash", [](Attempt& a) { a.payload = kUnsignedPayload; }},
      {"payload-hash", [](Attempt& a) { a.payload = hex(sha256("the body that arrived")); }},
      {"method-changed", [](Attempt& a) { a.method = "HEAD"; }},
      {"key-date", [](Attempt& a) { a.key_date = "20150829"; }},
      {"key-region", [](Attempt& a) { a.key_region = "eu-west-1"; }},
      {"key-service", [](Attempt& a) { a.key_service = "sts"; }},
      {"scope-or-date-line", [](Attempt& a) { a.date = "20150830"; }},
      {"scope-or-date-line", [](Attempt& a) { a.scope = a.access_key_id + "/" + a.scope; }},
      {"line-structure", [](Attempt& a) { a.after_canonical = "\n"; }},
      {"line-structure", [](Attempt& a) { a.blank_line = false; }},
      {"hash-form", [](Attempt& a) { a.hash = Attempt::Hash::UpperHex; }},
      {"hash-form", [](Attempt& a) { a.hash = Attempt::Hash::Raw; }},
      {"signature-form",
       [](Attempt& a) {
         std::transform(a.signature.begin(), a.signature.end(), a.signature.begin(),
                        [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
       }},
  };
  return table;
}

TEST(Explain, NamesTheMistake) {
  Signing signing = s3_signing();
  for (const Row& row : rows()) {
    const Explanation explanation = explained(row, s3_expectation(), signing);
    EXPECT_TRUE(explanation.found) << row.hypothesis;
    EXPECT_EQ(explanation.hypothesis, row.hypothesis) << explanation.text;
    EXPECT_EQ(explanation.text.find('\n'), std::string::npos);
  }
}

TEST(Explain, HasATestForEveryHypothesisButTheRedundant) {
  std::set<std::string_view> tested = {"path-not-encoded",     // for S3 the same as path-encoded-once
                                       "policy-not-as-sent"};  // of forms, below
  for (const Row& row : rows()) tested.insert(row.hypothesis);
  for (const Hypothesis& hypothesis : hypotheses()) EXPECT_TRUE(tested.contains(hypothesis.name)) << hypothesis.name;
}

TEST(Explain, NeverShowsASecret) {
  for (const Row& row : rows()) {
    const Explanation explanation = explained(row, s3_expectation(), s3_signing());
    std::string everything = explanation.text + explanation.canonical_request + explanation.string_to_sign;
    for (const Piece& piece : explanation.pieces) everything += piece.name + piece.received + piece.hashed;
    for (const std::string_view secret : {std::string_view(kAlice.secret_access_key), kOldSecret}) {
      EXPECT_EQ(everything.find(secret), std::string::npos) << row.hypothesis;
      EXPECT_EQ(everything.find(uri_encode(secret)), std::string::npos) << row.hypothesis;
    }
  }
}

TEST(Explain, NamesTheKeyWhoseSecretWasUsed) {
  const Explanation explanation = explained(rows().front(), s3_expectation(), s3_signing());
  EXPECT_NE(explanation.text.find("this user's deleted key AKIAOLD"), std::string::npos) << explanation.text;
}

TEST(Explain, OfAServiceThatNormalizesAndEncodesTwice) {
  const Row once{"path-encoded-once", [](Attempt& a) { a.path = "/a%20b"; }, "/a%20b"};
  EXPECT_EQ(explained(once, sts_expectation(), sts_signing()).hypothesis, "path-encoded-once");
  const Row raw{"path-not-encoded", [](Attempt& a) { a.path = "/a b"; }, "/a%20b"};
  EXPECT_EQ(explained(raw, sts_expectation(), sts_signing()).hypothesis, "path-not-encoded");
  const Row dots{"path-normalized", [](Attempt& a) { a.path = "/a/../b"; }, "/a/../b"};
  EXPECT_TRUE(explained(dots, sts_expectation(), sts_signing()).found);
}

TEST(Explain, ShowsThePiecesWhenNothingFits) {
  const Row row{"", [](Attempt& a) { a.secret = "a secret that nobody knows"; }};
  const Explanation explanation = explained(row, s3_expectation(), s3_signing());
  EXPECT_FALSE(explanation.found);
  ASSERT_FALSE(explanation.pieces.empty());
  EXPECT_EQ(explanation.pieces[1].name, "path");
  EXPECT_EQ(explanation.pieces[1].hashed, "/bucket/a%20key");
}

TEST(Explain, WorksForSigV2AndSigV4aAsFarAsKeysGo) {
  const Credentials old{kAlice.access_key_id, std::string(kOldSecret)};
  const KnownSecret secrets[] = {{"the key of the request", kAlice.secret_access_key, kAlice.access_key_id},
                                 {"the previous key", kOldSecret, kAlice.access_key_id}};
  Verifier verifier;
  SigningKeyCache cache;
  Message v2{.headers = {{"Host", "h"}, {"Date", "Sun, 30 Aug 2015 12:36:00 GMT"}}};
  for (HeaderLine& line : sign_v2(v2.to_sign(), old).headers) v2.headers.push_back(line);
  ASSERT_FALSE(verifier.examine(v2.view(), s3_expectation()));
  ASSERT_TRUE(verifier.verify(kAliceKey, cache));
  EXPECT_EQ(explain(verifier, secrets).hypothesis, "other-secret");

  Signing signing = s3_signing();
  signing.algorithm = Algorithm::EcdsaP256;
  Message v4a = signed_message({}, signing, old);
  ASSERT_FALSE(verifier.examine(v4a.view(), s3_expectation()));
  ASSERT_TRUE(verifier.verify(kAliceKey, cache));
  EXPECT_EQ(explain(verifier, secrets).hypothesis, "other-secret");
}

TEST(Explain, DoesNotPrintASessionToken) {
  Credentials credentials = kAlice;
  credentials.session_token = "FwoGZXIvYXdzEXAMPLETOKEN";
  Message message = signed_message({}, s3_signing(), credentials);
  message.path += "x";
  Verifier verifier;
  SigningKeyCache cache;
  const KnownSecret secrets[] = {{"the key of the request", kAlice.secret_access_key}};
  ASSERT_FALSE(verifier.examine(message.view(), s3_expectation()));
  ASSERT_TRUE(verifier.verify(kAliceKey, cache));
  const Explanation explanation = explain(verifier, secrets);
  for (const Piece& piece : explanation.pieces)
    EXPECT_EQ((piece.received + piece.hashed).find("FwoG"), std::string::npos);
}

TEST(Explain, SeesAPolicyThatWasNotSignedAsItWasSent) {
  const std::string json = "{\"conditions\":[]}", sent = base64_encode(json);
  for (const std::string& text : {json, sent + "\n"}) {
    const std::string signature = sign_text(text, kAlice, s3_signing());
    const std::string credential = kAlice.access_key_id + "/" + scope_of(s3_signing());
    const std::string date(view(format_iso_basic(s3_signing().time)));
    PostForm form;
    form.policy = sent;
    form.algorithm = kHmacSha256Name;
    form.credential = credential;
    form.date = date;
    form.signature = signature;
    Verifier verifier;
    SigningKeyCache cache;
    EXPECT_FALSE(verifier.examine_post(form, s3_expectation()));
    EXPECT_EQ(verifier.verify(kAliceKey, cache).reason, Reason::SignatureMismatch);
    const KnownSecret secrets[] = {{"the key of the request", kAlice.secret_access_key}};
    const Explanation explanation = explain(verifier, secrets);
    EXPECT_EQ(explanation.hypothesis, "policy-not-as-sent") << explanation.text;
  }
}

TEST(PostForm, WithAPolicyAloneLacksItsSignature) {
  PostForm form;
  form.policy = "e30=";
  Verifier verifier;
  auto expectation = s3_expectation();
  EXPECT_EQ(verifier.examine_post(form, expectation).reason, Reason::FormFieldMissing);
  EXPECT_EQ(verifier.failure().subject, "AWSAccessKeyId");
  expectation.allow_sigv2 = false;
  EXPECT_EQ(verifier.examine_post(form, expectation).subject, "X-Amz-Algorithm");
}

}  // namespace
}  // namespace keymill::sigv4::test
