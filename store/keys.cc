#include "store/keys.h"

#include "store/db.h"

namespace keymill::store {

namespace {
constexpr char kEscapedZero = '\xff';
constexpr char kEnd = '\x01';
}  // namespace

KeyBuilder& KeyBuilder::number(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key_.push_back(static_cast<char>(value >> shift));
  return *this;
}

KeyBuilder& KeyBuilder::number32(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) key_.push_back(static_cast<char>(value >> shift));
  return *this;
}

KeyBuilder& KeyBuilder::text_prefix(std::string_view value) {
  for (auto zero = value.find('\0'); zero != value.npos; zero = value.find('\0')) {
    key_.append(value.substr(0, zero + 1));
    key_.push_back(kEscapedZero);
    value.remove_prefix(zero + 1);
  }
  key_.append(value);
  return *this;
}

KeyBuilder& KeyBuilder::text(std::string_view value) {
  text_prefix(value);
  key_.push_back('\0');
  key_.push_back(kEnd);
  return *this;
}

std::uint64_t KeyReader::number() {
  const std::uint64_t high = number32();
  return high << 32 | number32();
}

std::uint32_t KeyReader::number32() {
  if (rest_.size() < 4) throw StoreError("a row key is damaged");
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
  rest_.remove_prefix(4);
  return value;
}

std::string KeyReader::text() {
  std::string value;
  for (;;) {
    const auto zero = rest_.find('\0');
    if (zero == rest_.npos || zero + 1 >= rest_.size()) throw StoreError("a row key is damaged");
    value.append(rest_.substr(0, zero));
    const char mark = rest_[zero + 1];
    rest_.remove_prefix(zero + 2);
    if (mark == kEnd) return value;
    if (mark != kEscapedZero) throw StoreError("a row key is damaged");
    value.push_back('\0');
  }
}

std::string AfterPrefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && after.back() == '\xff') after.pop_back();
  if (!after.empty()) after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
  return after;
}

}  // namespace keymill::store
