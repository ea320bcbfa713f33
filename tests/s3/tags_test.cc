#include "server/s3/tags.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

std::string Complaint(const store::StringPairs& tags, Tagged what = Tagged::kObject) {
  const auto result = CheckTags(tags, what);
  return result ? "" : result.error().message();
}

TEST(Tags, MayHaveLettersOfAnyScriptDigitsSpacesAndSomePunctuation) {
  EXPECT_EQ(Complaint({{"a B9 _.:/=+-@", "\xC3\xA4\xE6\x97\xA5"}, {"k", ""}}), "");
}

TEST(Tags, AreRefusedWithOtherCharactersOrLengths) {
  EXPECT_EQ(Complaint({{"a&b", "v"}}), "The TagKey you have provided is invalid");
  EXPECT_EQ(Complaint({{"", "v"}}), "The TagKey you have provided is invalid");
  EXPECT_EQ(Complaint({{std::string(129, 'k'), "v"}}), "The TagKey you have provided is invalid");
  EXPECT_EQ(Complaint({{"k", "a<b"}}), "The TagValue you have provided is invalid");
  EXPECT_EQ(Complaint({{"k", std::string(257, 'v')}}), "The TagValue you have provided is invalid");
}

TEST(Tags, HaveEachKeyOnceAndNoneOfTheSystems) {
  EXPECT_EQ(Complaint({{"k", "1"}, {"k", "2"}}), "Cannot provide multiple Tags with the same key");
  EXPECT_EQ(Complaint({{"aws:x", "1"}}), "Your TagKey cannot be prefixed with aws:");
  EXPECT_EQ(Complaint({{"aws:x", "1"}}, Tagged::kBucket), "System tags cannot be added/updated by requester");
}

TEST(Tags, AreAtMostTenOnAnObjectAndFiftyOnABucket) {
  store::StringPairs tags;
  for (int i = 0; i < 11; ++i) tags.emplace_back("k" + std::to_string(i), "v");
  EXPECT_EQ(Complaint(tags), "Object tags cannot be greater than 10");
  EXPECT_EQ(Complaint(tags, Tagged::kBucket), "");
  for (int i = 11; i < 51; ++i) tags.emplace_back("k" + std::to_string(i), "v");
  EXPECT_EQ(Complaint(tags, Tagged::kBucket), "Bucket tag count cannot be greater than 50");
}

TEST(TaggingHeader, IsAUrlEncodedQuery) {
  const auto tags = ParseTaggingHeader("a=1&b%20c=x%2By&d=");
  ASSERT_TRUE(tags);
  EXPECT_EQ(*tags, (store::StringPairs{{"a", "1"}, {"b c", "x+y"}, {"d", ""}}));
}

TEST(TaggingHeader, IsRefusedWithDuplicatesOrBadEscapes) {
  for (const std::string_view header : {"a=1&a=2", "a=%zz", "a=%"}) {
    const auto tags = ParseTaggingHeader(header);
    ASSERT_FALSE(tags) << header;
    EXPECT_EQ(tags.error().code(), "InvalidArgument");
  }
}

}  // namespace
}  // namespace keymill::s3
