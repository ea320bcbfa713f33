#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

/// A tenant: users, roles, policies and buckets belong to exactly one. Its root user's keys have the account id as
/// AccessKey::owner_id.
struct Account {
  std::string id;    ///< 12 digits
  std::string name;  ///< for people; need not be unique
  Millis created = 0;
  std::uint64_t number = 0;  ///< tells it from a deleted account that had this id; 0 = PutAccount() gives one to a new
                             ///< account
};

std::optional<Account> FindAccount(const Reader& reader, std::string_view id);
std::vector<Account> ListAccounts(const Reader& reader);  ///< by id
void PutAccount(Txn& txn, const Account& account);        ///< marks it touched

/// True if it has no user, group, role, policy, instance profile, provider or bucket. Root keys do not count.
bool AccountIsEmpty(const Reader& reader, std::string_view id);
/// Removes at most about `limit` object versions, uploads and empty buckets of the account, whatever protects them.
/// True if some are left: call it again in another commit.
bool EraseSomeBuckets(Txn& txn, std::string_view id, std::size_t limit);
/// Removes the account, its principals and all keys. Its buckets must be gone.
void EraseAccount(Txn& txn, std::string_view id);

}  // namespace keymill::store
