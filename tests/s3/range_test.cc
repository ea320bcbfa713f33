#include "server/s3/range.h"

#include <string>

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

/// "first+length", "whole" or "416".
std::string Range(std::string_view header, std::uint64_t size) {
  const RangeRequest request = ParseRange(header, size);
  if (request.kind == RangeRequest::Kind::kWhole) return "whole";
  if (request.kind == RangeRequest::Kind::kUnsatisfiable) return "416";
  return std::to_string(request.range.first) + "+" + std::to_string(request.range.length);
}

TEST(Range, NamesTheBytesFromFirstToLast) {
  EXPECT_EQ(Range("bytes=0-4", 10), "0+5");
  EXPECT_EQ(Range("bytes=5-", 10), "5+5");
  EXPECT_EQ(Range("bytes=-3", 10), "7+3");
  EXPECT_EQ(Range("bytes=9-9", 10), "9+1");
}

TEST(Range, IsCutAtTheEndOfTheObject) {
  EXPECT_EQ(Range("bytes=5-100", 10), "5+5");
  EXPECT_EQ(Range("bytes=-100", 10), "0+10");
  EXPECT_EQ(Range("bytes=0-99999999999999999999999", 10), "0+10");
}

TEST(Range, BeyondTheObjectCannotBeSatisfied) {
  EXPECT_EQ(Range("bytes=10-", 10), "416");
  EXPECT_EQ(Range("bytes=99-100", 10), "416");
  EXPECT_EQ(Range("bytes=-0", 10), "416");
  EXPECT_EQ(Range("bytes=0-", 0), "416");
  EXPECT_EQ(Range("bytes=-5", 0), "416");
}

TEST(Range, ThatIsMalformedReversedMultipleOrOfAnotherUnitIsIgnored) {
  for (const std::string_view header : {"bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=0-1,3-4", "items=0-1",
                                        "bytes 0-1", "bytes=0", "bytes=--1", "bytes=+1-2", "bytes= 0-1"}) {
    EXPECT_EQ(Range(header, 10), "whole") << header;
  }
}

TEST(ClosedRange, MustNameBothEnds) {
  const auto range = ParseClosedRange("bytes=5-9");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 5u);
  EXPECT_EQ(range->last, 9u);
  for (const std::string_view header : {"bytes=5-", "bytes=-5", "5-9", "bytes=9-5", "bytes=0-1,2-3"}) {
    EXPECT_FALSE(ParseClosedRange(header)) << header;
  }
}

}  // namespace
}  // namespace keymill::s3
