#include "server/aws/form.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace keymill::aws {
namespace {

constexpr std::size_t kMaxMemberDigits = 6;
constexpr std::size_t kMaxViolations = 1000;  // more are not told

/// The number N of `prefixN` or `prefixN.rest`; nullopt if the name is another.
std::optional<unsigned> MemberNumber(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::size_t digits = std::min(name.find('.'), name.size());
  if (digits == 0 || digits > kMaxMemberDigits) return std::nullopt;
  unsigned number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + digits, number);
  if (error != std::errc{} || end != name.data() + digits) return std::nullopt;
  return number;
}

/// The first value of each parameter whose name begins with `prefix`. A list may have as many members as a body holds:
/// each found by a search of its own, a hostile one would take minutes.
using Index = std::unordered_map<std::string_view, std::string_view>;
Index IndexOf(const Form::Pairs& pairs, std::string_view prefix) {
  Index index;
  for (const auto& [name, value] : pairs) {
    if (name.starts_with(prefix)) index.emplace(name, value);
  }
  return index;
}

std::optional<std::string_view> Find(const Index& index, std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? std::nullopt : std::optional(found->second);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

std::string EnumConstraint(std::span<const std::string_view> values) {
  std::string text = "Member must satisfy enum value set: [";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ", ";
    text += values[i];
  }
  return text + "]";
}

}  // namespace

std::string MemberName(std::string_view parameter) {
  std::string name(parameter);
  if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] | 0x20);
  return name;
}

std::u32string CodePoints(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    auto lead = static_cast<unsigned char>(utf8[i]);
    std::size_t extra = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : 3;
    char32_t point = extra == 0 ? lead : lead & (0x3fu >> extra);
    bool valid = lead < 0x80 || (lead >= 0xc2 && lead < 0xf5);
    for (std::size_t k = 1; valid && k <= extra; ++k) {
      unsigned char next = i + k < utf8.size() ? static_cast<unsigned char>(utf8[i + k]) : 0;
      valid = (next & 0xc0u) == 0x80;
      point = point << 6 | (next & 0x3fu);
    }
    constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    valid = valid && point >= kLeast[extra] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    out += valid ? point : U'\ufffd';
    i += valid ? extra + 1 : 1;
  }
  return out;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Form::optional(const StringField& field) {
  auto value = find(field.name);
  if (!value) return std::nullopt;
  check(*value, MemberName(field.name), field.rule);
  return std::string(*value);
}

std::string Form::required(const StringField& field) {
  auto value = optional(field);
  if (!value) missing(field.name, MemberName(field.name));
  return value.value_or("");
}

std::optional<std::int64_t> Form::integer(const IntegerField& field) {
  auto text = find(field.name);
  if (!text) return std::nullopt;
  if (text->empty()) {
    if (!malformed_) malformed_ = Error(MalformedInput, "missing value for decimal type");
    return std::nullopt;
  }
  std::string_view digits = *text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    if (!malformed_) malformed_ = MalformedInput;
    return std::nullopt;
  }
  std::string place = MemberName(field.name);
  if (value < field.min) {
    violated(*text, place, "Member must have value greater than or equal to " + std::to_string(field.min));
  } else if (value > field.max) {
    violated(*text, place, "Member must have value less than or equal to " + std::to_string(field.max));
  }
  return value;
}

std::optional<bool> Form::boolean(std::string_view name) {
  auto text = find(name);
  if (!text) return std::nullopt;
  std::string lower = Lower(*text);
  if (lower != "true" && lower != "false") {
    if (!malformed_) malformed_ = MalformedInput;
    return std::nullopt;
  }
  return lower == "true";
}

std::vector<std::string> Form::members(const ListField& list, std::size_t min_items) {
  const std::string prefix = std::string(list.name) + ".member.";
  std::vector<unsigned> numbers;
  for (const auto& pair : pairs_) {
    if (auto number = MemberNumber(pair.first, prefix)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() < min_items && !find(list.name)) missing(list.name, MemberName(list.name));
  if (numbers.size() > list.max) {
    violated(std::nullopt, MemberName(list.name),
             "Member must have length less than or equal to " + std::to_string(list.max));
  }
  std::vector<std::string> names;
  names.reserve(numbers.size());
  for (unsigned number : numbers) names.push_back(prefix + std::to_string(number));
  return names;
}

std::vector<std::string> Form::strings(const ListField& list, const StringRule& item, std::size_t min_items) {
  std::vector<std::string> values;
  const Index index = IndexOf(pairs_, list.name);
  for (const std::string& name : members(list, min_items)) {
    std::string_view value = Find(index, name).value_or(std::string_view{});
    check(value, MemberName(list.name) + "." + std::to_string(values.size() + 1) + ".member", item);
    values.emplace_back(value);
  }
  return values;
}

std::vector<std::string> Form::strings(const ListField& list, const StringField& member) {
  std::vector<std::string> values;
  const Index index = IndexOf(pairs_, list.name);
  for (const std::string& name : members(list, 0)) {
    const std::string place =
        MemberName(list.name) + "." + std::to_string(values.size() + 1) + ".member." + MemberName(member.name);
    const std::string whole = name + "." + std::string(member.name);
    std::string_view value = Find(index, whole).value_or(std::string_view{});
    check(value, place, member.rule);
    values.emplace_back(value);
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> Form::pairs(const ListField& list, const StringField& first,
                                                             const StringField& second, std::size_t min_items) {
  std::vector<std::pair<std::string, std::string>> values;
  const Index index = IndexOf(pairs_, list.name);
  for (const std::string& name : members(list, min_items)) {
    const std::string place = MemberName(list.name) + "." + std::to_string(values.size() + 1) + ".member.";
    auto& pair = values.emplace_back();
    for (auto [field, out] : {std::pair{&first, &pair.first}, std::pair{&second, &pair.second}}) {
      const auto value = Find(index, name + "." + std::string(field->name));
      if (!value) {
        violated(std::nullopt, place + MemberName(field->name), "Member must not be null");
      } else {
        check(*value, place + MemberName(field->name), field->rule);
        *out = *value;
      }
    }
  }
  return values;
}

void Form::check(std::string_view value, std::string_view place, const StringRule& rule) {
  if (!rule.values.empty()) {
    if (std::find(rule.values.begin(), rule.values.end(), value) == rule.values.end()) {
      // IAM's live text stops here, without the list.
      violated(value, place,
               style_ == Style::kIam ? "Member must satisfy enum value set" : EnumConstraint(rule.values));
    }
    return;
  }
  std::u32string points = CodePoints(value);
  bool fits = points.size() >= rule.min && points.size() <= rule.max;
  if (rule.matches != nullptr && !rule.matches(points)) {
    if (rule.complaint.empty()) {
      violated(value, place, "Member must satisfy regular expression pattern: " + std::string(rule.pattern));
    } else if (fits) {
      refuse("The specified value for " + std::string(place) + " is invalid. " + std::string(rule.complaint));
    }
  }
  if (points.size() < rule.min) {
    violated(value, place, "Member must have length greater than or equal to " + std::to_string(rule.min));
  } else if (points.size() > rule.max) {
    violated(value, place, "Member must have length less than or equal to " + std::to_string(rule.max));
  }
}

void Form::violated(std::optional<std::string_view> value, std::string_view place, std::string_view constraint) {
  if (violations_.size() == kMaxViolations) return;
  std::string text = "Value ";
  if (style_ == Style::kSts) text += value ? "'" + std::string(*value) + "' " : "null ";
  text.append("at '").append(place).append("' failed to satisfy constraint: ").append(constraint);
  violations_.push_back(std::move(text));
}

void Form::missing(std::string_view name, std::string_view place) {
  if (style_ == Style::kSts) {
    violated(std::nullopt, place, "Member must not be null");
  } else if (!malformed_) {
    malformed_ = Error(MissingParameter, "The request must contain the parameter " + std::string(name) + ".");
  }
}

void Form::refuse(std::string sentence) {
  if (!sentence_) sentence_ = std::move(sentence);
}

std::optional<Error> Form::refusal() const {
  if (malformed_) return malformed_;
  if (!violations_.empty()) {
    std::string text =
        std::to_string(violations_.size()) + " validation error" + (violations_.size() > 1 ? "s" : "") + " detected: ";
    for (std::size_t i = 0; i < violations_.size(); ++i) text += (i > 0 ? "; " : "") + violations_[i];
    return Error(ValidationError, std::move(text));
  }
  if (sentence_) return Error(ValidationError, *sentence_);
  return std::nullopt;
}

}  // namespace keymill::aws
