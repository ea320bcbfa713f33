#include "server/s3/conditions.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

constexpr store::Millis kModified = 1738310950000;
constexpr store::Millis kNow = kModified + 3600000;
constexpr store::Millis kSecond = 1000;

store::Object Stored() {
  store::Object object;
  object.etag = "abc";
  object.modified = kModified;
  return object;
}

/// "serve", "304", or the condition that failed.
std::string Read(const ReadConditions& conditions, std::string_view prefix = {}) {
  const auto result = CheckRead(conditions, Stored(), kNow, prefix);
  if (result) return *result ? "serve" : "304";
  return result.error().details().at(0).second;
}

TEST(ReadConditions, WithoutAnyServe) {
  EXPECT_EQ(Read({}), "serve");
}

TEST(ReadConditions, IfMatchTakesQuotedUnquotedAndListedEtags) {
  EXPECT_EQ(Read({.if_match = "\"abc\""}), "serve");
  EXPECT_EQ(Read({.if_match = "abc"}), "serve");
  EXPECT_EQ(Read({.if_match = "\"x\", \"abc\""}), "serve");
  EXPECT_EQ(Read({.if_match = "*"}), "serve");
  EXPECT_EQ(Read({.if_match = "\"abcd\""}), "If-Match");
}

TEST(ReadConditions, IfMatchThatHoldsOutweighsIfUnmodifiedSince) {
  EXPECT_EQ(Read({.if_match = "abc", .if_unmodified_since = kModified - kSecond}), "serve");
  EXPECT_EQ(Read({.if_unmodified_since = kModified - kSecond}), "If-Unmodified-Since");
  EXPECT_EQ(Read({.if_unmodified_since = kModified}), "serve");
}

TEST(ReadConditions, IfNoneMatchThatFailsIs304WhateverIfModifiedSinceSays) {
  EXPECT_EQ(Read({.if_none_match = "\"abc\"", .if_modified_since = kModified - kSecond}), "304");
  EXPECT_EQ(Read({.if_none_match = "\"x\""}), "serve");
}

TEST(ReadConditions, EqualTimesCountAsNotModified) {
  EXPECT_EQ(Read({.if_modified_since = kModified}), "304");
  EXPECT_EQ(Read({.if_modified_since = kModified + 999}), "304");
  EXPECT_EQ(Read({.if_modified_since = kModified - kSecond}), "serve");
}

TEST(ReadConditions, ADateInTheFutureIsIgnored) {
  EXPECT_EQ(Read({.if_modified_since = kNow + kSecond}), "serve");
}

TEST(ReadConditions, APreconditionFailsBeforeNotModifiedIsConsidered) {
  EXPECT_EQ(Read({.if_match = "x", .if_none_match = "abc"}), "If-Match");
  EXPECT_EQ(Read({.if_none_match = "abc", .if_unmodified_since = kModified - kSecond}), "If-Unmodified-Since");
}

TEST(ReadConditions, OfACopySourceFailInsteadOf304) {
  constexpr std::string_view kPrefix = "x-amz-copy-source-";
  EXPECT_EQ(Read({.if_none_match = "abc"}, kPrefix), "x-amz-copy-source-If-None-Match");
  EXPECT_EQ(Read({.if_modified_since = kModified}, kPrefix), "x-amz-copy-source-If-Modified-Since");
  EXPECT_EQ(Read({.if_match = "x"}, kPrefix), "x-amz-copy-source-If-Match");
}

std::string Write(const WriteConditions& conditions, const std::optional<store::Object>& current) {
  const auto result = CheckWrite(conditions, current, "k");
  return result ? "ok" : std::string(result.error().code());
}

TEST(WriteConditions, IfNoneMatchWantsNoObject) {
  store::Object marker;
  marker.delete_marker = true;
  EXPECT_EQ(Write({.if_match = {}, .if_absent = true}, std::nullopt), "ok");
  EXPECT_EQ(Write({.if_match = {}, .if_absent = true}, marker), "ok");
  EXPECT_EQ(Write({.if_match = {}, .if_absent = true}, Stored()), "PreconditionFailed");
}

TEST(WriteConditions, IfMatchWantsThatObject) {
  EXPECT_EQ(Write({.if_match = "abc"}, Stored()), "ok");
  EXPECT_EQ(Write({.if_match = "x"}, Stored()), "PreconditionFailed");
  EXPECT_EQ(Write({.if_match = "abc"}, std::nullopt), "NoSuchKey");
}

}  // namespace
}  // namespace keymill::s3
