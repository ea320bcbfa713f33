#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace keymill::sigv4::fuzz {

/// Takes pieces of the fuzzer's input: up to the next zero octet, or all that is left.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::string_view piece() {
    const std::size_t end = rest_.find('\0');
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return taken;
  }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// A property that must hold whatever the input.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace keymill::sigv4::fuzz
