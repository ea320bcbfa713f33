#include "sigv4/digest.h"

#include <string>

#include <gtest/gtest.h>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

TEST(Sha256, OfNothingIsTheConstant) {
  EXPECT_EQ(hex(sha256("")), kEmptySha256);
}

TEST(Sha256, InPiecesEqualsTheWhole) {
  const std::string text(1000, 'x');
  Sha256 hash;
  for (std::size_t i = 0; i < text.size(); i += 37) hash.update(std::string_view(text).substr(i, 37));
  EXPECT_EQ(hash.finish(), sha256(text));
  EXPECT_EQ(hash.finish(), sha256("")) << "finish leaves a fresh hash";
}

TEST(Hashes, MatchTheStandardsExamples) {
  Sha1 sha1;
  sha1.update("abc");
  EXPECT_EQ(hex(sha1.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, MatchesRfc4231) {
  EXPECT_EQ(hex(HmacSha256Key("Jefe").sign("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(HmacSha256Key(std::string(131, '\xaa')).sign("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, PrefixAndKeyAreOneKey) {
  EXPECT_EQ(HmacSha256Key("secret", "AWS4").sign("x"), HmacSha256Key("AWS4secret").sign("x"));
  const std::string longer(100, 'k');
  EXPECT_EQ(HmacSha256Key(longer, "AWS4").sign("x"), HmacSha256Key("AWS4" + longer).sign("x"));
}

TEST(HmacSha1, MatchesRfc2202) {
  EXPECT_EQ(hex(HmacSha1Key("Jefe").sign("what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(P256, VerifiesItsOwnSignaturesOnly) {
  P256Scalar scalar{};
  scalar[31] = 7;
  const auto key = P256PublicKey::from_private(scalar);
  ASSERT_TRUE(key);
  std::string der = p256_sign(scalar, sha256("message"));
  EXPECT_TRUE(key->verify(sha256("message"), der));
  EXPECT_FALSE(key->verify(sha256("massage"), der));
  for (std::size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key->verify(sha256("message"), changed)) << i;
  }
  EXPECT_FALSE(key->verify(sha256("message"), ""));
  EXPECT_FALSE(key->verify(sha256("message"), std::string(200, '0')));
}

TEST(P256, RefusesScalarsOutsideTheGroup) {
  P256Scalar zero{}, high{};
  high.fill(0xff);
  EXPECT_FALSE(P256PublicKey::from_private(zero));
  EXPECT_FALSE(P256PublicKey::from_private(high));
  EXPECT_TRUE(p256_sign(zero, sha256("")).empty());
}

}  // namespace
}  // namespace keymill::sigv4
