#include "server/s3/list_encoding.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

TEST(ListEncoding, KeepsSlashesAndStarsAndWritesSpacesAsPlus) {
  EXPECT_EQ(EncodeListed("a/b*c-d_e.f g=h~i+\x01\xC3\xA9"), "a/b*c-d_e.f+g%3Dh%7Ei%2B%01%C3%A9");
}

TEST(ListEncoding, IsUrlOrNothing) {
  EXPECT_FALSE(*WantsUrlEncoding(*pipeline::Params::Parse("")));
  EXPECT_TRUE(*WantsUrlEncoding(*pipeline::Params::Parse("encoding-type=url")));
  EXPECT_FALSE(WantsUrlEncoding(*pipeline::Params::Parse("encoding-type=")));
  EXPECT_FALSE(WantsUrlEncoding(*pipeline::Params::Parse("encoding-type=xml")));
}

TEST(ListLimit, IsCutAtTheCapAndDefaultsToIt) {
  const auto limit = [](std::string_view query) {
    return ReadLimit(*pipeline::Params::Parse(query), "max-keys", 1000);
  };
  EXPECT_EQ(*limit(""), 1000u);
  EXPECT_EQ(*limit("max-keys=7"), 7u);
  EXPECT_EQ(*limit("max-keys=0"), 0u);
  EXPECT_EQ(*limit("max-keys=5000"), 1000u);
  for (const std::string_view bad : {"max-keys=abc", "max-keys=1x", "max-keys=-1", "max-keys=99999999999"}) {
    ASSERT_FALSE(limit(bad)) << bad;
    EXPECT_EQ(limit(bad).error().code(), "InvalidArgument");
  }
  EXPECT_EQ(limit("max-keys=x").error().message(), "Provided max-keys not an integer or within integer range");
}

TEST(ListToken, ComesBackAndCannotBeMadeUp) {
  const std::string place("a/b\0\xFF", 5);
  EXPECT_EQ(ReadToken(MakeToken(place)), place);
  EXPECT_EQ(ReadToken(MakeToken("")), "");
  EXPECT_FALSE(ReadToken(""));
  EXPECT_FALSE(ReadToken("garbage"));
  EXPECT_FALSE(ReadToken("YWJjZGVm"));
}

}  // namespace
}  // namespace keymill::s3
