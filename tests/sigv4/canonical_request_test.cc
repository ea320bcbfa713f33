#include "sigv4/canonical_request.h"

#include <string>

#include <gtest/gtest.h>

namespace keymill::sigv4 {
namespace {

std::string query(std::string_view raw, std::string_view except = {}) {
  CanonicalQuery parsed;
  if (!parsed.parse(raw)) return "broken";
  std::string out(raw.size() * 3 + 2, '\0');
  out.resize(static_cast<std::size_t>(parsed.write(out.data(), except) - out.data()));
  return out;
}

std::string path(std::string_view raw, Options options) {
  std::string out(raw.size() * 3 + 4, '\0');
  char* end = out.data();
  const Reason reason = write_canonical_path(end, raw, options);
  if (reason != Reason::None) return std::string(name(reason));
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

std::string headers(std::string_view list, std::vector<Header> sent) {
  SignedHeaders signed_headers;
  signed_headers.assign(list);
  signed_headers.bind(sent);
  CanonicalQuery empty;
  TextBuffer text;
  write_canonical_request(text, {"GET", "/", empty, signed_headers, "hash", kS3});
  return std::string(text.view().substr(std::string_view("GET\n/\n\n").size()));
}

TEST(CanonicalQuery, SortsEncodedPairsNotJoinedStrings) {
  EXPECT_EQ(query("a-=1&a=2"), "a=2&a-=1");
}

TEST(CanonicalQuery, SortsByEncodedNameThenEncodedValue) {
  EXPECT_EQ(query("b=1&a=2&a=10&B=3"), "B=3&a=10&a=2&b=1");
  EXPECT_EQ(query("p=%C3%A9&p=z&p=~"), "p=%C3%A9&p=z&p=~");
}

TEST(CanonicalQuery, GivesANameWithoutValueAnEqualsSign) {
  EXPECT_EQ(query("acl"), "acl=");
  EXPECT_EQ(query("uploads&prefix=x"), "prefix=x&uploads=");
}

TEST(CanonicalQuery, EncodesStrictlyWhateverTheWireForm) {
  EXPECT_EQ(query("marker=a/b"), "marker=a%2Fb");
  EXPECT_EQ(query("m=%2f%7e%41"), "m=%2F~A");
  EXPECT_EQ(query("a=b=c"), "a=b%3Dc");
}

TEST(CanonicalQuery, ReadsABarePlusAsASpace) {
  EXPECT_EQ(query("a=b+c%2Bd"), "a=b%20c%2Bd");
}

TEST(CanonicalQuery, DropsEmptyPairs) {
  EXPECT_EQ(query("&&a=1&&b=2&"), "a=1&b=2");
}

TEST(CanonicalQuery, LeavesTheSignatureOut) {
  EXPECT_EQ(query("X-Amz-Signature=1&a=2", "X-Amz-Signature"), "a=2");
}

TEST(CanonicalQuery, RefusesBrokenEscapes) {
  EXPECT_EQ(query("a=%zz"), "broken");
}

TEST(CanonicalQuery, FindsTheFirstOfEqualNamesAlsoAfterSorting) {
  CanonicalQuery parsed;
  ASSERT_TRUE(parsed.parse("a=2&a=1"));
  std::string out(100, '\0');
  parsed.write(out.data(), {});
  EXPECT_EQ(parsed.find("a"), "2");
  EXPECT_FALSE(parsed.find("A"));
  EXPECT_EQ(parsed.find_ignoring_case("A"), "2");
}

TEST(CanonicalPath, OfS3IsDecodedAndEncodedOnce) {
  EXPECT_EQ(path("/b/a%20b", kS3), "/b/a%20b");
  EXPECT_EQ(path("/b/a:b%3a%c3%a9", kS3), "/b/a%3Ab%3A%C3%A9");
  EXPECT_EQ(path("/b/a%2Fb", kS3), "/b/a/b");
}

TEST(CanonicalPath, OfS3KeepsDotsAndDoubleSlashes) {
  EXPECT_EQ(path("/b//k/./../x/", kS3), "/b//k/./../x/");
  EXPECT_EQ(path("", kS3), "/");
}

TEST(CanonicalPath, OfS3RefusesBrokenEscapes) {
  EXPECT_EQ(path("/b/%", kS3), "MalformedPath");
}

TEST(CanonicalPath, OfOtherServicesIsEncodedTwiceAndNormalized) {
  EXPECT_EQ(path("/a%20b", kService), "/a%2520b");
  EXPECT_EQ(path("//a//b/./c/../d/", kService), "/a/b/d/");
  EXPECT_EQ(path("/a/..", kService), "/");
  EXPECT_EQ(path("/a/b/..", kService), "/a");
  EXPECT_EQ(path("/./", kService), "/");
  EXPECT_EQ(path("", kService), "/");
}

TEST(CanonicalPath, OfOtherServicesMayNotClimbAboveTheRoot) {
  EXPECT_EQ(path("/..", kService), "PathAboveRoot");
  EXPECT_EQ(path("/a/../../b", kService), "PathAboveRoot");
}

TEST(CanonicalHeaders, AreTrimmedAndRunsOfSpaceBecomeOne) {
  EXPECT_EQ(headers("a;b;c;d", {{"A", "  x  y\t z "}, {"B", "\"a   b\""}, {"C", "one\r\n  two"}, {"D", " "}}),
            "a:x y z\nb:\"a b\"\nc:one two\nd:\n\na;b;c;d\nhash");
}

TEST(CanonicalHeaders, RepeatedAreJoinedInArrivalOrder) {
  EXPECT_EQ(headers("h", {{"h", "v2"}, {"other", "x"}, {"H", " v2 "}, {"h", "v1"}}), "h:v2,v2,v1\n\nh\nhash");
}

TEST(CanonicalHeaders, SignedButAbsentHaveAnEmptyValue) {
  EXPECT_EQ(headers("host;x", {{"Host", "h"}}), "host:h\nx:\n\nhost;x\nhash");
}

TEST(SignedHeaderList, IsLoweredSortedAndFreedOfDuplicates) {
  EXPECT_EQ(headers("X;host;Host;a", {{"Host", "h"}}), "a:\nhost:h\nx:\n\na;host;x\nhash");
}

TEST(SignedHeaderList, OfManyNamesFindsThemAll) {
  std::string list;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("X-Meta-" + std::to_string(i));
  std::vector<Header> sent;
  for (const std::string& one : names) {
    list += one + ";";
    sent.push_back({one, "v"});
  }
  SignedHeaders signed_headers;
  signed_headers.assign(list);
  signed_headers.bind(sent);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_TRUE(signed_headers.is_signed(i)) << i;
  EXPECT_FALSE(signed_headers.contains("x-meta-"));
  EXPECT_FALSE(signed_headers.contains("x-meta-100"));
}

}  // namespace
}  // namespace keymill::sigv4
