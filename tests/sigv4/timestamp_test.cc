#include "sigv4/timestamp.h"

#include <gtest/gtest.h>

namespace keymill::sigv4 {
namespace {

TEST(IsoBasic, RoundTrips) {
  EXPECT_EQ(parse_iso_basic("20150830T123600Z"), 1440938160);
  EXPECT_EQ(parse_iso_basic("19700101T000000Z"), 0);
  for (const std::int64_t time : {0L, 951782400L, 1440938160L, 4102444799L}) {
    EXPECT_EQ(parse_iso_basic(view(format_iso_basic(time))), time);
  }
}

TEST(IsoBasic, RefusesDatesThatDoNotExist) {
  for (const char* text :
       {"20150230T123600Z", "20151330T123600Z", "20150830T243600Z", "20150830T126000Z", "20150830T12360Z",
        "20150830t123600Z", "20150830T123600", "2015083OT123600Z", "", "2015-08-30T12:36:00Z"}) {
    EXPECT_FALSE(parse_iso_basic(text)) << text;
  }
}

TEST(IsoBasic, ClampsTimesOutsideFourDigitYears) {
  EXPECT_EQ(view(format_iso_basic(INT64_MAX)), "99991231T235959Z");
  EXPECT_EQ(view(format_iso_basic(INT64_MIN)), "00000101T000000Z");
}

TEST(HttpDate, ReadsTheFormsThatClientsSend) {
  EXPECT_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), 1440938160);
  EXPECT_EQ(parse_http_date("Tue, 27 Mar 2007 19:36:42 +0000"), 1175024202);
  EXPECT_EQ(parse_http_date("Fri, 7 Mar 2014 01:02:03 UTC"), 1394154123);
  for (const char* text :
       {"", "Sun, 30 Aug 2015 12:36:00", "Sun, 30 Agu 2015 12:36:00 GMT", "Sun, 31 Feb 2015 12:36:00 GMT",
        "Sunday, 30-Aug-15 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 PST"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(IsoExtended, ReadsPolicyExpirations) {
  EXPECT_EQ(parse_iso_extended("2007-12-01T12:00:00.000Z"), 1196510400);
  EXPECT_EQ(parse_iso_extended("2007-12-01T12:00:00Z"), 1196510400);
  for (const char* text :
       {"", "2007-12-01T12:00:00", "2007-12-01T12:00:00.Z", "2007-12-01T12:00:00.x00Z", "2007-13-01T12:00:00Z"}) {
    EXPECT_FALSE(parse_iso_extended(text)) << text;
  }
}

TEST(ScopeDate, IsEightDigitsThatNameADay) {
  EXPECT_TRUE(is_scope_date("20150830"));
  EXPECT_FALSE(is_scope_date("20150231"));
  EXPECT_FALSE(is_scope_date("2015-8-3"));
  EXPECT_FALSE(is_scope_date("201508300"));
}

}  // namespace
}  // namespace keymill::sigv4
