#include "sigv4/verify.h"

#include <gtest/gtest.h>

#include "tests/sigv4/allocation_counter.h"
#include "tests/sigv4/fixture.h"

namespace keymill::sigv4::test {
namespace {

constexpr Reason kNone = Reason::None;

Reason checked(Message message, const Expectation& expectation = s3_expectation()) {
  Verifier verifier;
  return check(verifier, message, expectation).reason;
}

TEST(Verify, AcceptsWhatTheSignerMakes) {
  EXPECT_EQ(checked(signed_message({}, s3_signing())), kNone);
  EXPECT_EQ(checked(presigned_message({}, s3_signing())), kNone);
  EXPECT_EQ(checked(signed_message({.path = "/"}, sts_signing()), sts_expectation()), kNone);
  EXPECT_EQ(checked(presigned_message({.path = "/"}, sts_signing()), sts_expectation()), kNone);
}

TEST(Verify, DoesNotAllocateOnceWarm) {
  Message header =
      signed_message({.query = "list-type=2&prefix=a%2Fb&encoding-type=url",
                      .headers = {{"Host", "localhost:5396"}, {"Range", "bytes=0-9"}, {"User-Agent", "x"}}},
                     s3_signing());
  Message url = presigned_message({}, s3_signing());
  const RequestView header_view = header.view();
  const RequestView url_view = url.view();
  const Expectation expectation = s3_expectation();
  Verifier verifier;
  SigningKeyCache cache;
  for (int round = 0; round < 3; ++round) {
    start_counting_allocations();
    for (const RequestView& view : {header_view, url_view}) {
      const bool refused = verifier.examine(view, expectation) || verifier.verify(kAliceKey, cache);
      if (refused) ADD_FAILURE() << name(verifier.failure().reason);
    }
    const int allocations = stop_counting_allocations();
    EXPECT_TRUE(round == 0 || allocations == 0) << allocations;
  }
}

TEST(Verify, OneBitChangedAnywhereInTheSignedTextIsRefused) {
  const Message good = signed_message({.path = "/bucket/some%20key", .query = "versionId=1&x=%C3%A9"}, s3_signing());
  const auto refuse_all = [&](std::string Message::*part) {
    for (std::size_t i = 1; i < (good.*part).size(); ++i) {
      Message bad = good;
      (bad.*part)[i] = static_cast<char>((bad.*part)[i] ^ 1);
      EXPECT_NE(checked(bad), kNone) << bad.*part;
    }
  };
  refuse_all(&Message::path);
  refuse_all(&Message::query);
  for (std::size_t h = 0; h < good.headers.size(); ++h) {
    for (std::size_t i = 0; i < good.headers[h].value.size(); ++i) {
      Message bad = good;
      char& c = bad.headers[h].value[i];
      if (c == ' ' || c == ',') continue;  // between components, where white space is free
      c = static_cast<char>(c ^ 1);
      EXPECT_NE(checked(bad), kNone) << bad.headers[h].value;
    }
  }
}

TEST(Verify, IsEmptyHandedForAnAnonymousRequest) {
  Verifier verifier;
  SigningKeyCache cache;
  Message message;
  EXPECT_FALSE(verifier.examine(message.view(), s3_expectation()));
  EXPECT_EQ(verifier.claim().form, Form::Anonymous);
  EXPECT_EQ(verifier.verify(kAliceKey, cache).reason, Reason::SignatureMismatch) << "a caller that forgot to look";
}

TEST(Verify, KeepsTheTextsThatS3EchoesOnAMismatch) {
  Message message = signed_message({}, s3_signing());
  message.path = "/bucket/other";
  Verifier verifier;
  EXPECT_EQ(check(verifier, message, s3_expectation()).reason, Reason::SignatureMismatch);
  EXPECT_TRUE(verifier.canonical_request().starts_with("GET\n/bucket/other\n\nhost:s3.amazonaws.com\n"));
  EXPECT_EQ(verifier.string_to_sign(), "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/s3/aws4_request\n" +
                                           hex(sha256(verifier.canonical_request())));
}

TEST(Verify, ToleratesSpacesBetweenComponentsAndNone) {
  Message message = signed_message({}, s3_signing());
  std::string& header = message.header("authorization");
  for (const char* separator : {",", ",   "}) {
    std::string text = header;
    replace(text, ", S", std::string(separator) + "S");
    replace(text, ", Sig", std::string(separator) + "Sig");
    Message changed = message;
    changed.header("authorization") = text;
    EXPECT_EQ(checked(changed), kNone) << text;
  }
}

TEST(Verify, SortsLowersAndDeduplicatesTheSignedHeaderList) {
  Message message = signed_message({}, s3_signing());
  replace(message.header("authorization"), "SignedHeaders=host;", "SignedHeaders=X-Amz-Date;Host;host;");
  EXPECT_EQ(checked(message), kNone);
}

TEST(Verify, TakesTheDateHeaderWhenThereIsNoAmzDate) {
  const std::string date = "Sun, 30 Aug 2015 12:36:00 GMT";
  Message message{.headers = {{"Host", "h"}, {"Date", date}, {"x-amz-content-sha256", std::string(kEmptySha256)}}};
  // Signed by hand: the signer always sends x-amz-date.
  const std::string canonical =
      "GET\n/bucket/key\n\ndate:" + date + "\nhost:h\n\ndate;host\n" + std::string(kEmptySha256);
  const std::string scope = "20150830/us-east-1/s3/aws4_request";
  const std::string text = "AWS4-HMAC-SHA256\n20150830T123600Z\n" + scope + "\n" + hex(sha256(canonical));
  message.headers.push_back(
      {"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope +
                            ",SignedHeaders=date;host,Signature=" + sign_text(text, kAlice, s3_signing())});
  EXPECT_EQ(checked(message), kNone);
  message.header("x-amz-content-sha256") = kUnsignedPayload;  // may be unsigned, but its value is what is hashed
  EXPECT_EQ(checked(message), Reason::SignatureMismatch);
}

TEST(Verify, HashesTheBodyForQueryServices) {
  const Sha256Digest body = sha256("Action=GetCallerIdentity&Version=2011-06-15");
  Message message = signed_message({.method = "POST", .path = "/"}, sts_signing(), kAlice, hex(body));
  Verifier verifier;
  SigningKeyCache cache;
  ASSERT_FALSE(verifier.examine(message.view(), sts_expectation()));
  EXPECT_EQ(verifier.claim().payload.kind, PayloadHash::Kind::Body);
  EXPECT_FALSE(verifier.verify(kAliceKey, cache, &body));
  const Sha256Digest other = sha256("x");
  EXPECT_EQ(verifier.verify(kAliceKey, cache, &other).reason, Reason::SignatureMismatch);
  EXPECT_EQ(verifier.verify(kAliceKey, cache).reason, Reason::SignatureMismatch);
}

TEST(Verify, LetsTheLastOfEqualComponentsWinAtQueryServices) {
  Message message = signed_message({.path = "/"}, sts_signing());
  replace(message.header("authorization"), ", Signature=", ", Unknown=1, Signature=bad, Signature=");
  EXPECT_EQ(checked(message, sts_expectation()), kNone);
}

TEST(Verify, AcceptsAnyRegionWhenNoneIsExpected) {
  Signing signing = s3_signing();
  signing.region = "ap-southeast-7";
  Expectation expectation = s3_expectation();
  expectation.region = {};
  EXPECT_EQ(checked(signed_message({}, signing), expectation), kNone);
}

TEST(Presigned, FirstOfRepeatedParametersWins) {
  Message message = presigned_message({}, s3_signing());
  message.query += "&X-Amz-Expires=1h";
  Verifier verifier;
  EXPECT_FALSE(verifier.examine(message.view(), s3_expectation()));
  EXPECT_EQ(verifier.claim().expires, "3600");
}

TEST(Presigned, TakesAHoistedSignedHeaderFromTheQuery) {
  const SignedRequest made =
      presign({.method = "PUT", .path = "/b/k", .headers = {{"Host", "h"}, {"x-amz-acl", "private"}}}, kAlice,
              s3_signing(), 60);
  Message message{.method = "PUT", .path = "/b/k", .query = made.query, .headers = {{"Host", "h"}}};
  EXPECT_EQ(checked(message), Reason::SignatureMismatch) << "absent in header and query";
  // A client that lists the header and puts its value in the query signs both.
  const std::string query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2F"
      "aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-acl"
      "&x-amz-acl=private";
  const std::string canonical =
      "PUT\n/b/k\n" + query + "\nhost:h\nx-amz-acl:private\n\nhost;x-amz-acl\nUNSIGNED-PAYLOAD";
  const std::string text =
      "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/s3/aws4_request\n" + hex(sha256(canonical));
  message.query = query + "&X-Amz-Signature=" + sign_text(text, kAlice, s3_signing());
  EXPECT_EQ(checked(message), kNone);
}

TEST(Presigned, ReadsThePayloadHashFromTheQueryOrASignedHeader) {
  const std::string digest = hex(sha256("body"));
  Message message{.method = "PUT", .path = "/b/k", .headers = {{"Host", "h"}}};
  message.query = presign(message.to_sign(digest), kAlice, s3_signing(), 60).query;
  Verifier verifier;
  EXPECT_FALSE(check(verifier, message, s3_expectation()));
  EXPECT_TRUE(verifier.claim().payload.matches(sha256("body")));
  EXPECT_FALSE(verifier.claim().payload.matches(sha256("other")));
  Message plain = presigned_message({}, s3_signing());
  plain.header("x-amz-content-sha256") = digest;  // unsigned: ignored
  EXPECT_EQ(checked(plain), kNone);
}

TEST(Presigned, LastsToItsLastSecondHoweverOldItsDate) {
  Expectation expectation = s3_expectation();
  expectation.now = kNow + 604799;
  EXPECT_EQ(checked(presigned_message({}, s3_signing(), 604800), expectation), kNone);
}

Credentials with_token() {
  Credentials credentials = kAlice;
  credentials.session_token = "token/with+odd=characters";
  return credentials;
}

TEST(SessionToken, IsFoundInHeaderQueryAndForm) {
  Verifier verifier;
  Message header = signed_message({}, s3_signing(), with_token());
  EXPECT_FALSE(check(verifier, header, s3_expectation()));
  EXPECT_EQ(verifier.claim().session_token, with_token().session_token);
  EXPECT_EQ(verifier.claim().token_source, TokenSource::Header);
  EXPECT_TRUE(verifier.claim().token_signed);

  Message url = presigned_message({}, s3_signing(), 60, with_token());
  EXPECT_FALSE(check(verifier, url, s3_expectation()));
  EXPECT_EQ(verifier.claim().session_token, with_token().session_token);
  EXPECT_EQ(verifier.claim().token_source, TokenSource::Query);

  PostForm form;
  form.policy = "e30=";
  form.aws_access_key_id = "AKIDEXAMPLE";
  form.v2_signature = "x";
  form.security_token = "t";
  EXPECT_FALSE(verifier.examine_post(form, s3_expectation()));
  EXPECT_EQ(verifier.claim().session_token, "t");
  EXPECT_EQ(verifier.claim().token_source, TokenSource::Form);
}

TEST(SessionToken, RepeatedIsAConflictOnlyWhenTheValuesDiffer) {
  Verifier verifier;
  Message message{.headers = {{"Host", "h"}, {"X-Amz-Security-Token", "a"}, {"x-amz-security-token", "a"}}};
  Message same = signed_message(message, s3_signing());
  EXPECT_FALSE(check(verifier, same, s3_expectation()));
  EXPECT_FALSE(verifier.claim().token_conflict);
  message.headers[2].value = "b";
  Message different = signed_message(message, s3_signing());
  EXPECT_FALSE(check(verifier, different, s3_expectation()));
  EXPECT_TRUE(verifier.claim().token_conflict);
}

TEST(SessionToken, InASignedHeaderBeatsTheQuery) {
  Message message{.headers = {{"Host", "h"}, {"x-amz-security-token", "from header"}}};
  message = presigned_message(message, s3_signing(), 60, with_token());
  Verifier verifier;
  EXPECT_FALSE(check(verifier, message, s3_expectation()));
  EXPECT_EQ(verifier.claim().session_token, "from header");
  EXPECT_EQ(verifier.claim().token_source, TokenSource::Header);
}

TEST(SigV2, SignsTheBucketThatHostNames) {
  Message message{.path = "/key", .headers = {{"Host", "b.localhost"}, {"Date", "Sun, 30 Aug 2015 12:36:00 GMT"}}};
  for (HeaderLine& line : sign_v2(message.to_sign(), kAlice, "b").headers) message.headers.push_back(line);
  Expectation expectation = s3_expectation();
  EXPECT_EQ(checked(message, expectation), Reason::SignatureMismatch);
  expectation.virtual_bucket = "b";
  EXPECT_EQ(checked(message, expectation), kNone);
}

TEST(SigV2, EmptiesTheDateLineWhenAmzDateIsSent) {
  Message message{.headers = {{"Host", "h"}, {"Date", "garbage"}, {"x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT"}}};
  const SignedRequest made = sign_v2(message.to_sign(), kAlice);
  EXPECT_EQ(made.string_to_sign, "GET\n\n\n\nx-amz-date:Sun, 30 Aug 2015 12:36:00 GMT\n/bucket/key");
  for (const HeaderLine& line : made.headers) message.headers.push_back(line);
  EXPECT_EQ(checked(message), kNone);
}

TEST(SigV2, SignsSubresourcesWithDecodedValuesAndIgnoresOtherParameters) {
  const SignedRequest made = sign_v2({.path = "/b/k",
                                      .query = "x=1&versionId=a%2Fb&acl&response-content-type=text%2Fplain",
                                      .headers = {{"Host", "h"}, {"Date", "d"}}},
                                     kAlice);
  EXPECT_TRUE(made.string_to_sign.ends_with("\n/b/k?acl&response-content-type=text/plain&versionId=a/b"));
}

TEST(SigV2, PresignedTakesHoistedHeadersFromTheQuery) {
  Message message;
  message.query = "x-amz-meta-a=1&content-type=text%2Fplain";
  message.query = presign_v2(message.to_sign(), kAlice, kNow + 60).query;
  Verifier verifier;
  EXPECT_FALSE(check(verifier, message, s3_expectation()));
  EXPECT_EQ(verifier.string_to_sign(), "GET\n\ntext/plain\n1440938220\nx-amz-meta-a:1\n/bucket/key");
  EXPECT_TRUE(verifier.canonical_request().empty());
}

TEST(SigV2, PostFormSignsThePolicyText) {
  const Sha1Digest digest = HmacSha1Key(kAlice.secret_access_key).sign("e30=");
  const std::string signature = base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  PostForm form;
  form.policy = "e30=";
  form.aws_access_key_id = kAlice.access_key_id;
  form.v2_signature = signature;
  Verifier verifier;
  SigningKeyCache cache;
  EXPECT_FALSE(verifier.examine_post(form, s3_expectation()));
  EXPECT_FALSE(verifier.verify(kAliceKey, cache));
  EXPECT_EQ(verifier.string_to_sign(), "e30=");
  form.policy = "e30K";
  EXPECT_FALSE(verifier.examine_post(form, s3_expectation()));
  EXPECT_EQ(verifier.verify(kAliceKey, cache).reason, Reason::SignatureMismatch);
}

Signing sigv4a(std::string region_set) {
  Signing signing = s3_signing();
  signing.region = std::move(region_set);
  signing.algorithm = Algorithm::EcdsaP256;
  return signing;
}

TEST(SigV4a, VerifiesInHeaderAndQuery) {
  for (const char* set : {"us-east-1", "us-*", "*", "eu-west-1, us-east-*", "eu-*,*-1"}) {
    EXPECT_EQ(checked(signed_message({}, sigv4a(set))), kNone) << set;
    EXPECT_EQ(checked(presigned_message({}, sigv4a(set))), kNone) << set;
  }
  Message bad = signed_message({}, sigv4a("*"));
  bad.path += "x";
  EXPECT_EQ(checked(bad), Reason::SignatureMismatch);
}

TEST(SigV4a, RefusesASetWithoutTheRegion) {
  for (const char* set : {"eu-west-1", "us-east-2", "us-east", "", "us-east-1?", "eu-*"}) {
    EXPECT_EQ(checked(signed_message({}, sigv4a(set))), Reason::ScopeRegion) << set;
  }
}

TEST(SigV4a, WantsAScopeWithoutRegion) {
  Message message = signed_message({}, sigv4a("*"));
  replace(message.header("authorization"), "/s3/", "/us-east-1/s3/");
  EXPECT_EQ(checked(message), Reason::CredentialMalformed);
}

TEST(SigV4a, RefusesSignaturesThatAreNotDer) {
  const Message good = signed_message({}, sigv4a("*"));
  for (const std::string& text :
       {std::string(), std::string("3"), std::string("30"), std::string(300, 'f'), std::string("zz")}) {
    Message bad = good;
    std::string& header = bad.header("authorization");
    header = header.substr(0, header.find("Signature=") + 10) + text;
    EXPECT_EQ(checked(bad), Reason::SignatureMismatch) << text;
  }
}

TEST(PeekService, ReadsTheScopeOfHeaderAndQuery) {
  EXPECT_EQ(peek_service(signed_message({}, sts_signing()).view()), "sts");
  EXPECT_EQ(peek_service(presigned_message({}, s3_signing()).view()), "s3");
  EXPECT_EQ(peek_service(signed_message({}, sigv4a("*")).view()), "s3");
  EXPECT_EQ(peek_service(Message{.query = "X-Amz-Credential=a/20150830/us-east-1/iam/aws4_request"}.view()), "iam");
  EXPECT_EQ(peek_service(Message{}.view()), "");
  EXPECT_EQ(peek_service(Message{.headers = {{"Authorization", "AWS a:b"}}}.view()), "");
  EXPECT_EQ(peek_service(Message{.headers = {{"Authorization", "Credential=x"}}}.view()), "");
}

TEST(PayloadHash, KnowsTheTokensOfS3AndNoOthers) {
  EXPECT_EQ(parse_payload_hash(kEmptySha256)->kind, PayloadHash::Kind::Digest);
  EXPECT_EQ(parse_payload_hash(kUnsignedPayload)->kind, PayloadHash::Kind::Unsigned);
  const auto trailer = parse_payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
  EXPECT_TRUE(trailer->kind == PayloadHash::Kind::Streaming && trailer->signed_chunks && trailer->trailer &&
              !trailer->ecdsa);
  const auto open = parse_payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  EXPECT_TRUE(open->kind == PayloadHash::Kind::Streaming && !open->signed_chunks && open->trailer);
  for (const char* text :
       {"", "STREAMING-UNSIGNED-PAYLOAD", "STREAMING-UNKNOWN-ALGORITHM", "unsigned-payload", "e3b0"}) {
    EXPECT_FALSE(parse_payload_hash(text)) << text;
  }
}

}  // namespace
}  // namespace keymill::sigv4::test
