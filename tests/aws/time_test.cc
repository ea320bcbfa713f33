#include "server/aws/time.h"

#include <gtest/gtest.h>

namespace keymill::aws {
namespace {

constexpr std::int64_t kMoment = 1738310950123;  // 2025-01-31T08:09:10.123Z, a Friday

TEST(Time, IsWrittenInEachServicesForm) {
  EXPECT_EQ(IsoSeconds(kMoment), "2025-01-31T08:09:10Z");
  EXPECT_EQ(IsoMillis(kMoment), "2025-01-31T08:09:10.123Z");
  EXPECT_EQ(IsoBasic(kMoment), "20250131T080910Z");
  EXPECT_EQ(HttpDate(kMoment), "Fri, 31 Jan 2025 08:09:10 GMT");
}

TEST(Time, BeforeTheEpochAndOnALeapDay) {
  EXPECT_EQ(IsoMillis(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(HttpDate(1709164800000), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(Time, ReadsTheThreeFormsOfHttpDates) {
  const std::int64_t seconds = kMoment - 123;
  EXPECT_EQ(ParseHttpDate("Fri, 31 Jan 2025 08:09:10 GMT"), seconds);
  EXPECT_EQ(ParseHttpDate("Friday, 31-Jan-25 08:09:10 GMT"), seconds);
  EXPECT_EQ(ParseHttpDate("Fri Jan 31 08:09:10 2025"), seconds);
  EXPECT_EQ(ParseHttpDate("Mon Feb  3 08:09:10 2025"), seconds + 3 * 86400000);
}

TEST(Time, RefusesMalformedHttpDates) {
  for (const std::string_view text :
       {"", "yesterday", "Fri, 31 Jan 2025 08:09:10", "Fri, 32 Jan 2025 08:09:10 GMT", "Fri, 31 Jan 2025 25:09:10 GMT",
        "Fri, 29 Feb 2025 08:09:10 GMT", "Fri, 31 Jan 2025 08:09:10 GMT and more", "1738310950"}) {
    EXPECT_FALSE(ParseHttpDate(text)) << text;
  }
}

TEST(Time, ReadsIso8601WithFractionsAndOffsets) {
  EXPECT_EQ(ParseIso("2025-01-31T08:09:10.123Z"), kMoment);
  EXPECT_EQ(ParseIso("2025-01-31T08:09:10.1239Z"), kMoment);
  EXPECT_EQ(ParseIso("2025-01-31T10:09:10.123+02:00"), kMoment);
  EXPECT_EQ(ParseIso("2025-01-31T03:39:10.123-0430"), kMoment);
  EXPECT_EQ(ParseIso("2025-01-31T08:09:10Z"), kMoment - 123);
  EXPECT_EQ(ParseIso("2025-01-31"), 1738281600000);
}

TEST(Time, RefusesMalformedIso8601) {
  for (const std::string_view text :
       {"", "2025", "2025-13-01T00:00:00Z", "2025-01-31T08:09:10", "2025-01-31T08:09:10.Z", "2025-01-31T08:09:10Zx",
        "2025-01-31T08:09:10+25:00", "20250131T080910Z"}) {
    EXPECT_FALSE(ParseIso(text)) << text;
  }
}

}  // namespace
}  // namespace keymill::aws
