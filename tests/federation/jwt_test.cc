// Web identity tokens: what is read of them, and which signatures are believed.

#include "server/federation/jwt.h"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/federation/issuer.h"

namespace keymill::federation {
namespace {

using test::Base64Url;
using test::TokenKey;
using Signature = Jwt::Signature;

constexpr char kClaims[] =
    R"({"iss":"https://login.example","sub":"ann","aud":"app","exp":2000000000,"iat":1700000000.9,"nbf":1600000000})";

/// One key for each algorithm, made once: RSA keys are slow to make.
const TokenKey& KeyFor(const std::string& algorithm) {
  static const std::vector<std::unique_ptr<TokenKey>> keys = [] {
    std::vector<std::unique_ptr<TokenKey>> made;
    for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}) {
      made.push_back(std::make_unique<TokenKey>(name));
    }
    return made;
  }();
  for (const auto& key : keys) {
    if (key->algorithm() == algorithm) return *key;
  }
  throw std::logic_error("no key for " + algorithm);
}

Signature Verify(const std::string& token, const std::string& jwks) {
  const auto jwt = Jwt::Parse(token);
  EXPECT_TRUE(jwt) << token;
  return jwt ? jwt->verify(jwks) : Signature::kUnsupported;
}

std::string Unsigned(const std::string& header, const std::string& claims) {
  return Base64Url(header) + "." + Base64Url(claims) + "." + Base64Url("signature");
}

class EveryAlgorithm : public ::testing::TestWithParam<const char*> {
 protected:
  const TokenKey& key_ = KeyFor(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Jwt, EveryAlgorithm,
                         ::testing::Values("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                                           "ES512"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(EveryAlgorithm, IsVerified) {
  EXPECT_EQ(Verify(key_.token(kClaims), key_.jwks()), Signature::kValid);
}

TEST_P(EveryAlgorithm, NoticesEveryChangedPart) {
  const std::string token = key_.token(kClaims);
  const auto changed = [&](std::size_t at) {
    std::string other = token;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    return other;
  };
  const std::string other_claims = key_.token(R"({"iss":"https://login.example","sub":"eve"})");
  const std::size_t second = token.rfind('.');
  const std::string swapped = other_claims.substr(0, other_claims.rfind('.')) + token.substr(second);
  EXPECT_EQ(Verify(swapped, key_.jwks()), Signature::kInvalid);
  EXPECT_EQ(Verify(changed(second + 1), key_.jwks()), Signature::kInvalid);
  EXPECT_EQ(Verify(changed(second + 20), key_.jwks()), Signature::kInvalid);
  EXPECT_EQ(Verify(token.substr(0, second + 1), key_.jwks()), Signature::kInvalid) << "an empty signature";
  EXPECT_EQ(Verify(token + "AAAA", key_.jwks()), Signature::kInvalid) << "a longer signature";
}

TEST_P(EveryAlgorithm, RefusesAnotherKeyOfTheSameKind) {
  const TokenKey other(GetParam());
  EXPECT_EQ(Verify(key_.token(kClaims), other.jwks()), Signature::kInvalid);
}

TEST_P(EveryAlgorithm, TakesNoKeyThatIsForSomethingElse) {
  const std::string token = key_.token(kClaims);
  EXPECT_EQ(Verify(token, key_.jwks(R"(,"use":"enc")")), Signature::kNoKey);
  EXPECT_EQ(Verify(token, key_.jwks(R"(,"key_ops":["encrypt"])")), Signature::kNoKey);
  EXPECT_EQ(Verify(token, key_.jwks(R"(,"alg":"RS1")")), Signature::kNoKey);
  EXPECT_EQ(Verify(token, key_.jwks(R"(,"use":"sig","key_ops":["verify"],"alg":")" + key_.algorithm() + "\"")),
            Signature::kValid);
}

TEST(Jwt, VerifiesTheExampleOfRfc7515) {  // appendix A.3: ES256, no kid
  const std::string token =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  const std::string keys = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                           R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
  EXPECT_EQ(Verify(token, keys), Signature::kValid);
}

TEST(Jwt, ChoosesTheKeyThatTheTokenNames) {
  const TokenKey& mine = KeyFor("ES256");
  const TokenKey other("ES256", "k2");
  const std::string both = R"({"keys":[)" + other.jwk() + "," + mine.jwk() + "]}";
  EXPECT_EQ(Verify(mine.token(kClaims), both), Signature::kValid);
  EXPECT_EQ(Verify(other.token(kClaims), both), Signature::kValid);
  EXPECT_EQ(Verify(mine.token(kClaims, R"({"alg":"ES256","kid":"k2"})"), both), Signature::kInvalid);
  EXPECT_EQ(Verify(mine.token(kClaims, R"({"alg":"ES256","kid":"k3"})"), both), Signature::kNoKey);
  EXPECT_EQ(Verify(mine.token(kClaims, R"({"alg":"ES256"})"), both), Signature::kValid) << "no kid: each is tried";
}

TEST(Jwt, IsNotConfusedAboutTheAlgorithm) {
  const TokenKey& rsa = KeyFor("RS256");
  const TokenKey& ec = KeyFor("ES256");
  const std::string jwks = R"({"keys":[)" + rsa.jwk() + "]}";
  for (const char* algorithm : {"none", "None", "NONE", "HS256", "HS384", "HS512", "", "RS1", "rs256", "EdDSA"}) {
    const std::string header = R"({"alg":")" + std::string(algorithm) + R"(","kid":"k1"})";
    EXPECT_EQ(Verify(Unsigned(header, kClaims), jwks), Signature::kUnsupported) << algorithm;
    EXPECT_EQ(Verify(rsa.token(kClaims, header), jwks), Signature::kUnsupported) << algorithm;
  }
  EXPECT_EQ(Verify(Unsigned("{}", kClaims), jwks), Signature::kUnsupported) << "no algorithm";
  EXPECT_EQ(Verify(rsa.token(kClaims, R"({"alg":"PS256","kid":"k1"})"), jwks), Signature::kInvalid);
  EXPECT_EQ(Verify(rsa.token(kClaims, R"({"alg":"RS512","kid":"k1"})"), jwks), Signature::kInvalid);
  EXPECT_EQ(Verify(ec.token(kClaims, R"({"alg":"RS256","kid":"k1"})"), ec.jwks()), Signature::kNoKey);
  EXPECT_EQ(Verify(ec.token(kClaims, R"({"alg":"ES384","kid":"k1"})"), ec.jwks()), Signature::kNoKey);
}

TEST(Jwt, DoesNotTakeAnEcdsaSignatureOfZeros) {
  const TokenKey& key = KeyFor("ES256");
  const std::string text = Base64Url(R"({"alg":"ES256","kid":"k1"})") + "." + Base64Url(kClaims);
  EXPECT_EQ(Verify(text + "." + Base64Url(std::string(64, '\0')), key.jwks()), Signature::kInvalid);
  EXPECT_EQ(Verify(text + "." + Base64Url(std::string(63, '\1')), key.jwks()), Signature::kInvalid);
}

TEST(Jwt, TellsWhatIsClaimed) {
  const auto jwt = Jwt::Parse(KeyFor("ES256").token(kClaims));
  ASSERT_TRUE(jwt);
  const Claims& claims = jwt->claims();
  EXPECT_EQ(claims.issuer, "https://login.example");
  EXPECT_EQ(claims.subject, "ann");
  EXPECT_EQ(claims.audiences, std::vector<std::string>{"app"});
  EXPECT_EQ(claims.expires, 2000000000);
  EXPECT_EQ(claims.issued, 1700000000) << "a fraction is dropped";
  EXPECT_EQ(claims.not_before, 1600000000);
  EXPECT_TRUE(claims.authorized_party.empty() && claims.tags.empty() && claims.methods.empty());
}

TEST(Jwt, ReadsSessionTagsNestedAndFlattened) {
  const auto nested = Jwt::Parse(Unsigned("{}", R"({"https://aws.amazon.com/tags":{"principal_tags":{"Team":["red"],
      "Cost":"1"},"transitive_tag_keys":["Team"]},"https://aws.amazon.com/source_identity":"ann"})"));
  const auto flat = Jwt::Parse(Unsigned("{}", R"({"https://aws.amazon.com/tags/principal_tags/Team":["red"],
      "https://aws.amazon.com/tags/principal_tags/Cost":"1","https://aws.amazon.com/tags/transitive_tag_keys":["Team"]})"));
  ASSERT_TRUE(nested && flat);
  const std::vector<std::pair<std::string, std::string>> expected{{"Team", "red"}, {"Cost", "1"}};
  for (const auto& jwt : {nested, flat}) {
    EXPECT_EQ(jwt->claims().tags, expected);
    EXPECT_EQ(jwt->claims().transitive_tags, std::vector<std::string>{"Team"});
  }
  EXPECT_EQ(nested->claims().source_identity, "ann");
}

TEST(Jwt, ReadsListsOfAudiencesAndMethods) {
  const auto jwt = Jwt::Parse(Unsigned("{}", R"({"aud":["a","b"],"azp":"c","amr":["pwd","otp"]})"));
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->claims().audiences, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(jwt->claims().authorized_party, "c");
  EXPECT_EQ(jwt->claims().methods, (std::vector<std::string>{"pwd", "otp"}));
}

TEST(Jwt, RefusesWhatIsNoToken) {
  const std::string good = KeyFor("ES256").token(kClaims);
  const std::string dot = ".";
  const std::string object = Base64Url("{}");
  std::vector<std::string> bad = {"",
                                  ".",
                                  "..",
                                  "...",
                                  "a.b",
                                  "Atza|IQEBLjAsAhRFiXuWpU",
                                  good + ".",
                                  good + "=",
                                  " " + good,
                                  good + "\n",
                                  "." + good,
                                  object + dot + object,
                                  object + "." + Base64Url("[]") + ".AAAA",
                                  Base64Url("1") + "." + object + ".AAAA",
                                  object + "." + Base64Url("{\"sub\":\"\xff\"}") + ".AAAA",
                                  object + "." + Base64Url("{} {}") + ".AAAA",
                                  object + "." + object + ".A",
                                  Base64Url(R"({"alg":"ES256","crit":["exp"]})") + "." + object + ".AAAA",
                                  Base64Url(R"({"alg":1})") + "." + object + ".AAAA"};
  for (const char* claims :
       {R"({"sub":1})", R"({"aud":{}})", R"({"aud":[1]})", R"({"exp":"2030"})", R"({"exp":-1})", R"({"exp":1e300})",
        R"({"nbf":null})", R"({"amr":7})", R"({"https://aws.amazon.com/tags":[]})",
        R"({"https://aws.amazon.com/tags":{"principal_tags":{"a":["b","c"]}}})",
        R"({"https://aws.amazon.com/tags":{"principal_tags":{"a":[]}}})",
        R"({"https://aws.amazon.com/tags":{"principal_tags":["a"]}})"}) {
    bad.push_back(Unsigned("{}", claims));
  }
  bad.push_back(Unsigned("{}", std::string(1000, '[') + std::string(1000, ']')));
  bad.push_back(Unsigned("{}", "{\"sub\":\"" + std::string(Jwt::kMaxSize, 'x') + "\"}"));
  for (const std::string& text : bad) EXPECT_FALSE(Jwt::Parse(text)) << text.substr(0, 200);
}

TEST(Jwt, NeverReadsATruncatedTokenAsWhole) {
  const std::string good = KeyFor("RS256").token(kClaims);
  const std::string jwks = KeyFor("RS256").jwks();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    const auto jwt = Jwt::Parse(cut);
    EXPECT_TRUE(!jwt || jwt->verify(jwks) != Signature::kValid) << size;
  }
}

}  // namespace
}  // namespace keymill::federation
