#include "sigv4/post_policy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sigv4/encoding.h"
#include "sigv4/timestamp.h"

namespace keymill::sigv4 {
namespace {

using Kind = PolicyValue::Kind;

PolicyVerdict invalid(std::string detail) {
  return {PolicyFault::Invalid, std::move(detail)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Fields that need no condition.
bool is_exempt(std::string_view name) {
  constexpr std::array<std::string_view, 5> kExempt = {"policy", "signature", "x-amz-signature", "awsaccesskeyid",
                                                       "file"};
  const std::string lowered = lower(name);
  return std::find(kExempt.begin(), kExempt.end(), lowered) != kExempt.end() || lowered.starts_with("x-ignore-");
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result += '"';
}

/// Every element of a comma-separated list starts with `prefix`; only Content-Type is read as a list.
bool every_item_starts_with(std::string_view list, std::string_view prefix) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (!trim(list.substr(0, comma)).starts_with(prefix)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

PolicyVerdict PostPolicy::parse(const PolicyValue& root, PostPolicy& out) {
  out = {};
  if (root.kind != Kind::Object) return invalid("Invalid JSON.");
  const PolicyValue* expiration = nullptr;
  const PolicyValue* conditions = nullptr;
  for (const auto& [name, value] : root.members) {
    if (name == "expiration") {
      expiration = &value;
    } else if (name == "conditions") {
      conditions = &value;
    } else {
      return invalid("Unexpected: " + quoted(name));
    }
  }
  if (expiration == nullptr) return invalid("Policy missing expiration.");
  if (conditions == nullptr) return invalid("Policy missing conditions.");
  const auto time = expiration->kind == Kind::String ? parse_iso_extended(expiration->text) : std::nullopt;
  if (!time) return invalid("Invalid 'expiration' value: '" + expiration->text + "'");
  out.expiration_ = *time;
  if (conditions->kind != Kind::List) return invalid("Invalid 'conditions' value: must be a List.");
  if (conditions->items.empty()) return invalid("Policy missing conditions.");
  for (const PolicyValue& item : conditions->items) {
    Condition condition{};
    if (PolicyVerdict verdict = parse_condition(item, condition)) return verdict;
    out.conditions_.push_back(std::move(condition));
  }
  return {};
}

PolicyVerdict PostPolicy::parse_condition(const PolicyValue& value, Condition& out) {
  if (value.kind == Kind::List) return parse_test(value, out);
  if (value.kind != Kind::Object) return invalid("Invalid condition test: must be a List or Object.");
  if (value.members.size() != 1) {
    return invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  }
  const auto& [name, expected] = value.members.front();
  if (expected.kind != Kind::String && expected.kind != Kind::Number) {
    return invalid("Invalid Simple-Condition: value must be a string.");
  }
  out = {Operation::Equals, "$" + name, expected.text};
  return {};
}

PolicyVerdict PostPolicy::parse_test(const PolicyValue& list, Condition& out) {
  struct Known {
    std::string_view name, printed;
    Operation operation;
  };
  constexpr std::array<Known, 3> kKnown = {{{"eq", "Eq", Operation::Equals},
                                            {"starts-with", "starts-with", Operation::StartsWith},
                                            {"content-length-range", "content-length-range", Operation::LengthRange}}};
  const std::string operation = list.items.empty() ? std::string() : list.items.front().text;
  for (const Known& known : kKnown) {
    if (!equals_ignoring_case(operation, known.name)) continue;
    if (list.items.size() != 3)
      return invalid("Invalid " + std::string(known.printed) + ": wrong number of arguments.");
    out = {known.operation, list.items[1].text, list.items[2].text};
    return {};
  }
  return invalid("Invalid Condition: unknown operation '" + operation + "'.");
}

std::string PostPolicy::print(const Condition& condition) {
  constexpr std::array<std::string_view, 3> kNames = {"eq", "starts-with", "content-length-range"};
  return "[" + quoted(kNames[static_cast<std::size_t>(condition.operation)]) + ", " + quoted(condition.first) + ", " +
         quoted(condition.second) + "]";
}

bool PostPolicy::holds(const Condition& condition, std::span<const FormField> fields, std::string_view bucket) const {
  if (condition.operation == Operation::LengthRange) {  // the sizes themselves are held against the file later
    return parse_size(condition.first) && parse_size(condition.second);
  }
  if (!condition.first.starts_with('$')) return false;
  const std::string_view name = std::string_view(condition.first).substr(1);
  std::string_view value;  // an absent field is an empty one
  if (equals_ignoring_case(name, "bucket")) {
    value = bucket;
  } else {
    const auto same = [&](const FormField& field) { return equals_ignoring_case(field.name, name); };
    const auto found = std::find_if(fields.begin(), fields.end(), same);
    if (found != fields.end()) {
      if (std::any_of(std::next(found), fields.end(), same)) return false;  // twice: neither is what was allowed
      value = found->value;
    }
  }
  if (condition.operation == Operation::Equals) return value == condition.second;
  if (equals_ignoring_case(name, "content-type")) return every_item_starts_with(value, condition.second);
  return value.starts_with(condition.second);
}

PolicyVerdict PostPolicy::check(std::span<const FormField> fields, std::string_view bucket, std::int64_t now) const {
  if (now >= expiration_) return {PolicyFault::Expired};
  for (const Condition& condition : conditions_) {
    if (!holds(condition, fields, bucket)) return {PolicyFault::ConditionFailed, print(condition)};
  }
  std::string extra;
  for (const FormField& field : fields) {
    const auto covers = [&](const Condition& condition) {
      return condition.operation != Operation::LengthRange && condition.first.starts_with('$') &&
             equals_ignoring_case(std::string_view(condition.first).substr(1), field.name);
    };
    if (is_exempt(field.name) || std::any_of(conditions_.begin(), conditions_.end(), covers)) continue;
    extra.append(extra.empty() ? "" : ", ").append(field.name);
  }
  if (!extra.empty()) return {PolicyFault::ExtraFields, extra};
  return {};
}

PolicyVerdict PostPolicy::check_length(std::uint64_t size) const {
  for (const Condition& condition : conditions_) {
    if (condition.operation != Operation::LengthRange) continue;
    const auto least = parse_size(condition.first);
    const auto most = parse_size(condition.second);
    if (most && size > *most) return {PolicyFault::TooLarge, {}, size, *most};
    if (least && size < *least) return {PolicyFault::TooSmall, {}, size, *least};
  }
  return {};
}

}  // namespace keymill::sigv4
