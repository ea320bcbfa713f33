#include "server/policy/pattern.h"

#include <gtest/gtest.h>

#include "server/policy/context.h"

namespace keymill::policy {
namespace {

const Context kNothing;

bool Glob(std::string_view pattern, std::string_view text, const Context& context = kNothing) {
  return Pattern(pattern, {.wildcards = true, .variables = true}).matches(text, context);
}

bool ArnMatches(std::string_view pattern, std::string_view arn, const Context& context = kNothing) {
  return ArnPattern(pattern, true).matches(arn, ArnParts::Split(arn), context);
}

TEST(Pattern, StarStandsForAnyRunAndQuestionMarkForOneCharacter) {
  EXPECT_TRUE(Glob("*", ""));
  EXPECT_TRUE(Glob("*", "anything/at:all"));
  EXPECT_TRUE(Glob("a*", "a"));
  EXPECT_TRUE(Glob("a*c", "abbbc"));
  EXPECT_FALSE(Glob("a*c", "abbb"));
  EXPECT_TRUE(Glob("*a*b*", "xxaxxbxx"));
  EXPECT_TRUE(Glob("a?c", "abc"));
  EXPECT_FALSE(Glob("a?c", "ac"));
  EXPECT_TRUE(Glob("**", ""));
  EXPECT_TRUE(Glob("?*", "a"));
  EXPECT_FALSE(Glob("?*", ""));
  EXPECT_FALSE(Glob("abc", "abcd"));
  EXPECT_FALSE(Glob("", "a"));
  EXPECT_TRUE(Glob("", ""));
}

TEST(Pattern, QuestionMarkStandsForAWholeCharacterOfUtf8) {
  EXPECT_TRUE(Glob("a?c",
                   "a\xC3\xA9"
                   "c"));
  EXPECT_TRUE(Glob("*?c",
                   "a\xC3\xA9"
                   "c"));
  EXPECT_FALSE(Glob("a??c",
                    "a\xC3\xA9"
                    "c"));
}

TEST(Pattern, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(Glob(pattern + "b", std::string(20000, 'a')));
}

TEST(Pattern, IsCaseSensitiveUnlessAskedOtherwise) {
  EXPECT_FALSE(Glob("ABC", "abc"));
  Pattern folded("A*c", {.wildcards = true, .ignore_case = true});
  EXPECT_TRUE(folded.matches("aXXC", kNothing));
  EXPECT_TRUE(Pattern("ABC", {.ignore_case = true}).matches("aBc", kNothing));
}

TEST(Variable, IsReplacedByTheOnlyValueOfItsKey) {
  Context context;
  context.set("aws:username", "bob");
  EXPECT_TRUE(Glob("home/${aws:username}/*", "home/bob/x", context));
  EXPECT_TRUE(Glob("home/${AWS:UserName}", "home/bob", context)) << "keys have no case";
  EXPECT_FALSE(Glob("home/${aws:username}/*", "home/alice/x", context));
  context.set("aws:username", std::vector<std::string>{"a", "b"});
  EXPECT_FALSE(Glob("${aws:username}", "a", context));
}

TEST(Variable, WithoutAValueMatchesNothing) {
  EXPECT_FALSE(Glob("${aws:username}", ""));
  EXPECT_FALSE(Glob("${aws:username}", "${aws:username}"));
  EXPECT_FALSE(Glob("*${aws:username}*", "anything"));
}

TEST(Variable, FallsBackToItsDefault) {
  EXPECT_TRUE(Glob("team-${aws:PrincipalTag/team, 'none'}", "team-none"));
  Context context;
  context.set("aws:PrincipalTag/Team", "red");
  EXPECT_TRUE(Glob("team-${aws:PrincipalTag/team, 'none'}", "team-red", context));
}

TEST(Variable, StandsForLiteralTextEvenIfItsValueLooksLikeAWildcard) {
  Context context;
  context.set("aws:username", "*");
  EXPECT_TRUE(Glob("home/${aws:username}", "home/*", context));
  EXPECT_FALSE(Glob("home/${aws:username}", "home/alice", context));
}

TEST(Variable, WritesTheSpecialCharactersThemselves) {
  EXPECT_TRUE(Glob("a${*}b", "a*b"));
  EXPECT_FALSE(Glob("a${*}b", "axb"));
  EXPECT_TRUE(Glob("a${?}b", "a?b"));
  EXPECT_TRUE(Glob("${$}{x}", "${x}"));
}

TEST(Variable, IsPlainTextInOldPolicies) {
  Pattern old("${aws:username}", {.wildcards = true, .variables = false});
  EXPECT_TRUE(old.matches("${aws:username}", kNothing));
}

TEST(ArnPattern, ComparesEachPartOnItsOwn) {
  EXPECT_TRUE(ArnMatches("*", "*"));
  EXPECT_TRUE(ArnMatches("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c"));
  EXPECT_FALSE(ArnMatches("arn:aws:s3:::b/*", "arn:aws:s3:::b"));
  EXPECT_TRUE(ArnMatches("arn:aws:iam::*:user/x", "arn:aws:iam::123456789012:user/x"));
  EXPECT_FALSE(ArnMatches("arn:aws:*:user/x", "arn:aws:iam::123456789012:user/x"));
  EXPECT_TRUE(ArnMatches("arn:*:s3:*:*:b", "arn:aws:s3:::b"));
  EXPECT_FALSE(ArnMatches("arn:aws:s3:::B", "arn:aws:s3:::b"));
  EXPECT_FALSE(ArnMatches("arn:aws:s3:::*", "*")) << "an operation without a resource needs a policy for *";
  EXPECT_FALSE(ArnMatches("not-an-arn", "not-an-arn"));
}

TEST(ArnPattern, HasVariablesInItsLastPartOnly) {
  Context context;
  context.set("aws:username", "bob");
  EXPECT_TRUE(ArnMatches("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/bob/x", context));
  context.set("aws:region", "s3");
  EXPECT_FALSE(ArnMatches("arn:aws:${aws:region}:::b", "arn:aws:s3:::b", context));
}

}  // namespace
}  // namespace keymill::policy
