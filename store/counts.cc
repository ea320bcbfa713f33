#include "store/counts.h"

#include "store/codec.h"
#include "store/keys.h"

namespace keymill::store {
namespace {

constexpr char kCount = 'c';  // a row of Family::kPrincipals: prefix of an index in it -> number (varint)

std::string CountKey(std::string_view index) {
  return KeyBuilder(kCount).rest(index).take();
}

}  // namespace

std::size_t CountedRows(const Reader& reader, std::string_view index) {
  if (const auto kept = reader.get(Family::kPrincipals, CountKey(index))) {
    std::string_view value = *kept;
    return static_cast<std::size_t>(TakeVarint(value));
  }
  std::size_t rows = 0;
  for (const auto cursor = reader.scan(Family::kPrincipals, index); cursor->valid(); cursor->next()) ++rows;
  return rows;
}

void CountRow(Txn& txn, std::string_view index, int change) {
  std::string value;
  AppendVarint(value, static_cast<std::uint64_t>(static_cast<std::int64_t>(CountedRows(txn, index)) + change));
  txn.put(Family::kPrincipals, CountKey(index), value);
}

}  // namespace keymill::store
