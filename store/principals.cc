#include "store/principals.h"

#include <algorithm>

#include "store/counts.h"
#include "store/db_impl.h"
#include "store/keys.h"

namespace keymill::store {

namespace {

// Rows of Family::kPrincipals.
constexpr char kUser = 'u';        // user id -> record
constexpr char kUserByName = 'n';  // account, folded name -> user id
constexpr char kKey = 'k';         // access key id -> record
constexpr char kKeyByOwner = 'o';  // owner id, time of creation, access key id -> nothing
constexpr char kKeyUse = 't';      // access key id -> record

/// IAM names are ASCII (aws-facts B): folding these letters is all there is to it.
std::string Fold(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

std::string UserKey(std::string_view id) {
  return KeyBuilder(kUser).rest(id).take();
}
std::string NameKey(std::string_view account, std::string_view folded) {
  return KeyBuilder(kUserByName).text(account).rest(folded).take();
}
std::string AccessKeyKey(std::string_view id) {
  return KeyBuilder(kKey).rest(id).take();
}
std::string OwnerKey(const AccessKey& key) {
  // Times before 1970 do not occur; as unsigned numbers they would sort last.
  return KeyBuilder(kKeyByOwner).text(key.owner_id).number(static_cast<std::uint64_t>(key.created)).rest(key.id).take();
}
std::string UseKey(std::string_view id) {
  return KeyBuilder(kKeyUse).rest(id).take();
}

AccessKey DecodeKey(const Reader& reader, std::string_view value) {
  AccessKey key;
  std::string_view sealed;
  Decode(value, key, sealed);
  key.secret = reader.state()->vault->open(sealed, key.id);
  return key;
}

}  // namespace

std::optional<User> FindUserById(const Reader& reader, std::string_view user_id) {
  std::optional<User> user;
  reader.read(Family::kPrincipals, UserKey(user_id), [&](std::string_view value) { Decode(value, user.emplace()); });
  return user;
}

std::optional<User> FindUser(const Reader& reader, std::string_view account, std::string_view name) {
  const auto id = reader.get(Family::kPrincipals, NameKey(account, Fold(name)));
  return id ? FindUserById(reader, *id) : std::nullopt;
}

std::vector<User> ListUsers(const Reader& reader, std::string_view account, std::string_view path_prefix,
                            std::string_view after, std::size_t limit) {
  std::vector<User> users;
  const auto cursor = reader.scan(Family::kPrincipals, NameKey(account, {}));
  if (!after.empty()) cursor->seek(NameKey(account, Fold(after) + '\0'));
  for (; cursor->valid() && users.size() < limit; cursor->next()) {
    auto user = FindUserById(reader, cursor->value());
    if (user && std::string_view(user->path).starts_with(path_prefix)) users.push_back(std::move(*user));
  }
  return users;
}

std::size_t CountUsers(const Reader& reader, std::string_view account) {
  return CountedRows(reader, NameKey(account, {}));
}

std::vector<User> AllUsers(const Reader& reader) {
  std::vector<User> users;
  for (const auto cursor = reader.scan(Family::kPrincipals, UserKey({})); cursor->valid(); cursor->next()) {
    Decode(cursor->value(), users.emplace_back());
  }
  return users;
}

void PutUser(Txn& txn, const User& user, std::string_view former_name) {
  if (!former_name.empty()) txn.erase(Family::kPrincipals, NameKey(user.account, Fold(former_name)));
  if (!FindUserById(txn, user.id)) CountRow(txn, NameKey(user.account, {}), 1);
  txn.put(Family::kPrincipals, UserKey(user.id), Encode(user));
  txn.put(Family::kPrincipals, NameKey(user.account, Fold(user.name)), user.id);
  txn.touched(user.id);
}

void EraseUser(Txn& txn, const User& user) {
  if (FindUserById(txn, user.id)) CountRow(txn, NameKey(user.account, {}), -1);
  txn.erase(Family::kPrincipals, UserKey(user.id));
  txn.erase(Family::kPrincipals, NameKey(user.account, Fold(user.name)));
  txn.touched(user.id);
}

std::optional<AccessKey> FindAccessKey(const Reader& reader, std::string_view id) {
  std::optional<AccessKey> key;
  reader.read(Family::kPrincipals, AccessKeyKey(id), [&](std::string_view value) { key = DecodeKey(reader, value); });
  return key;
}

std::vector<AccessKey> ListAccessKeys(const Reader& reader, std::string_view owner_id) {
  std::vector<AccessKey> keys;
  const auto prefix = KeyBuilder(kKeyByOwner).text(owner_id).take();
  for (const auto cursor = reader.scan(Family::kPrincipals, prefix); cursor->valid(); cursor->next()) {
    auto key = FindAccessKey(reader, cursor->key().substr(prefix.size() + sizeof(std::uint64_t)));
    if (key) keys.push_back(std::move(*key));
  }
  return keys;
}

std::vector<AccessKey> AllAccessKeys(const Reader& reader) {
  std::vector<AccessKey> keys;
  for (const auto cursor = reader.scan(Family::kPrincipals, AccessKeyKey({})); cursor->valid(); cursor->next()) {
    keys.push_back(DecodeKey(reader, cursor->value()));
  }
  return keys;
}

void PutAccessKey(Txn& txn, const AccessKey& key) {
  AccessKey stored = key;
  if (stored.version == 0) stored.version = txn.next_id();
  txn.put(Family::kPrincipals, AccessKeyKey(key.id), Encode(stored, txn.state()->vault->seal(key.secret, key.id)));
  txn.put(Family::kPrincipals, OwnerKey(key), {});
  txn.touched(key.id);
}

void EraseAccessKey(Txn& txn, const AccessKey& key) {
  txn.erase(Family::kPrincipals, AccessKeyKey(key.id));
  txn.erase(Family::kPrincipals, OwnerKey(key));
  EraseKeyUse(txn, key.id);
  txn.touched(key.id);
}

KeyUse FindKeyUse(const Reader& reader, std::string_view access_key_id) {
  KeyUse use;
  reader.read(Family::kPrincipals, UseKey(access_key_id), [&](std::string_view value) { Decode(value, use); });
  return use;
}

void PutKeyUse(Txn& txn, std::string_view access_key_id, const KeyUse& use) {
  txn.put(Family::kPrincipals, UseKey(access_key_id), Encode(use));
}

void EraseKeyUse(Txn& txn, std::string_view access_key_id) {
  txn.erase(Family::kPrincipals, UseKey(access_key_id));
}

}  // namespace keymill::store
