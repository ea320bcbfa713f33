#include "server/s3/rfc2047.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

TEST(HeaderText, OfPlainAsciiStaysAsItIs) {
  EXPECT_EQ(DecodeHeaderText("hello =?world? ?="), "hello =?world? ?=");
  EXPECT_EQ(EncodeHeaderText("hello world"), "hello world");
}

TEST(HeaderText, DecodesEncodedWordsOfBothForms) {
  EXPECT_EQ(DecodeHeaderText("=?UTF-8?B?w6TDtsO8?="), "\xC3\xA4\xC3\xB6\xC3\xBC");
  EXPECT_EQ(DecodeHeaderText("=?utf-8?q?a_b=C3=A4?="), "a b\xC3\xA4");
  EXPECT_EQ(DecodeHeaderText("=?ISO-8859-1?Q?=E4?="), "\xC3\xA4");
}

TEST(HeaderText, DropsTheSpaceBetweenEncodedWordsOnly) {
  EXPECT_EQ(DecodeHeaderText("=?UTF-8?Q?a?= =?UTF-8?Q?b?= c"), "ab c");
  EXPECT_EQ(DecodeHeaderText("x =?UTF-8?Q?a?= y"), "x a y");
}

TEST(HeaderText, LeavesWhatIsNoEncodedWord) {
  for (const char* text :
       {"=?UTF-8?X?abc?=", "=?UTF-8?B?***?=", "=?koi8-r?Q?a?=", "=?UTF-8?Q?a b?=", "=?UTF-8?Q?=Z?=", "=?"}) {
    EXPECT_EQ(DecodeHeaderText(text), text);
  }
}

TEST(HeaderText, ReadsRawOctetsAsLatin1) {
  EXPECT_EQ(DecodeHeaderText("\xE4"), "\xC3\xA4");
}

TEST(HeaderText, IsEncodedInTheShorterForm) {
  EXPECT_EQ(EncodeHeaderText("\xC3\xA4\xC3\xB6\xC3\xBC"), "=?UTF-8?B?w6TDtsO8?=");
  EXPECT_EQ(EncodeHeaderText("mostly ascii \xC3\xA4"), "=?UTF-8?Q?mostly_ascii_=C3=A4?=");
}

TEST(HeaderText, ComesBack) {
  for (const std::string_view text : {"\xC3\xA4", "a_b=?\xC3\xA4 and some more text", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(DecodeHeaderText(EncodeHeaderText(text)), text);
  }
}

}  // namespace
}  // namespace keymill::s3
