// Tokens that the server signs itself: made by one key, believed by whoever has its public half.

#include <gtest/gtest.h>

#include "server/federation/jwk.h"
#include "server/federation/jwt.h"

namespace keymill::federation {
namespace {

using crypto::PrivateKey;
using Signature = Jwt::Signature;

constexpr char kClaims[] = R"({"iss":"https://login.example","sub":"ann","aud":["a","b"],"exp":2000000000})";

const crypto::SigningAlgorithm& Algorithm(std::string_view name) {
  return *crypto::FindSigningAlgorithm(name);
}

class EverySignature : public ::testing::TestWithParam<const char*> {
 protected:
  static PrivateKey key() { return PrivateKey::Generate(Algorithm(GetParam())); }
  static std::string jwks(const PrivateKey& key) { return JwkSetText({JwkText(key.numbers(), "k1", GetParam())}); }
};
INSTANTIATE_TEST_SUITE_P(Signing, EverySignature, ::testing::Values("RS256", "PS384", "ES256", "ES384", "ES512"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(EverySignature, VerifiesAgainstThePublishedKey) {
  const PrivateKey signer = key();
  const std::string token = SignJwt(signer, Algorithm(GetParam()), "k1", kClaims);
  const auto jwt = Jwt::Parse(token);
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm(), GetParam());
  EXPECT_EQ(jwt->key_id(), "k1");
  EXPECT_EQ(jwt->claims().subject, "ann");
  EXPECT_EQ(jwt->verify(jwks(signer)), Signature::kValid);
  EXPECT_EQ(jwt->verify(jwks(key())), Signature::kInvalid);
}

TEST_P(EverySignature, IsTheSameKeysAfterItWasWrittenAndRead) {
  const PrivateKey made = key();
  const auto read = PrivateKey::FromPem(made.pem());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->pem(), made.pem());
  EXPECT_EQ(Thumbprint(read->numbers()), Thumbprint(made.numbers()));
  EXPECT_TRUE(read->fits(Algorithm(GetParam())));
  const std::string token = SignJwt(*read, Algorithm(GetParam()), "k1", kClaims);
  EXPECT_EQ(Jwt::Parse(token)->verify(jwks(made)), Signature::kValid);
}

TEST(Signing, RefusesAlgorithmsOfOtherKeys) {
  const PrivateKey key = PrivateKey::Generate(Algorithm("ES256"));
  EXPECT_FALSE(key.fits(Algorithm("ES384")));
  EXPECT_FALSE(key.fits(Algorithm("RS256")));
  EXPECT_THROW(SignJwt(key, Algorithm("ES384"), "k1", kClaims), std::runtime_error);
}

TEST(Signing, ReadsOnlyKeysThatTokensAreSignedWith) {
  EXPECT_FALSE(PrivateKey::FromPem(""));
  EXPECT_FALSE(PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ==\n-----END PRIVATE KEY-----\n"));
  // Ed25519, from RFC 8410
  EXPECT_FALSE(
      PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/"
                          "nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"));
}

TEST(Signing, ShowsOnlyThePublicHalf) {
  const PrivateKey key = PrivateKey::Generate(Algorithm("RS256"));
  const std::string jwk = JwkText(key.numbers(), "k1", "RS256");
  EXPECT_EQ(jwk.find("\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\""), 1u) << jwk;
  for (const char* secret : {"\"d\"", "\"p\"", "\"q\"", "\"dp\""}) EXPECT_EQ(jwk.find(secret), std::string::npos);
  EXPECT_EQ(JwkSetText({}), R"({"keys":[]})");
}

// The key of RFC 7638, section 3.1.
TEST(Signing, NamesKeysByTheirThumbprint) {
  const std::string n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
      "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q"
      "MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJ"
      "zKnqDKgw";
  EXPECT_EQ(Thumbprint({{}, *Base64UrlDecode(n), *Base64UrlDecode("AQAB")}),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  EXPECT_EQ(Base64UrlEncode(*Base64UrlDecode(n)), n);
}

}  // namespace
}  // namespace keymill::federation
