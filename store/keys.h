#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keymill::store {

/// Row keys compare as bytes, and that order must be the order in which rows are listed: numbers are big-endian, and a
/// string that is followed by more is escaped so that it sorts before all its extensions:
///
///   0x00 -> 0x00 0xFF        end -> 0x00 0x01
///
/// At the first difference of two escaped strings either both bytes come from the strings (same order), or one string
/// has ended: its 0x00 0x01 meets a byte >= 0x01 or an escaped zero 0x00 0xFF, and both are greater. So the order is
/// that of the unescaped strings, and no escaped string is a prefix of another. A string that ends the key stays as it
/// is.
class KeyBuilder {
 public:
  KeyBuilder() = default;
  explicit KeyBuilder(char space) { key_.push_back(space); }

  KeyBuilder& number(std::uint64_t value);  ///< 8 bytes
  KeyBuilder& descending(std::uint64_t value) { return number(~value); }
  KeyBuilder& number32(std::uint32_t value);        ///< 4 bytes
  KeyBuilder& text(std::string_view value);         ///< escaped and terminated
  KeyBuilder& text_prefix(std::string_view value);  ///< escaped, without the end: the prefix of all that start so
  KeyBuilder& rest(std::string_view value) {        ///< as it is; nothing may follow
    key_.append(value);
    return *this;
  }
  std::string take() { return std::move(key_); }
  operator std::string_view() const { return key_; }

 private:
  std::string key_;
};

/// Takes the parts of a row key in the order they were built. Throws StoreError if they are not there.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}
  std::uint64_t number();
  std::uint64_t descending() { return ~number(); }
  std::uint32_t number32();
  std::string text();
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// The least key that is greater than every key starting with `prefix`; empty if there is none.
std::string AfterPrefix(std::string_view prefix);

}  // namespace keymill::store
