#include "server/control/json_places.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <boost/json/parse.hpp>

#include "server/control/json_fields.h"

namespace keymill::control {
namespace {

/// A JSON string with its quotes, as text.
std::string Unquoted(std::string_view quoted) {
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  boost::json::error_code failure;
  const auto value = boost::json::parse({quoted.data(), quoted.size()}, failure);
  return failure || !value.is_string() ? std::string(inner) : std::string(value.get_string());
}

/// Walks a text that is known to be JSON: commas and colons tell it nothing that it needs, and count as space.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) { skip_space(); }

  /// Into the member `key` of the object, or the element `index` of the array, that begins here. False: there is none,
  /// and the walker stays.
  bool enter_member(std::string_view key) {
    if (peek() != '{') return false;
    const std::size_t start = at_++;
    for (skip_space(); peek() == '"'; skip_space()) {
      const bool found = read_key() == key;
      if (found) return true;
      skip_value();
    }
    at_ = start;
    return false;
  }
  bool enter_element(std::size_t index) {
    if (peek() != '[') return false;
    const std::size_t start = at_++;
    for (skip_space(); peek() != ']' && peek() != '\0'; skip_space()) {
      if (index-- == 0) return true;
      skip_value();
    }
    at_ = start;
    return false;
  }

  std::optional<Duplicate> find_duplicate(const std::string& path) {
    const char opening = peek();
    if (opening != '{' && opening != '[') {
      skip_value();
      return std::nullopt;
    }
    ++at_;
    std::set<std::string> seen;
    std::size_t index = 0;
    for (skip_space(); peek() != '}' && peek() != ']' && peek() != '\0'; skip_space()) {
      std::string member = opening == '[' ? path + "[" + std::to_string(index++) + "]" : std::string();
      if (opening == '{') {
        const std::size_t start = at_;
        std::string key = read_key();
        member = MemberPath(path, key);
        if (!seen.insert(std::move(key)).second) return Duplicate{std::move(member), place(start, at_)};
      }
      if (auto found = find_duplicate(member)) return found;
    }
    ++at_;
    return std::nullopt;
  }

  /// Of the value that begins here.
  Place here() {
    const std::size_t begin = at_;
    skip_value();
    return place(begin, at_);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Place place(std::size_t begin, std::size_t end) const {
    const std::string_view before = text_.substr(0, begin);
    const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    Place found{begin, end, 1, 1};
    found.line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    found.column += static_cast<std::size_t>(
        std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(), is_character));
    return found;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
    at_ = std::min(at_ + 1, text_.size());
  }
  /// Up to the value.
  std::string read_key() {
    const std::size_t start = at_;
    skip_string();
    std::string key = Unquoted(text_.substr(start, at_ - start));
    skip_space();
    return key;
  }
  void skip_value() {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (c == '\0') {
        return;
      } else {
        at_ = std::min(text_.find_first_of(" \t\r\n,:{}[]\"", at_), text_.size());
      }
      if (depth > 0) skip_space();
    } while (depth > 0);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The first step of a path, taken off it: `.name`, `["any name"]` or `[7]`.
struct Step {
  std::optional<std::size_t> index;
  std::string name;
};
Step TakeStep(std::string_view& path) {
  Step step;
  if (path.starts_with("[\"")) {
    std::size_t end = 2;
    while (end < path.size() && path[end] != '"') end += path[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, path.size());
    step.name = Unquoted(path.substr(1, end - 1));
    path.remove_prefix(std::min(end + 1, path.size()));
    return step;
  }
  const bool element = path.front() == '[';
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find_first_of(element ? "]" : ".["), path.size());
  step.name = path.substr(0, end);
  if (element) std::from_chars(path.data(), path.data() + end, step.index.emplace());
  path.remove_prefix(element ? std::min(end + 1, path.size()) : end);
  return step;
}

}  // namespace

Place PlaceOf(std::string_view text, std::string_view path) {
  Walker walker(text);
  path.remove_prefix(std::min<std::size_t>(1, path.size()));  // the '$'
  while (!path.empty()) {
    const Step step = TakeStep(path);
    if (!(step.index ? walker.enter_element(*step.index) : walker.enter_member(step.name))) break;
  }
  return walker.here();
}

std::optional<Duplicate> FindDuplicate(std::string_view text) {
  return Walker(text).find_duplicate("$");
}

}  // namespace keymill::control
