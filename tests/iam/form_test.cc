#include "server/aws/form.h"

#include <gtest/gtest.h>

#include "server/iam/fields.h"
#include "server/iam/page.h"

namespace keymill::aws {
namespace {

using iam::kAccessKeyId;
using iam::kMaxItems;
using iam::kPath;
using iam::kShortUserName;
using iam::kStatus;
using iam::kTagKey;
using iam::kTagKeyRule;
using iam::kTagKeys;
using iam::kTags;
using iam::kTagValue;
using iam::kUserName;

constexpr StringField kSessionName{"RoleSessionName",
                                   {.min = 2, .max = 64, .matches = &iam::IsName, .pattern = R"([\w+=,.@-]*)"}};

std::string Message(const Form& form) {
  auto refusal = form.refusal();
  return refusal ? refusal->message() : "accepted";
}

template <Form::Style style>
struct Request {
  const Form::Pairs pairs;
  Form form{pairs, style};
};
using Iam = Request<Form::Style::kIam>;
using Sts = Request<Form::Style::kSts>;

TEST(Form, TakesTheFirstOfARepeatedParameter) {
  Iam t{{{"UserName", "alice"}, {"UserName", "bob"}}};
  EXPECT_EQ(t.form.required(kUserName), "alice");
  EXPECT_EQ(Message(t.form), "accepted");
}

TEST(Form, NamesAMissingParameterOfIam) {
  Iam t{{}};
  EXPECT_EQ(t.form.required(kUserName), "");
  EXPECT_EQ(t.form.refusal()->code(), "MissingParameter");
  EXPECT_EQ(Message(t.form), "The request must contain the parameter UserName.");
}

TEST(Form, CallsAMissingParameterOfStsNull) {
  Sts t{{}};
  (void)t.form.required(kSessionName);
  EXPECT_EQ(t.form.refusal()->code(), "ValidationError");
  EXPECT_EQ(t.form.refusal()->status(), 400);
  EXPECT_EQ(Message(t.form),
            "1 validation error detected: Value null at 'roleSessionName' failed to satisfy "
            "constraint: Member must not be null");
}

TEST(Form, LeavesTheValueOutOfIamsMessages) {
  Iam t{{{"UserName", std::string(129, 'a')}}};
  (void)t.form.required(kUserName);
  EXPECT_EQ(Message(t.form),
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: "
            "Member must have length less than or equal to 128");
}

TEST(Form, EchoesTheValueInStsMessagesPatternBeforeLength) {
  Sts t{{{"RoleSessionName", "/"}}};
  (void)t.form.required(kSessionName);
  EXPECT_EQ(Message(t.form),
            "2 validation errors detected: "
            "Value '/' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: [\\w+=,.@-]*; "
            "Value '/' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or "
            "equal to 2");
}

TEST(Form, CountsCodePointsNotOctets) {
  std::string emoji;
  for (int i = 0; i < 33; ++i) emoji += "\xF0\x9F\x98\x80";
  Sts t{{{"RoleSessionName", emoji}}};
  (void)t.form.required(kSessionName);
  EXPECT_EQ(Message(t.form).find("length"), std::string::npos);
  EXPECT_NE(Message(t.form).find("1 validation error detected"), std::string::npos);
}

TEST(Form, UsesIamsOwnSentenceForNamesAndPaths) {
  Iam name{{{"UserName", "no spaces"}}};
  (void)name.form.required(kUserName);
  EXPECT_EQ(Message(name.form),
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-");
  Iam path{{{"Path", "no-slashes"}}};
  (void)path.form.optional(kPath);
  EXPECT_EQ(Message(path.form),
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters.");
}

TEST(Form, LimitsNewNamesMoreThanExistingOnes) {
  Iam t{{{"UserName", std::string(65, 'a')}}};
  (void)t.form.required(kUserName);
  EXPECT_EQ(Message(t.form), "accepted");
  (void)t.form.required(kShortUserName);
  EXPECT_EQ(Message(t.form),
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64");
}

TEST(Form, CollectsViolationsOfSeveralParameters) {
  Iam t{{{"AccessKeyId", "short"}, {"Status", "Sleeping"}}};
  (void)t.form.required(kAccessKeyId);
  (void)t.form.required(kStatus);
  EXPECT_TRUE(
      Message(t.form).starts_with("2 validation errors detected: Value at 'accessKeyId' failed to satisfy "
                                  "constraint: Member must have length greater than or equal to 16; "
                                  "Value at 'status' failed to satisfy constraint: "
                                  "Member must satisfy enum value set"));
}

TEST(Form, ReadsIntegersAsAwsDoes) {
  for (auto [text, value] : {std::pair{"1", 1}, {"+900", 900}, {"0900", 900}, {"1000", 1000}}) {
    Iam t{{{"MaxItems", text}}};
    EXPECT_EQ(t.form.integer(kMaxItems), value) << text;
    EXPECT_EQ(Message(t.form), "accepted");
  }
  for (std::string text : {"abc", "900.0", "2147483648", "1 ", "+-1", "0x10"}) {
    Iam t{{{"MaxItems", text}}};
    (void)t.form.integer(kMaxItems);
    EXPECT_EQ(t.form.refusal()->code(), "MalformedInput") << text;
    EXPECT_EQ(Message(t.form), "") << text;
  }
  Iam low{{{"MaxItems", "0"}}};
  (void)low.form.integer(kMaxItems);
  EXPECT_EQ(Message(low.form),
            "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1");
  Iam high{{{"MaxItems", "1001"}}};
  (void)high.form.integer(kMaxItems);
  EXPECT_EQ(Message(high.form),
            "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000");
}

TEST(Form, ReadsListsInTheOrderOfTheirNumbers) {
  Iam t{{{"TagKeys.member.10", "j"}, {"TagKeys.member.2", "b"}, {"TagKeys.member.1", "a"}}};
  EXPECT_EQ(t.form.strings(kTagKeys, kTagKeyRule), (std::vector<std::string>{"a", "b", "j"}));
  Iam tags{{{"Tags.member.1.Key", "k"},
            {"Tags.member.1.Value", "v"},
            {"Tags.member.2.Key", "e"},
            {"Tags.member.2.Value", ""}}};
  EXPECT_EQ(tags.form.pairs(kTags, kTagKey, kTagValue),
            (std::vector<std::pair<std::string, std::string>>{{"k", "v"}, {"e", ""}}));
  EXPECT_EQ(Message(tags.form), "accepted");
}

TEST(Form, NamesTheMemberOfAListThatIsWrong) {
  Iam t{{{"Tags.member.1.Key", "good"}, {"Tags.member.1.Value", "v"}, {"Tags.member.2.Key", std::string(129, 'k')}}};
  (void)t.form.pairs(kTags, kTagKey, kTagValue);
  EXPECT_EQ(Message(t.form),
            "2 validation errors detected: Value at 'tags.2.member.key' failed to satisfy constraint: Member must "
            "have length less than or equal to 128; Value at 'tags.2.member.value' failed to satisfy constraint: "
            "Member must not be null");
}

TEST(Form, RefusesMoreMembersThanTheModelAllows) {
  Form::Pairs pairs;
  for (int i = 1; i <= 51; ++i) pairs.emplace_back("TagKeys.member." + std::to_string(i), "k" + std::to_string(i));
  Iam t{pairs};
  (void)t.form.strings(kTagKeys, kTagKeyRule);
  EXPECT_EQ(Message(t.form),
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: "
            "Member must have length less than or equal to 50");
}

TEST(Form, AsksForAListThatMustBeThere) {
  Iam missing{{}};
  (void)missing.form.strings(kTagKeys, kTagKeyRule, 1);
  EXPECT_EQ(missing.form.refusal()->code(), "MissingParameter");
  Iam empty{{{"TagKeys", ""}}};
  EXPECT_TRUE(empty.form.strings(kTagKeys, kTagKeyRule, 1).empty());
  EXPECT_EQ(Message(empty.form), "accepted") << "SDKs send an empty list as a parameter without members";
}

TEST(Form, IgnoresNamesThatOnlyLookLikeMembers) {
  Iam t{{{"TagKeys.member.", "a"},
         {"TagKeys.member.x", "b"},
         {"TagKeys.member.99999999999", "c"},
         {"TagKeys.member.1x", "d"},
         {"TagKeys.members.1", "e"}}};
  EXPECT_TRUE(t.form.strings(kTagKeys, kTagKeyRule).empty());
}

TEST(Form, ReadsBooleansInAnyCase) {
  Iam t{{{"A", "true"}, {"B", "FALSE"}}};
  EXPECT_EQ(t.form.boolean("A"), true);
  EXPECT_EQ(t.form.boolean("B"), false);
  EXPECT_EQ(t.form.boolean("C"), std::nullopt);
  Iam bad{{{"A", "yes"}}};
  (void)bad.form.boolean("A");
  EXPECT_EQ(bad.form.refusal()->code(), "MalformedInput");
}

TEST(CodePoints, ReplaceWhatIsNotUtf8) {
  EXPECT_EQ(CodePoints("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), U"aé€😀");
  EXPECT_EQ(CodePoints("\xFF"), U"\ufffd");
  EXPECT_EQ(CodePoints("\xC0\xAF"), U"\ufffd\ufffd") << "overlong";
  EXPECT_EQ(CodePoints("\xED\xA0\x80"), U"\ufffd\ufffd\ufffd") << "surrogate";
  EXPECT_EQ(CodePoints("\xE2\x82"), U"\ufffd\ufffd") << "cut off";
}

TEST(Form, ReadsAListOfAsManyMembersAsABodyHolds) {  // in one pass: member by member it would take minutes
  constexpr std::size_t kMembers = 50'000;
  Form::Pairs pairs;
  for (std::size_t i = kMembers; i > 0; --i) pairs.emplace_back("Names.member." + std::to_string(i), std::to_string(i));
  Sts t{std::move(pairs)};
  const auto values = t.form.strings(ListField{"Names"}, StringRule{.max = 4});
  ASSERT_EQ(values.size(), kMembers);
  EXPECT_EQ(values.front(), "1");
  EXPECT_EQ(values.back(), std::to_string(kMembers));
  EXPECT_LT(Message(t.form).size(), 200'000u) << "not every one of 40001 violations is told";
}

TEST(Marker, ComesBackAsTheEntryItWasMadeFor) {
  Iam t{{{"Marker", iam::MarkerFor("some user")}, {"MaxItems", "7"}}};
  auto page = iam::ReadPage(t.form);
  EXPECT_EQ(page.after, "some user");
  EXPECT_EQ(page.limit, 7u);
  EXPECT_EQ(Message(t.form), "accepted");
}

TEST(Marker, ThatNoListingGaveOutIsRefused) {
  for (std::string marker : {"x", "abcd", "!!", ""}) {
    Iam t{{{"Marker", marker}}};
    (void)iam::ReadPage(t.form);
    EXPECT_EQ(t.form.refusal()->code(), "ValidationError") << marker;
  }
}

TEST(TagText, IsLettersSeparatorsAndNumbersOfAnyScript) {
  EXPECT_TRUE(iam::IsTagText(U"cost centre_1.2:/=+-@"));
  EXPECT_TRUE(iam::IsTagText(U"Größe 価格 цена"));
  EXPECT_FALSE(iam::IsTagText(U"a;b"));
  EXPECT_FALSE(iam::IsTagText(U"smile 😀"));
  EXPECT_FALSE(iam::IsTagText(U"line\nfeed"));
}

}  // namespace
}  // namespace keymill::aws
