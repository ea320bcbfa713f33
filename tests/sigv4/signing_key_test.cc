#include "sigv4/signing_key.h"

#include <gtest/gtest.h>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const CredentialScope kScope{"20150830", "us-east-1", "iam", "aws4_request", ""};

TEST(SigningKey, IsTheDocumentedChain) {
  // "Deriving the signing key" of AWS's general reference shows the chain for this secret and scope; signing the
  // documented string to sign must give the documented signature.
  const HmacSha256Key key = derive_signing_key(HmacSha256Key(kSecret, "AWS4"), "20150830", "us-east-1", "iam");
  EXPECT_EQ(hex(key.sign("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
                         "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59")),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SigningKeyCache, RemembersAScope) {
  SigningKeyCache cache;
  const KeyMaterial key(kSecret, 1);
  const Sha256Digest first = cache.get(key, kScope).sign("x");
  EXPECT_EQ(cache.get(key, kScope).sign("x"), first);
  EXPECT_EQ(cache.hits(), 1u);
  EXPECT_EQ(cache.misses(), 1u);
}

TEST(SigningKeyCache, NeverServesARotatedKey) {
  SigningKeyCache cache;
  const Sha256Digest before = cache.get(KeyMaterial("old", 1), kScope).sign("x");
  const Sha256Digest after = cache.get(KeyMaterial("new", 2), kScope).sign("x");
  EXPECT_NE(before, after);
  EXPECT_EQ(after,
            derive_signing_key(HmacSha256Key("new", "AWS4"), kScope.date, kScope.region, kScope.service).sign("x"));
}

TEST(SigningKeyCache, TellsRegionAndServiceApartWhateverTheirBorder) {
  SigningKeyCache cache;
  const KeyMaterial key(kSecret, 1);
  const CredentialScope a{"20150830", "us", "east", "aws4_request", ""};
  const CredentialScope b{"20150830", "use", "ast", "aws4_request", ""};
  EXPECT_NE(cache.get(key, a).sign("x"), cache.get(key, b).sign("x"));
}

TEST(SigningKeyCache, AnswersRightlyWhenFullAndForAbsurdScopes) {
  SigningKeyCache cache;
  const std::string region(500, 'r');
  for (std::uint64_t version = 0; version < 2000; ++version) {
    const std::string secret = "secret" + std::to_string(version);
    const KeyMaterial key(secret, version);
    const auto expected = derive_signing_key(HmacSha256Key(secret, "AWS4"), kScope.date, kScope.region, kScope.service);
    ASSERT_EQ(cache.get(key, kScope).sign("x"), expected.sign("x"));
  }
  const CredentialScope absurd{"20150830", region, "s3", "aws4_request", ""};
  const KeyMaterial key(kSecret, 1);
  EXPECT_EQ(cache.get(key, absurd).sign("x"), derive_signing_key(key.aws4(), "20150830", region, "s3").sign("x"));
}

TEST(SigV4aKey, IsDerivedAsTheSdksDeriveIt) {
  const auto scalar = derive_p256_private_key(HmacSha256Key(kSecret, "AWS4A"), "AKIDEXAMPLE");
  ASSERT_TRUE(scalar);
  EXPECT_EQ(hex(*scalar), "7efc8c0e65a324242818c5a50c891c6060b6a00717b7ba3cbe3c5d765be9259c");
  const std::string point = P256PublicKey::from_private(*scalar)->coordinates();
  const std::string text = hex({reinterpret_cast<const std::uint8_t*>(point.data()), point.size()});
  EXPECT_EQ(text.substr(0, 8), "b6618f6a");
  EXPECT_EQ(text.substr(60, 4), "36b1");
  EXPECT_EQ(text.substr(64, 8), "865ed22a");
  EXPECT_EQ(text.substr(124), "e518");
}

TEST(SigV4aKey, IsCachedByVersion) {
  SigningKeyCache cache;
  const KeyMaterial a("a", 1), b("b", 33);  // the same slot
  const std::string of_a = cache.get_public(a, "id")->coordinates();
  EXPECT_NE(cache.get_public(b, "id")->coordinates(), of_a);
  EXPECT_EQ(cache.get_public(a, "id")->coordinates(), of_a);
}

}  // namespace
}  // namespace keymill::sigv4
