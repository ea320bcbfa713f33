#include "server/policy/condition.h"

#include <gtest/gtest.h>

#include "server/policy/context.h"

namespace keymill::policy {
namespace {

using Values = std::vector<std::string>;

/// Whether {op: {key: operands}} holds when the request's key has `given`; nullopt = the key is absent.
bool Holds(std::string_view op, const Values& operands, const std::optional<Values>& given) {
  Context context;
  if (given) context.set("test:Key", *given);
  context.set("aws:username", "bob");
  auto condition = Condition::Compile(op, "TEST:key", operands, true);
  if (!condition) throw std::invalid_argument(std::string(op));
  return condition->holds(context);
}

TEST(StringConditions, CompareExactlyOrWithWildcards) {
  EXPECT_TRUE(Holds("StringEquals", {"a", "b"}, Values{"b"}));
  EXPECT_FALSE(Holds("StringEquals", {"a*"}, Values{"ab"}));
  EXPECT_TRUE(Holds("StringLike", {"a*"}, Values{"ab"}));
  EXPECT_FALSE(Holds("StringLike", {"A*"}, Values{"ab"}));
  EXPECT_TRUE(Holds("StringEqualsIgnoreCase", {"AbC"}, Values{"aBc"}));
  EXPECT_FALSE(Holds("StringNotEqualsIgnoreCase", {"AbC"}, Values{"aBc"}));
  EXPECT_TRUE(Holds("StringEquals", {"${aws:username}"}, Values{"bob"}));
}

TEST(NegatedConditions, ExcludeEveryOperand) {
  EXPECT_TRUE(Holds("StringNotEquals", {"a", "b"}, Values{"c"}));
  EXPECT_FALSE(Holds("StringNotEquals", {"a", "b"}, Values{"b"}));
  EXPECT_FALSE(Holds("StringNotLike", {"a*"}, Values{"ab"}));
  EXPECT_TRUE(Holds("StringNotEquals", {"${no:such}"}, Values{"x"})) << "an operand without a value equals nothing";
}

TEST(AbsentKeys, FailPositiveOperatorsAndPassTheOthers) {
  for (auto op : {"StringEquals", "StringLike", "NumericLessThan", "DateGreaterThan", "Bool", "IpAddress", "ArnLike"}) {
    EXPECT_FALSE(Holds(op, {"1"}, std::nullopt)) << op;
    EXPECT_TRUE(Holds(std::string(op) + "IfExists", {"1"}, std::nullopt)) << op;
  }
  for (auto op : {"StringNotEquals", "NotIpAddress", "ArnNotLike", "NumericNotEquals", "DateNotEquals"}) {
    EXPECT_TRUE(Holds(op, {"1"}, std::nullopt)) << op;
  }
}

TEST(NullCondition, AsksWhetherTheKeyIsAbsent) {
  EXPECT_TRUE(Holds("Null", {"true"}, std::nullopt));
  EXPECT_FALSE(Holds("Null", {"true"}, Values{"x"}));
  EXPECT_TRUE(Holds("Null", {"false"}, Values{"x"}));
  EXPECT_FALSE(Holds("Null", {"false"}, Values{})) << "a key without values is null";
}

TEST(SetOperators, QuantifyOverTheRequestsValues) {
  EXPECT_TRUE(Holds("ForAllValues:StringEquals", {"a", "b"}, Values{"a", "b"}));
  EXPECT_FALSE(Holds("ForAllValues:StringEquals", {"a", "b"}, Values{"a", "c"}));
  EXPECT_TRUE(Holds("ForAllValues:StringEquals", {"a"}, std::nullopt));
  EXPECT_TRUE(Holds("ForAllValues:StringEquals", {"a"}, Values{}));
  EXPECT_TRUE(Holds("ForAllValues:StringEquals", {"a"}, Values{""})) << "an empty string is no value";
  EXPECT_FALSE(Holds("ForAllValues:StringEquals", {"a"}, Values{"a", "b", ""}));
  EXPECT_FALSE(Holds("ForAnyValue:StringEquals", {""}, Values{""}));
  EXPECT_TRUE(Holds("StringEquals", {""}, Values{""}));
  EXPECT_TRUE(Holds("ForAnyValue:StringEquals", {"a"}, Values{"x", "a"}));
  EXPECT_FALSE(Holds("ForAnyValue:StringEquals", {"a"}, Values{"x"}));
  EXPECT_FALSE(Holds("ForAnyValue:StringEquals", {"a"}, std::nullopt));
  EXPECT_TRUE(Holds("ForAnyValue:StringNotEquals", {"a"}, Values{"a", "b"}));
  EXPECT_FALSE(Holds("ForAllValues:StringNotEquals", {"a"}, Values{"a", "b"}));
}

TEST(NumericConditions, CompareNumbersNotText) {
  EXPECT_TRUE(Holds("NumericEquals", {"10"}, Values{"10.0"}));
  EXPECT_TRUE(Holds("NumericLessThan", {"10"}, Values{"9"}));
  EXPECT_FALSE(Holds("NumericLessThan", {"10"}, Values{"10"}));
  EXPECT_TRUE(Holds("NumericLessThanEquals", {"10"}, Values{"10"}));
  EXPECT_TRUE(Holds("NumericGreaterThan", {"-1"}, Values{"0"}));
  EXPECT_TRUE(Holds("NumericGreaterThanEquals", {"0.5"}, Values{"0.5"}));
  EXPECT_FALSE(Holds("NumericEquals", {"ten"}, Values{"10"})) << "an unreadable operand never matches";
  EXPECT_FALSE(Holds("NumericEquals", {"10"}, Values{"ten"}));
}

TEST(DateConditions, ReadIsoDatesAndEpochSeconds) {
  EXPECT_TRUE(Holds("DateLessThan", {"2025-01-02T00:00:00Z"}, Values{"2025-01-01T23:59:59Z"}));
  EXPECT_TRUE(Holds("DateEquals", {"1735689600"}, Values{"2025-01-01T00:00:00Z"}));
  EXPECT_TRUE(Holds("DateEquals", {"2025-01-01"}, Values{"2025-01-01T00:00:00Z"}));
  EXPECT_TRUE(Holds("DateEquals", {"2025-01-01T02:00:00+02:00"}, Values{"2025-01-01T00:00:00Z"}));
  EXPECT_TRUE(Holds("DateGreaterThan", {"2024"}, Values{"2024-01-01T00:00:00.5Z"}));
  EXPECT_FALSE(Holds("DateLessThan", {"tomorrow"}, Values{"2025-01-01T00:00:00Z"}));
  EXPECT_FALSE(Holds("DateGreaterThan", {"2025-13-01"}, Values{"2026-01-01T00:00:00Z"}));
}

TEST(BoolCondition, ComparesWithoutCase) {
  EXPECT_TRUE(Holds("Bool", {"true"}, Values{"true"}));
  EXPECT_TRUE(Holds("Bool", {"False"}, Values{"false"}));
  EXPECT_FALSE(Holds("Bool", {"true"}, Values{"false"}));
}

TEST(IpConditions, MatchNetworksOfBothFamilies) {
  EXPECT_TRUE(Holds("IpAddress", {"10.0.0.0/8"}, Values{"10.1.2.3"}));
  EXPECT_FALSE(Holds("IpAddress", {"10.0.0.0/8"}, Values{"11.1.2.3"}));
  EXPECT_TRUE(Holds("IpAddress", {"10.1.2.3"}, Values{"10.1.2.3"}));
  EXPECT_TRUE(Holds("IpAddress", {"0.0.0.0/0"}, Values{"1.2.3.4"}));
  EXPECT_FALSE(Holds("IpAddress", {"0.0.0.0/0"}, Values{"2001:db8::1"}));
  EXPECT_TRUE(Holds("IpAddress", {"2001:db8::/33"}, Values{"2001:db8:7fff::1"}));
  EXPECT_FALSE(Holds("IpAddress", {"2001:db8::/33"}, Values{"2001:db8:8000::1"}));
  EXPECT_TRUE(Holds("NotIpAddress", {"10.0.0.0/8"}, Values{"11.0.0.1"}));
  EXPECT_FALSE(Holds("IpAddress", {"10.0.0.0/33", "nonsense"}, Values{"10.0.0.1"}));
}

TEST(ArnConditions, MatchPartByPart) {
  const Values role = {"arn:aws:iam::123456789012:role/path/x"};
  EXPECT_TRUE(Holds("ArnLike", {"arn:aws:iam::*:role/*"}, role));
  EXPECT_TRUE(Holds("ArnEquals", {"arn:aws:iam::*:role/*"}, role)) << "the same operator by another name";
  EXPECT_FALSE(Holds("ArnLike", {"arn:aws:iam:*role/*"}, role));
  EXPECT_TRUE(Holds("ArnNotEquals", {"arn:aws:iam::*:user/*"}, role));
}

TEST(Operators, ThatDoNotExistAreNotCompiled) {
  for (auto op : {"", "Equals", "stringequals", "NullIfExists", "ForAllValues:Null", "ForAllValues:", "StringEqualsIf",
                  "ForSomeValue:StringEquals"}) {
    EXPECT_FALSE(Condition::Compile(op, "aws:x", {"a"}, true)) << op;
  }
}

}  // namespace
}  // namespace keymill::policy
