#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace keymill::sigv4 {

/// Memory for one text that is written afresh for each request. It keeps its capacity, so that a reused Verifier does
/// not allocate, and does not clear what it hands out. Movable; a move keeps views valid.
class TextBuffer {
 public:
  /// Forgets the text and returns room for `size` characters, to be followed by `finish`.
  char* start(std::size_t size) {
    if (size > capacity_) {
      data_.reset(new char[size]);
      capacity_ = size;
    }
    size_ = 0;
    return data_.get();
  }
  void finish(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }
  void clear() { size_ = 0; }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

/// Copies `text` to `out` and returns the end.
inline char* put(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}
inline char* put(char* out, char c) {
  *out = c;
  return out + 1;
}

}  // namespace keymill::sigv4
