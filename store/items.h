#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

/// What a user or an account has beside keys and policies: settings, passwords, MFA devices, certificates, reports, web
/// hooks.
namespace keymill::store {

enum class ItemKind : std::uint8_t {
  kAccountAlias = 1,
  kPasswordPolicy = 2,
  kCredentialReport = 3,
  kLoginProfile = 4,
  kMfaDevice = 5,
  kServiceCredential = 6,
  kSamlProvider = 7,
  kSigningCertificate = 8,
  kSshKey = 9,
  kDeletionTask = 11,
  kAccessReport = 12,
  kOidcProvider = 13,
  kAccountSettings = 14,
  kTokenIssuer = 15,
  kTokenKey = 16,
  kWebhook = 17,
};
inline constexpr ItemKind kLastItemKind = ItemKind::kWebhook;

struct Item {
  ItemKind kind = ItemKind::kAccountAlias;
  std::string owner;  ///< a user's id, or an account, 12 digits
  std::string name;   ///< unique within kind and owner, case-sensitive; empty where there is only one
  Millis created = 0;
  Millis updated = 0;
  std::string document;  ///< its text: a certificate, a report
  std::string secret;    ///< sealed with the master key when stored
  StringPairs tags;
  StringPairs attributes;  ///< small settings by name, not interpreted here
};

std::optional<Item> FindItem(const Reader& reader, ItemKind kind, std::string_view owner, std::string_view name = {});
std::vector<Item> ListItems(const Reader& reader, ItemKind kind, std::string_view owner);  ///< in name order
std::vector<Item> AllItems(const Reader& reader, ItemKind kind);                           ///< of every owner
/// Stores or replaces; seals the secret.
void PutItem(Txn& txn, const Item& item);
void EraseItem(Txn& txn, const Item& item);
void EraseItemsOf(Txn& txn, std::string_view owner);  ///< of every kind

}  // namespace keymill::store
