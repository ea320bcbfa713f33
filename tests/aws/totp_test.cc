#include "server/aws/totp.h"

#include <gtest/gtest.h>

namespace keymill::aws {
namespace {

constexpr char kRfcSecret[] = "12345678901234567890";

TEST(Totp, AgreesWithTheVectorsOfRfc6238) {
  struct Vector {
    std::int64_t seconds;
    const char* code;
  };
  constexpr Vector kVectors[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                                 {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(TotpCode(kRfcSecret, TotpCounter(vector.seconds * 1000), 8), vector.code);
  }
}

TEST(Totp, HasSixDigitsWithLeadingZeros) {
  EXPECT_EQ(TotpCode(kRfcSecret, TotpCounter(1111111109'000)), "081804");
}

TEST(Totp, IsFoundInItsStepOnly) {
  const std::string code = TotpCode(kRfcSecret, 1000);
  EXPECT_EQ(FindTotp(kRfcSecret, code, 999, 1001), 1000);
  EXPECT_EQ(FindTotp(kRfcSecret, code, 1001, 1003), std::nullopt);
  EXPECT_EQ(FindTotp(kRfcSecret, code, 1001, 1000), std::nullopt) << "nothing is in an empty range";
}

TEST(Base32, AgreesWithTheVectorsOfRfc4648) {
  EXPECT_EQ(Base32Encode(""), "");
  EXPECT_EQ(Base32Encode("f"), "MY");
  EXPECT_EQ(Base32Encode("fo"), "MZXQ");
  EXPECT_EQ(Base32Encode("foo"), "MZXW6");
  EXPECT_EQ(Base32Encode("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32Encode("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32Encode("foobar"), "MZXW6YTBOI");
}

TEST(Base32, IsReadInEitherCaseWithOrWithoutPadding) {
  for (const char* text : {"MZXW6YTB", "mzxw6ytb"}) EXPECT_EQ(Base32Decode(text), "fooba");
  EXPECT_EQ(Base32Decode("MZXW6==="), "foo");
  EXPECT_EQ(Base32Decode("MZXW6"), "foo");
  EXPECT_EQ(Base32Decode(""), "");
  for (const char* text : {"M", "MZX", "MZ1W", "MZ XW6", "M===ZXW6", "MZXW7"})
    EXPECT_EQ(Base32Decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace keymill::aws
