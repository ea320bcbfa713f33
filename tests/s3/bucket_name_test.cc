#include "server/s3/bucket_name.h"

#include <string>

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

TEST(BucketName, MayHaveLowerCaseLettersDigitsDotsAndHyphens) {
  for (const std::string& name :
       {std::string("abc"), std::string("my-bucket.v2"), std::string("1a.b-c.3"), std::string(63, 'a')}) {
    EXPECT_TRUE(IsValidBucketName(name)) << name;
  }
}

TEST(BucketName, IsRefusedOutsideOfItsLengthOrAlphabet) {
  for (const std::string& name :
       {std::string("ab"), std::string(64, 'a'), std::string("Abc"), std::string("a_bc"), std::string("a bc"),
        std::string("-abc"), std::string("abc-"), std::string(".abc"), std::string("abc.")}) {
    EXPECT_FALSE(IsValidBucketName(name)) << name;
  }
}

TEST(BucketName, HasNoHyphenOrDotBesideADot) {
  for (const char* name : {"a..b", "a.-b", "a-.b"}) EXPECT_FALSE(IsValidBucketName(name)) << name;
}

TEST(BucketName, DoesNotLookLikeAnAddressOrAReservedForm) {
  for (const char* name : {"192.168.5.4", "xn--abc", "sthree-abc", "amzn-s3-demo-x", "abc-s3alias", "abc--ol-s3",
                           "abc.mrap", "abc--x-s3", "abc--table-s3"}) {
    EXPECT_FALSE(IsValidBucketName(name)) << name;
  }
}

}  // namespace
}  // namespace keymill::s3
