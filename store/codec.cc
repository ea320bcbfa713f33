#include "store/codec.h"

#include "store/db.h"

namespace keymill::store {

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t TakeVarint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0, used = 0; used < in.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(in[used++]);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      in.remove_prefix(used);
      return value;
    }
  }
  throw StoreError("a stored record is damaged: bad number");
}

std::string_view TakeBytes(std::string_view& in, std::uint64_t count) {
  if (count > in.size()) throw StoreError("a stored record is damaged: a field runs past the end");
  const auto taken = in.substr(0, count);
  in.remove_prefix(count);
  return taken;
}

FieldReader::FieldReader(std::string_view record, std::uint8_t newest_version) : rest_(record) {
  if (rest_.empty()) throw StoreError("a stored record is damaged: empty");
  const auto version = static_cast<std::uint8_t>(rest_.front());
  if (version == 0) throw StoreError("a stored record is damaged: no format version");
  if (version > newest_version) throw StoreError("a stored record was written by a newer version of keymill");
  rest_.remove_prefix(1);
  advance();
}

void FieldReader::advance() {
  if (rest_.empty()) {
    at_end_ = true;
    return;
  }
  const auto header = TakeVarint(rest_);
  if (header >> 1 < tag_) throw StoreError("a stored record is damaged: fields out of order");
  tag_ = header >> 1;
  is_bytes_ = (header & 1) != 0;
  number_ = TakeVarint(rest_);
  if (is_bytes_) bytes_ = TakeBytes(rest_, number_);
}

std::uint64_t FieldReader::number() {
  if (is_bytes_) throw StoreError("a stored record is damaged: a number was expected");
  const auto value = number_;
  advance();
  return value;
}

std::string_view FieldReader::bytes() {
  if (!is_bytes_) throw StoreError("a stored record is damaged: bytes were expected");
  const auto value = bytes_;
  advance();
  return value;
}

void WritePairs(FieldWriter& fields, std::uint32_t tag, const std::vector<std::pair<std::string, std::string>>& pairs) {
  for (const auto& [name, value] : pairs) {
    std::string pair;
    AppendVarint(pair, name.size());
    fields.always_bytes(tag, pair.append(name).append(value));
  }
}

void ReadPairs(FieldReader& fields, std::uint32_t tag, std::vector<std::pair<std::string, std::string>>& pairs) {
  while (fields.find(tag)) {
    std::string_view pair = fields.bytes();
    const std::string_view name = TakeBytes(pair, TakeVarint(pair));
    pairs.emplace_back(name, pair);
  }
}

}  // namespace keymill::store
