// JWK sets: which keys of them are taken.

#include "server/federation/jwk.h"

#include <gtest/gtest.h>

#include "server/federation/jwt.h"
#include "tests/federation/issuer.h"

namespace keymill::federation {
namespace {

using test::Base64Url;
using test::TokenKey;

std::size_t Keys(const std::string& members) {
  const auto keys = ParseJwkSet("{\"keys\":[" + members + "]}");
  return keys ? keys->size() : 0;
}

TEST(JwkSet, LeavesOutWhatCannotVerify) {
  const TokenKey rsa("RS256"), ec("ES384", "k2");
  EXPECT_EQ(Keys(rsa.jwk() + "," + ec.jwk()), 2u);
  EXPECT_EQ(Keys(ec.jwk() + R"(,{"kty":"oct","k":"AAAA"},{"kty":"OKP","crv":"Ed25519","x":"AAAA"},7,{})"), 1u);
  EXPECT_EQ(Keys(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), 0u) << "too short";
  EXPECT_EQ(Keys(R"({"kty":"RSA","n":")" + Base64Url(std::string(2000, '\xff')) + R"(","e":"AQAB"})"), 0u)
      << "too long";
  EXPECT_EQ(Keys(TokenKey("RS256", "k", 1024).jwk()), 0u);
}

TEST(JwkSet, LeavesOutWeakExponents) {
  const std::string modulus = Base64Url(std::string(256, '\xff'));
  for (const char* exponent : {"AA", "AQ", "Ag", ""}) {  // 0, 1, 2 and none
    EXPECT_EQ(Keys(R"({"kty":"RSA","n":")" + modulus + R"(","e":")" + exponent + "\"}"), 0u) << exponent;
  }
  EXPECT_EQ(Keys(R"({"kty":"RSA","n":")" + modulus + R"(","e":"Aw"})"), 1u);
}

TEST(JwkSet, LeavesOutPointsThatAreNotOnTheirCurve) {
  const std::string coordinate = Base64Url(std::string(32, '\1'));
  EXPECT_EQ(Keys(R"({"kty":"EC","crv":"P-256","x":")" + coordinate + R"(","y":")" + coordinate + "\"}"), 0u);
  EXPECT_EQ(Keys(R"({"kty":"EC","crv":"secp256k1","x":")" + coordinate + R"(","y":")" + coordinate + "\"}"), 0u);
  EXPECT_EQ(Keys(R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})"), 0u) << "short coordinates";
}

TEST(JwkSet, SaysWhatIsWrongWithOne) {
  EXPECT_FALSE(CheckJwkSet(TokenKey("ES256").jwks()));
  for (const char* text : {"", "{", "[]", "{}", R"({"keys":{}})", R"({"keys":1})"}) {
    EXPECT_EQ(CheckJwkSet(text), "must be a JWK set, an object with the list \"keys\"") << text;
  }
  for (const char* text : {R"({"keys":[]})", R"({"keys":[{"kty":"oct","k":"AAAA"}]})"}) {
    const auto complaint = CheckJwkSet(text);
    ASSERT_TRUE(complaint);
    EXPECT_NE(complaint->find("RSA key of 2048"), std::string::npos);
  }
}

TEST(Base64Url, IsReadStrictly) {
  EXPECT_EQ(Base64UrlDecode("-_8"), "\xfb\xff");
  EXPECT_EQ(Base64UrlDecode(""), "");
  for (const char* text : {"+/8", "-_8=", "A", "AB CD", "-_9", "\n"}) EXPECT_FALSE(Base64UrlDecode(text)) << text;
}

}  // namespace
}  // namespace keymill::federation
