#include "server/policy/condition.h"

#include <algorithm>

#include <arpa/inet.h>

#include "server/policy/context.h"

namespace keymill::policy {

struct Condition::Operator {
  std::string_view name;
  Family family;
  Order order = Order::kEqual;
  bool negated = false;
  bool wildcards = false;
  bool variables = true;
};

const Condition::Operator* Condition::FindOperator(std::string_view name) {
  static constexpr Operator kOperators[] = {
      {.name = "StringEquals", .family = Family::kString},
      {.name = "StringNotEquals", .family = Family::kString, .negated = true},
      {.name = "StringLike", .family = Family::kString, .wildcards = true},
      {.name = "StringNotLike", .family = Family::kString, .negated = true, .wildcards = true},
      {.name = "StringEqualsIgnoreCase", .family = Family::kFoldedString},
      {.name = "StringNotEqualsIgnoreCase", .family = Family::kFoldedString, .negated = true},
      {.name = "BinaryEquals", .family = Family::kString, .variables = false},
      {.name = "ArnEquals", .family = Family::kArn},
      {.name = "ArnLike", .family = Family::kArn},
      {.name = "ArnNotEquals", .family = Family::kArn, .negated = true},
      {.name = "ArnNotLike", .family = Family::kArn, .negated = true},
      {.name = "NumericEquals", .family = Family::kNumeric},
      {.name = "NumericNotEquals", .family = Family::kNumeric, .negated = true},
      {.name = "NumericLessThan", .family = Family::kNumeric, .order = Order::kLess},
      {.name = "NumericLessThanEquals", .family = Family::kNumeric, .order = Order::kLessOrEqual},
      {.name = "NumericGreaterThan", .family = Family::kNumeric, .order = Order::kGreater},
      {.name = "NumericGreaterThanEquals", .family = Family::kNumeric, .order = Order::kGreaterOrEqual},
      {.name = "DateEquals", .family = Family::kDate},
      {.name = "DateNotEquals", .family = Family::kDate, .negated = true},
      {.name = "DateLessThan", .family = Family::kDate, .order = Order::kLess},
      {.name = "DateLessThanEquals", .family = Family::kDate, .order = Order::kLessOrEqual},
      {.name = "DateGreaterThan", .family = Family::kDate, .order = Order::kGreater},
      {.name = "DateGreaterThanEquals", .family = Family::kDate, .order = Order::kGreaterOrEqual},
      {.name = "Bool", .family = Family::kBool},
      {.name = "IpAddress", .family = Family::kIp},
      {.name = "NotIpAddress", .family = Family::kIp, .negated = true},
      {.name = "Null", .family = Family::kNull},
  };
  for (const Operator& op : kOperators) {
    if (op.name == name) return &op;
  }
  return nullptr;
}

std::optional<Condition> Condition::Compile(std::string_view operator_name, std::string_view key,
                                            const std::vector<std::string>& values, bool variables) {
  Condition condition;
  condition.key_ = Fold(key);
  for (auto [prefix, set] : {std::pair{std::string_view("ForAllValues:"), Set::kAll},
                             std::pair{std::string_view("ForAnyValue:"), Set::kAny}}) {
    if (!operator_name.starts_with(prefix)) continue;
    condition.set_ = set;
    operator_name.remove_prefix(prefix.size());
  }
  constexpr std::string_view kIfExists = "IfExists";
  if (operator_name.ends_with(kIfExists)) {
    condition.if_exists_ = true;
    operator_name.remove_suffix(kIfExists.size());
  }
  const Operator* op = FindOperator(operator_name);
  if (op == nullptr || (op->family == Family::kNull && (condition.if_exists_ || condition.set_ != Set::kNone))) {
    return std::nullopt;
  }
  condition.family_ = op->family;
  condition.order_ = op->order;
  condition.negated_ = op->negated;
  for (const std::string& value : values) condition.operands_.push_back(condition.compile(value, *op, variables));
  return condition;
}

Condition::Operand Condition::compile(std::string_view text, const Operator& op, bool variables) const {
  switch (family_) {
    case Family::kString:
      return Pattern(text, {.wildcards = op.wildcards, .variables = variables && op.variables});
    case Family::kFoldedString:
      return Pattern(text, {.wildcards = false, .variables = variables, .ignore_case = true});
    case Family::kArn:
      return ArnPattern(text, variables);
    case Family::kNumeric:
      if (auto number = ReadNumber(text)) return *number;
      return Unreadable{};
    case Family::kDate:
      if (auto date = ReadDate(text)) return *date;
      return Unreadable{};
    case Family::kIp:
      if (auto network = ReadNetwork(text)) return *network;
      return Unreadable{};
    case Family::kBool:
    case Family::kNull: {
      const std::string word = Fold(text);
      if (word == "true" || word == "false") return word == "true";
      return Unreadable{};
    }
  }
  return Unreadable{};
}

bool Condition::holds(const Context& context) const {
  const std::vector<std::string>* values = context.find(key_);
  const bool absent = values == nullptr || values->empty();
  if (family_ == Family::kNull) {
    return std::any_of(operands_.begin(), operands_.end(), [&](const Operand& operand) {
      const bool* null = std::get_if<bool>(&operand);
      return null != nullptr && *null == absent;
    });
  }
  // To the set operators nothing but empty strings is no value at all ("Creating a condition with multiple keys or
  // values").
  const auto empty = [](const std::string& value) { return value.empty(); };
  const bool null = absent || (set_ != Set::kNone && std::all_of(values->begin(), values->end(), empty));
  if (null) return if_exists_ || set_ == Set::kAll || (set_ == Set::kNone && negated_);
  auto satisfied = [&](const std::string& value) { return any_matches(value, context) != negated_; };
  if (set_ == Set::kAll) return std::all_of(values->begin(), values->end(), satisfied);
  if (set_ == Set::kAny) return std::any_of(values->begin(), values->end(), satisfied);
  // Without a set operator the values of a negated operator are all excluded.
  return negated_ ? std::all_of(values->begin(), values->end(), satisfied)
                  : std::any_of(values->begin(), values->end(), satisfied);
}

bool Condition::any_matches(std::string_view value, const Context& context) const {
  return std::any_of(operands_.begin(), operands_.end(),
                     [&](const Operand& operand) { return compare(operand, value, context); });
}

bool Condition::compare(const Operand& operand, std::string_view value, const Context& context) const {
  if (const auto* pattern = std::get_if<Pattern>(&operand)) return pattern->matches(value, context);
  if (const auto* arn = std::get_if<ArnPattern>(&operand)) return arn->matches(value, ArnParts::Split(value), context);
  if (const auto* number = std::get_if<double>(&operand)) {
    auto given = family_ == Family::kDate ? ReadDate(value) : ReadNumber(value);
    return given && ordered(*given, *number);
  }
  if (const auto* truth = std::get_if<bool>(&operand)) return Fold(value) == (*truth ? "true" : "false");
  if (const auto* network = std::get_if<Network>(&operand)) {
    auto address = ReadNetwork(value);
    if (!address) return false;
    for (unsigned bit = 0; bit < network->bits; ++bit) {
      const unsigned mask = 0x80u >> (bit % 8);
      if (((address->address[bit / 8] ^ network->address[bit / 8]) & mask) != 0) return false;
    }
    return true;
  }
  return false;
}

bool Condition::ordered(double value, double operand) const {
  switch (order_) {
    case Order::kEqual:
      return value == operand;
    case Order::kLess:
      return value < operand;
    case Order::kLessOrEqual:
      return value <= operand;
    case Order::kGreater:
      return value > operand;
    case Order::kGreaterOrEqual:
      return value >= operand;
  }
  return false;
}

/// IPv4 addresses are kept as ::ffff:a.b.c.d, so that the families never match each other by accident.
std::optional<Condition::Network> Condition::ReadNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network{};
  unsigned width = 128;
  unsigned offset = 0;
  if (inet_pton(AF_INET, address.c_str(), network.address.data() + 12) == 1) {
    network.address[10] = network.address[11] = 0xff;
    width = 32;
    offset = 96;
  } else if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1) {
    return std::nullopt;
  }
  unsigned bits = width;
  if (slash != std::string_view::npos) {
    auto given = ReadNumber(text.substr(slash + 1));
    if (!given || *given < 0 || *given > width) return std::nullopt;
    bits = static_cast<unsigned>(*given);
  }
  network.bits = bits + offset;
  return network;
}

bool Condition::pins() const {
  if (negated_ || if_exists_ || set_ == Set::kAll || order_ != Order::kEqual || family_ == Family::kNull) return false;
  return std::all_of(operands_.begin(), operands_.end(), [](const Operand& operand) {
    if (const auto* pattern = std::get_if<Pattern>(&operand)) return pattern->fixed();
    if (const auto* arn = std::get_if<ArnPattern>(&operand)) return arn->fixed();
    if (const auto* network = std::get_if<Network>(&operand)) {
      const bool v4 = network->address[10] == 0xff && network->address[11] == 0xff &&
                      std::all_of(network->address.begin(), network->address.begin() + 10,
                                  [](std::uint8_t octet) { return octet == 0; });
      return network->bits >= (v4 ? 96u + 8u : 32u);
    }
    return true;
  });
}

std::vector<std::string> Condition::context_keys() const {
  std::vector<std::string> keys = {key_};
  for (const Operand& operand : operands_) {
    std::vector<std::string> names;
    if (const auto* pattern = std::get_if<Pattern>(&operand)) names = pattern->variables();
    if (const auto* arn = std::get_if<ArnPattern>(&operand)) names = arn->variables();
    keys.insert(keys.end(), names.begin(), names.end());
  }
  return keys;
}

}  // namespace keymill::policy
