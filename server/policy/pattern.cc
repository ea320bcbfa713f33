#include "server/policy/pattern.h"

#include <algorithm>

#include "server/policy/context.h"

namespace keymill::policy {
namespace {

constexpr char FoldCharacter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr std::uint16_t Unit(char c) {
  return static_cast<unsigned char>(c);
}

bool Equal(std::string_view literal, std::string_view text, bool ignore_case) {
  if (!ignore_case) return literal == text;
  return literal.size() == text.size() &&
         std::equal(literal.begin(), literal.end(), text.begin(), [](char a, char b) { return a == FoldCharacter(b); });
}

/// The octets of the UTF-8 character at `text[i]`: what one `?` stands for.
std::size_t CharacterLength(std::string_view text, std::size_t i) {
  std::size_t length = 1;
  while (i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xc0u) == 0x80u) ++length;
  return length;
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The text before the sixth part of an ARN, with its last colon; empty if there are fewer than six.
std::string_view BeforeResource(std::string_view arn) {
  std::size_t end = 0;
  for (int colons = 0; colons < 5; ++colons) {
    end = arn.find(':', end);
    if (end == std::string_view::npos) return {};
    ++end;
  }
  return arn.substr(0, end);
}

}  // namespace

std::string Fold(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), FoldCharacter);
  return out;
}

Pattern::Pattern(std::string_view text, Syntax syntax) : ignore_case_(syntax.ignore_case) {
  units_.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = std::string_view::npos;
    if (syntax.variables && text.substr(i).starts_with("${")) end = text.find('}', i);
    if (end != std::string_view::npos) {
      add_variable(text.substr(i + 2, end - i - 2));
      i = end;
    } else if (syntax.wildcards && text[i] == '*') {
      if (units_.empty() || units_.back() != kMany || (!variables_.empty() && variables_.back().at == units_.size())) {
        units_.push_back(kMany);
      }
    } else if (syntax.wildcards && text[i] == '?') {
      units_.push_back(kOne);
    } else {
      units_.push_back(Unit(ignore_case_ ? FoldCharacter(text[i]) : text[i]));
    }
  }
  auto wildcard = std::find_if(units_.begin(), units_.end(), [](std::uint16_t unit) { return unit >= kOne; });
  auto fixed_end = wildcard;
  if (!variables_.empty()) {
    fixed_end = std::min(wildcard, units_.begin() + static_cast<std::ptrdiff_t>(variables_.front().at));
  }
  for (auto unit = units_.begin(); unit != fixed_end; ++unit) literal_ += static_cast<char>(*unit);
  if (!variables_.empty()) return;
  if (wildcard == units_.end()) {
    shape_ = Shape::kExact;
  } else if (*wildcard == kMany && wildcard + 1 == units_.end()) {
    shape_ = literal_.empty() ? Shape::kAny : Shape::kPrefix;
  }
}

void Pattern::add_variable(std::string_view body) {
  if (body == "*" || body == "?" || body == "$") {  // how a policy writes these characters themselves
    units_.push_back(Unit(body[0]));
    return;
  }
  Variable variable{units_.size(), {}, std::nullopt};
  const std::size_t comma = body.find(',');
  variable.name = Fold(Trim(body.substr(0, comma)));
  if (comma != std::string_view::npos) {
    std::string_view fallback = Trim(body.substr(comma + 1));
    if (fallback.size() >= 2 && fallback.front() == '\'' && fallback.back() == '\'') {
      variable.fallback = fallback.substr(1, fallback.size() - 2);
    }
  }
  variables_.push_back(std::move(variable));
}

bool Pattern::expand(const Context& context, Units& out) const {
  std::size_t copied = 0;
  auto copy_to = [&](std::size_t end) {
    out.insert(out.end(), units_.begin() + static_cast<std::ptrdiff_t>(copied),
               units_.begin() + static_cast<std::ptrdiff_t>(end));
    copied = end;
  };
  for (const Variable& variable : variables_) {
    copy_to(variable.at);
    const std::vector<std::string>* values = context.find(variable.name);
    std::string_view value;
    if (values != nullptr && values->size() == 1) {
      value = values->front();
    } else if (variable.fallback) {
      value = *variable.fallback;
    } else {
      return false;
    }
    for (char c : value) out.push_back(Unit(ignore_case_ ? FoldCharacter(c) : c));
  }
  copy_to(units_.size());
  return true;
}

bool Pattern::may_match_prefix(std::string_view prefix) const {
  if (shape_ == Shape::kExact && literal_.size() < prefix.size()) return false;
  const std::size_t common = std::min(literal_.size(), prefix.size());
  return Equal(std::string_view(literal_).substr(0, common), prefix.substr(0, common), ignore_case_);
}

bool Pattern::resolvable(const Context& context) const {
  return std::all_of(variables_.begin(), variables_.end(), [&](const Variable& variable) {
    const std::vector<std::string>* values = context.find(variable.name);
    return variable.fallback || (values != nullptr && values->size() == 1);
  });
}

std::vector<std::string> Pattern::variables() const {
  std::vector<std::string> names;
  for (const Variable& variable : variables_) names.push_back(variable.name);
  return names;
}

bool Pattern::matches(std::string_view text, const Context& context) const {
  switch (shape_) {
    case Shape::kAny:
      return true;
    case Shape::kExact:
      return Equal(literal_, text, ignore_case_);
    case Shape::kPrefix:
      return text.size() >= literal_.size() && Equal(literal_, text.substr(0, literal_.size()), ignore_case_);
    case Shape::kGlob:
      break;
  }
  if (!Equal(literal_, text.substr(0, literal_.size()), ignore_case_)) return false;  // before anything is expanded
  std::string folded;
  if (ignore_case_) text = folded = Fold(text);
  if (variables_.empty()) return glob(units_, text);
  Units expanded;
  return expand(context, expanded) && glob(expanded, text);
}

/// Linear but for the retries of the last `*` seen, so at worst pattern times text, never exponential.
bool Pattern::glob(const Units& pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = pattern.size() + 1, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kMany) {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == kOne) {
      ++p;
      t += CharacterLength(text, t);
    } else if (p < pattern.size() && pattern[p] == Unit(text[t])) {
      ++p;
      ++t;
    } else if (star < pattern.size()) {
      p = star + 1;
      t = retry += CharacterLength(text, retry);
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kMany) ++p;
  return p == pattern.size();
}

std::optional<ArnParts> ArnParts::Split(std::string_view arn) {
  ArnParts parts;
  for (int i = 0; i < 5; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts.part[i] = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  parts.part[5] = arn;
  return parts;
}

ArnPattern::ArnPattern(std::string_view text, bool variables)
    : everything_(text == "*"),
      resource_(text.substr(BeforeResource(text).size()), {.wildcards = true, .variables = variables}) {
  const std::string_view before = BeforeResource(text);
  malformed_ = before.empty() && !everything_;
  if (before.find_first_of("*?") == std::string_view::npos) {
    fixed_ = before;
  } else if (auto parts = ArnParts::Split(text)) {
    for (int i = 0; i < 5; ++i) parts_.emplace_back(parts->part[i], Pattern::Syntax{});
  }
}

bool ArnPattern::matches(std::string_view arn, const std::optional<ArnParts>& parts, const Context& context) const {
  if (everything_) return true;
  if (malformed_ || !parts) return false;
  if (parts_.empty()) {
    return arn.starts_with(fixed_) && arn.size() - parts->part[5].size() == fixed_.size() &&
           resource_.matches(parts->part[5], context);
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (!parts_[i].matches(parts->part[i], context)) return false;
  }
  return resource_.matches(parts->part[5], context);
}

}  // namespace keymill::policy
