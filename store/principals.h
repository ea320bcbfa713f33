#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

/// By name, case-insensitively, within the account.
std::optional<User> FindUser(const Reader& reader, std::string_view account, std::string_view name);
std::optional<User> FindUserById(const Reader& reader, std::string_view user_id);
/// Users in (case-folded) name order after `after` whose path starts with path_prefix, at most `limit`.
std::vector<User> ListUsers(const Reader& reader, std::string_view account, std::string_view path_prefix,
                            std::string_view after, std::size_t limit);
std::size_t CountUsers(const Reader& reader, std::string_view account);  ///< at once, however many
/// Stores or replaces; `former_name` is the name it had (rename), empty if new or unchanged. Marks it touched.
void PutUser(Txn& txn, const User& user, std::string_view former_name = {});
void EraseUser(Txn& txn, const User& user);

std::optional<AccessKey> FindAccessKey(const Reader& reader, std::string_view id);
/// Keys of one owner (user id, or account id for root), oldest first.
std::vector<AccessKey> ListAccessKeys(const Reader& reader, std::string_view owner_id);
std::vector<AccessKey> AllAccessKeys(const Reader& reader);
std::vector<User> AllUsers(const Reader& reader);
void PutAccessKey(Txn& txn, const AccessKey& key);  ///< seals the secret; marks it touched
void EraseAccessKey(Txn& txn, const AccessKey& key);

KeyUse FindKeyUse(const Reader& reader, std::string_view access_key_id);
void PutKeyUse(Txn& txn, std::string_view access_key_id, const KeyUse& use);
void EraseKeyUse(Txn& txn, std::string_view access_key_id);

}  // namespace keymill::store
