#include <charconv>

#include "server/control/json_fields.h"

namespace keymill::control {
namespace {

/// Walks a text that is known to be JSON.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::size_t line() const {
    std::size_t count = 1;
    for (std::size_t i = 0; i < at_ && i < text_.size(); ++i) count += text_[i] == '\n';
    return count;
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Into the member `key` of the object, or the element `index` of the array, that begins here. False: there is none,
  /// and the walker stays.
  bool enter_member(std::string_view key) {
    if (peek() != '{') return false;
    const std::size_t start = at_++;
    for (skip_space(); peek() == '"'; skip_space()) {
      const std::size_t opening = at_;
      skip_string();
      const bool found = text_.substr(opening + 1, at_ - opening - 2) == key;
      skip_space();
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

 private:
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
    ++at_;
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

}  // namespace

std::size_t LineOf(std::string_view text, std::string_view path) {
  Walker walker(text);
  walker.skip_space();
  path.remove_prefix(std::min<std::size_t>(1, path.size()));  // the '$'
  while (!path.empty()) {
    const bool element = path.front() == '[';
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find_first_of(element ? "]" : ".["), path.size());
    const std::string_view step = path.substr(0, end);
    path.remove_prefix(element ? std::min(end + 1, path.size()) : end);
    std::size_t index = 0;
    if (element) std::from_chars(step.data(), step.data() + step.size(), index);
    if (!(element ? walker.enter_element(index) : walker.enter_member(step))) break;
  }
  return walker.line();
}

}  // namespace keymill::control
