#include "sigv4/encoding.h"

#include <gtest/gtest.h>

namespace keymill::sigv4 {
namespace {

TEST(UriEncode, LeavesOnlyTheUnreservedCharacters) {
  EXPECT_EQ(uri_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(uri_encode(" +/*%\xc3\xa9"), "%20%2B%2F%2A%25%C3%A9");
  EXPECT_EQ(uri_encode("a/b c", Slash::Keep), "a/b%20c");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  for (const char* text : {"%", "%2", "%GG", "%2G", "a%", "%%20"}) EXPECT_FALSE(percent_decode(text)) << text;
  EXPECT_EQ(percent_decode("%41%6a%6A%2f"), "Ajj/");
}

TEST(PercentDecode, ReadsPlusAsSpaceOnlyWhenTold) {
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(UriRecode, BringsEveryWireFormToTheCanonicalOne) {
  std::string out(100, '\0');
  const auto recode = [&](std::string_view text) {
    char* end = write_uri_recoded(out.data(), text, Slash::Keep, false);
    return end == nullptr ? "broken" : out.substr(0, static_cast<std::size_t>(end - out.data()));
  };
  EXPECT_EQ(recode("/a:b"), "/a%3Ab");
  EXPECT_EQ(recode("/a%3ab"), "/a%3Ab");
  EXPECT_EQ(recode("/%c3%A9"), "/%C3%A9");
  EXPECT_EQ(recode("/%7Euser"), "/~user");
  EXPECT_EQ(recode("/%"), "broken");
}

TEST(Hex, IsReadInLowerCaseOnlyWhereAwsWantsLowerCase) {
  std::array<std::uint8_t, 2> out{};
  EXPECT_TRUE(read_lower_hex("0aff", out));
  EXPECT_EQ(hex(out), "0aff");
  EXPECT_FALSE(read_lower_hex("0AFF", out));
  EXPECT_FALSE(read_lower_hex("0af", out));
  EXPECT_FALSE(read_lower_hex("0afg", out));
  EXPECT_EQ(hex_decode("0AfF"), "\x0a\xff");
}

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_EQ(base64_encode("light w"), "bGlnaHQgdw==");
}

TEST(Base64, RefusesWhatIsNotExactlyBase64) {
  for (const char* text :
       {"A", "AA", "AAA", "AA=A", "A===", "====", "AA==AAAA", "AB==", "AAB=", "AA A", "AA-_", "AAAA\n"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  EXPECT_EQ(base64_decode(""), "");
}

}  // namespace
}  // namespace keymill::sigv4
