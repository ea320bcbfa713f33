#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::store {

/// The tagged-field format of every stored value.
///
///   record  = format-version byte, field*           fields in ascending order of their tags
///   field   = varint(tag << 1 | kind), payload      kind 0: varint; kind 1: varint length, bytes
///
/// Fields with default values are not written. A reader skips tags that it does not know, so that a field can be added
/// without rewriting what is stored; a change that old code must not misread raises the format version or, if the
/// layout of rows changes, the schema version of the database. Whatever the bytes are, decoding either succeeds or
/// throws StoreError: it never reads outside them and never allocates more than they hold.

void AppendVarint(std::string& out, std::uint64_t value);
/// Removes a varint from the front of `in`; throws StoreError if there is none.
std::uint64_t TakeVarint(std::string_view& in);
/// Removes `count` bytes from the front of `in`; throws StoreError if there are fewer.
std::string_view TakeBytes(std::string_view& in, std::uint64_t count);

/// Signed numbers with small absolute values stay short.
constexpr std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Writes one record. Tags must be given in ascending order.
class FieldWriter {
 public:
  FieldWriter(std::string& out, std::uint8_t format_version) : out_(out) {
    out_.push_back(static_cast<char>(format_version));
  }

  void number(std::uint32_t tag, std::uint64_t value) {
    if (value != 0) always_number(tag, value);
  }
  void always_number(std::uint32_t tag, std::uint64_t value) {
    AppendVarint(out_, std::uint64_t{tag} << 1);
    AppendVarint(out_, value);
  }
  void bytes(std::uint32_t tag, std::string_view value) {
    if (!value.empty()) always_bytes(tag, value);
  }
  void always_bytes(std::uint32_t tag, std::string_view value) {
    AppendVarint(out_, std::uint64_t{tag} << 1 | 1);
    AppendVarint(out_, value.size());
    out_.append(value);
  }

 private:
  std::string& out_;
};

/// Reads one record in the order it was written: find(tag) advances past smaller, unknown tags. Repeated fields are
/// found by asking for the same tag again. Views point into the record.
class FieldReader {
 public:
  /// Throws StoreError if the format version is not between 1 and `newest_version`.
  FieldReader(std::string_view record, std::uint8_t newest_version);

  bool find(std::uint32_t tag) {
    while (!at_end_ && tag_ < tag) advance();
    return !at_end_ && tag_ == tag;
  }
  /// The payload of the field just found; both move on and throw StoreError if it is of the other kind.
  std::uint64_t number();
  std::string_view bytes();

 private:
  void advance();

  std::string_view rest_;
  std::string_view bytes_;
  std::uint64_t number_ = 0;
  std::uint64_t tag_ = 0;
  bool is_bytes_ = false;
  bool at_end_ = false;
};

/// Names with values, each a repeated field: length of the name, name, value.
void WritePairs(FieldWriter& fields, std::uint32_t tag, const std::vector<std::pair<std::string, std::string>>& pairs);
void ReadPairs(FieldReader& fields, std::uint32_t tag, std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace keymill::store
