#include "store/items.h"

#include "store/codec.h"
#include "store/db_impl.h"
#include "store/keys.h"
#include "store/vault.h"

namespace keymill::store {
namespace {

// Rows of Family::kPrincipals, beside those of principals.cc and entities.cc.
constexpr char kItem = 'J';  // kind, owner, name -> record

constexpr std::uint8_t kFormat = 1;

KeyBuilder KindKey(ItemKind kind) {
  const char code = static_cast<char>(kind);
  KeyBuilder key(kItem);
  key.text({&code, 1});
  return key;
}

std::string ItemKey(ItemKind kind, std::string_view owner, std::string_view name) {
  return KindKey(kind).text(owner).rest(name).take();
}

Item DecodeItem(const Reader& reader, ItemKind kind, std::string_view key, std::string_view value) {
  FieldReader fields(value, kFormat);
  Item item;
  item.kind = kind;
  if (fields.find(1)) item.owner = fields.bytes();
  if (fields.find(2)) item.name = fields.bytes();
  if (fields.find(3)) item.created = UnZigZag(fields.number());
  if (fields.find(4)) item.updated = UnZigZag(fields.number());
  if (fields.find(5)) item.document = fields.bytes();
  if (fields.find(6)) item.secret = reader.state()->vault->open(fields.bytes(), key);
  ReadPairs(fields, 7, item.tags);
  ReadPairs(fields, 8, item.attributes);
  return item;
}

std::vector<Item> Scan(const Reader& reader, ItemKind kind, std::string_view prefix) {
  std::vector<Item> items;
  for (const auto cursor = reader.scan(Family::kPrincipals, prefix); cursor->valid(); cursor->next()) {
    items.push_back(DecodeItem(reader, kind, cursor->key(), cursor->value()));
  }
  return items;
}

}  // namespace

std::optional<Item> FindItem(const Reader& reader, ItemKind kind, std::string_view owner, std::string_view name) {
  const std::string key = ItemKey(kind, owner, name);
  auto value = reader.get(Family::kPrincipals, key);
  return value ? std::optional(DecodeItem(reader, kind, key, *value)) : std::nullopt;
}

std::vector<Item> ListItems(const Reader& reader, ItemKind kind, std::string_view owner) {
  return Scan(reader, kind, ItemKey(kind, owner, {}));
}

std::vector<Item> AllItems(const Reader& reader, ItemKind kind) {
  return Scan(reader, kind, KindKey(kind));
}

void PutItem(Txn& txn, const Item& item) {
  const std::string key = ItemKey(item.kind, item.owner, item.name);
  std::string out;
  FieldWriter fields(out, kFormat);
  fields.bytes(1, item.owner);
  fields.bytes(2, item.name);
  fields.number(3, ZigZag(item.created));
  fields.number(4, ZigZag(item.updated));
  fields.bytes(5, item.document);
  if (!item.secret.empty()) fields.bytes(6, txn.state()->vault->seal(item.secret, key));
  WritePairs(fields, 7, item.tags);
  WritePairs(fields, 8, item.attributes);
  txn.put(Family::kPrincipals, key, out);
}

void EraseItem(Txn& txn, const Item& item) {
  txn.erase(Family::kPrincipals, ItemKey(item.kind, item.owner, item.name));
}

void EraseItemsOf(Txn& txn, std::string_view owner) {
  for (int code = static_cast<int>(ItemKind::kAccountAlias); code <= static_cast<int>(kLastItemKind); ++code) {
    for (const Item& item : ListItems(txn, static_cast<ItemKind>(code), owner)) EraseItem(txn, item);
  }
}

}  // namespace keymill::store
