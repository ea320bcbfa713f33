#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/policy/pattern.h"

namespace keymill::policy {

class Context;

/// One key of a Condition block under one operator, for example {"StringLike": {"s3:prefix": ["a/*", "b/*"]}},
/// compiled: numbers, dates and networks are read once. An operand that cannot be read never compares true.
class Condition {
 public:
  /// nullopt if there is no such operator.
  static std::optional<Condition> Compile(std::string_view operator_name, std::string_view key,
                                          const std::vector<std::string>& values, bool variables);
  bool holds(const Context& context) const;
  const std::string& key() const { return key_; }  ///< lower case
  /// True if the key must be there and equal one of a few fixed values: no wildcards, variables, negation or networks
  /// wider than /8 (IPv4) or /32 (IPv6). What S3 asks of a fence around a public grant ("The meaning of public").
  bool pins() const;
  /// The key and the variables of the values, in lower case.
  std::vector<std::string> context_keys() const;

 private:
  enum class Family : std::uint8_t { kString, kFoldedString, kArn, kNumeric, kDate, kBool, kIp, kNull };
  enum class Order : std::uint8_t { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  enum class Set : std::uint8_t { kNone, kAll, kAny };
  struct Operator;
  struct Network {
    std::array<std::uint8_t, 16> address;
    unsigned bits;
  };
  struct Unreadable {};
  using Operand = std::variant<Unreadable, Pattern, ArnPattern, double, Network, bool>;

  static const Operator* FindOperator(std::string_view name);
  static std::optional<Network> ReadNetwork(std::string_view text);
  Operand compile(std::string_view text, const Operator& op, bool variables) const;
  bool any_matches(std::string_view value, const Context& context) const;
  bool compare(const Operand& operand, std::string_view value, const Context& context) const;
  bool ordered(double value, double operand) const;

  std::string key_;
  Family family_ = Family::kString;
  Order order_ = Order::kEqual;
  Set set_ = Set::kNone;
  bool negated_ = false;
  bool if_exists_ = false;
  std::vector<Operand> operands_;
};

/// Seconds since the epoch of an ISO 8601 date (from a year on to fractions with a zone) or of a number of seconds.
std::optional<double> ReadDate(std::string_view text);
std::optional<double> ReadNumber(std::string_view text);

}  // namespace keymill::policy
