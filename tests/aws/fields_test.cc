#include "server/aws/fields.h"

#include <gtest/gtest.h>

namespace keymill::aws {

struct Inner {
  std::string name;
  std::optional<std::int32_t> days;
};
struct Outer {
  std::string status;
  bool quiet = false;
  std::optional<Inner> inner;
  std::vector<std::string> origins;
  std::vector<Inner> rules;
};
template <>
inline constexpr auto kFields<Inner> = std::tuple{Field{"Name", &Inner::name, kRequired}, Field{"Days", &Inner::days}};
template <>
inline constexpr auto kFields<Outer> =
    std::tuple{Field{"Status", &Outer::status, kRequired, "Enabled|Suspended"}, Field{"Quiet", &Outer::quiet},
               Field{"Inner", &Outer::inner}, Field{"Origin", &Outer::origins}, ListOf("Rules", "Rule", &Outer::rules)};

namespace {

std::optional<Outer> Parse(std::string_view text) {
  const auto document = XmlDocument::Parse(text, "Outer");
  Outer outer;
  if (!document || !Read(document->root(), outer)) return std::nullopt;
  return outer;
}

TEST(Fields, ReadEveryKindOfMember) {
  const auto outer = Parse(
      "<Outer><Status>Enabled</Status><Quiet>true</Quiet><Inner><Name>n</Name><Days>30</Days></Inner><Origin>a</Origin>"
      "<Rules><Rule><Name>r1</Name></Rule><Rule><Name>r2</Name></Rule></Rules><Origin>b</Origin><Unknown/></Outer>");
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->status, "Enabled");
  EXPECT_TRUE(outer->quiet);
  EXPECT_EQ(outer->inner->days, 30);
  EXPECT_EQ(outer->origins, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(outer->rules.size(), 2u);
  EXPECT_EQ(outer->rules[1].name, "r2");
  EXPECT_FALSE(outer->rules[1].days);
}

TEST(Fields, WriteWhatTheyReadInTheTablesOrder) {
  const auto outer =
      Parse("<Outer><Rules><Rule><Name>r</Name></Rule></Rules><Origin>a</Origin><Status>Suspended</Status></Outer>");
  ASSERT_TRUE(outer);
  EXPECT_EQ(
      Document("Outer", "ns", *outer),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Outer xmlns=\"ns\"><Status>Suspended</Status><Quiet>false</Quiet>"
      "<Origin>a</Origin><Rules><Rule><Name>r</Name></Rule></Rules></Outer>");
}

TEST(Fields, RefuseAMissingRequiredMember) {
  EXPECT_FALSE(Parse("<Outer/>"));
  EXPECT_FALSE(Parse("<Outer><Status>Enabled</Status><Inner/></Outer>"));
}

TEST(Fields, RefuseValuesOutsideTheEnumeration) {
  EXPECT_FALSE(Parse("<Outer><Status>enabled</Status></Outer>"));
  EXPECT_FALSE(Parse("<Outer><Status>Enabled|Suspended</Status></Outer>"));
  EXPECT_FALSE(Parse("<Outer><Status></Status></Outer>"));
}

TEST(Fields, RefuseWhatIsNotANumberOrABoolean) {
  EXPECT_FALSE(Parse("<Outer><Status>Enabled</Status><Quiet>maybe</Quiet></Outer>"));
  for (const char* days : {"", "x", "1.5", "99999999999", "7 "}) {
    EXPECT_FALSE(Parse("<Outer><Status>Enabled</Status><Inner><Name>n</Name><Days>" + std::string(days) +
                       "</Days></Inner></Outer>"))
        << days;
  }
}

}  // namespace
}  // namespace keymill::aws
