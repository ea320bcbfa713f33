#include "store/accounts.h"

#include "store/buckets.h"
#include "store/codec.h"
#include "store/entities.h"
#include "store/items.h"
#include "store/principals.h"
#include "store/uploads.h"
#include "store/versions.h"

namespace keymill::store {
namespace {

constexpr std::string_view kPrefix = "account/";  // rows of Family::kMeta: then the id -> record
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kNoLimit = ~std::size_t{0};
constexpr EntityKind kKinds[] = {EntityKind::kGroup,           EntityKind::kRole,     EntityKind::kPolicy,
                                 EntityKind::kInstanceProfile, EntityKind::kProvider, EntityKind::kServerCertificate};
constexpr Relation kRelations[] = {Relation::kMember, Relation::kAttachment, Relation::kProfileRole,
                                   Relation::kBoundary};

std::string RowKey(std::string_view id) {
  return std::string(kPrefix).append(id);
}

Account Decode(std::string_view id, std::string_view value) {
  Account account;
  account.id = id;
  FieldReader fields(value, kFormat);
  if (fields.find(1)) account.name = fields.bytes();
  if (fields.find(2)) account.created = UnZigZag(fields.number());
  if (fields.find(3)) account.number = fields.number();
  return account;
}

/// What hangs on a user or an entity beside its own record.
void EraseBelongings(Txn& txn, const std::string& id) {
  for (const auto& policy : ListInlinePolicies(txn, id)) EraseInlinePolicy(txn, id, policy.name);
  for (const auto& version : ListPolicyVersions(txn, id)) ErasePolicyVersion(txn, id, version.number);
  for (const Relation relation : kRelations) {
    for (const auto& to : LinksFrom(txn, relation, id)) Unlink(txn, relation, id, to);
    for (const auto& from : LinksTo(txn, relation, id)) Unlink(txn, relation, from, id);
  }
}

void EraseKeysOf(Txn& txn, std::string_view owner_id) {
  for (const auto& key : ListAccessKeys(txn, owner_id)) EraseAccessKey(txn, key);
}

/// Returns how many it removed, `limit` at most.
std::size_t EraseSomeObjects(Txn& txn, BucketId bucket, std::size_t limit) {
  VersionQuery versions;
  versions.limit = limit;
  const auto page = ListVersions(txn, bucket, versions);
  for (const auto& entry : page.versions) EraseVersion(txn, bucket, entry.object.key, entry.object.version_id);
  if (page.versions.size() == limit) return limit;
  UploadQuery uploads;
  uploads.limit = limit - page.versions.size();
  const auto unfinished = ListUploads(txn, bucket, uploads);
  for (const auto& upload : unfinished.uploads) AbortUpload(txn, bucket, upload);
  return page.versions.size() + unfinished.uploads.size();
}

}  // namespace

std::optional<Account> FindAccount(const Reader& reader, std::string_view id) {
  std::optional<Account> account;
  reader.read(Family::kMeta, RowKey(id), [&](std::string_view value) { account = Decode(id, value); });
  return account;
}

std::vector<Account> ListAccounts(const Reader& reader) {
  std::vector<Account> accounts;
  for (const auto cursor = reader.scan(Family::kMeta, kPrefix); cursor->valid(); cursor->next()) {
    accounts.push_back(Decode(cursor->key().substr(kPrefix.size()), cursor->value()));
  }
  return accounts;
}

void PutAccount(Txn& txn, const Account& account) {
  std::string value;
  FieldWriter fields(value, kFormat);
  fields.bytes(1, account.name);
  fields.number(2, ZigZag(account.created));
  const bool is_new = account.number == 0 && !FindAccount(txn, account.id);
  fields.number(3, is_new ? txn.next_id() : account.number);
  txn.put(Family::kMeta, RowKey(account.id), value);
  txn.touched(account.id);
}

bool AccountIsEmpty(const Reader& reader, std::string_view id) {
  if (!ListUsers(reader, id, "/", {}, 1).empty() || !ListBuckets(reader, id, {}, {}, 1).empty()) return false;
  for (const EntityKind kind : kKinds) {
    if (!ListEntities(reader, kind, id, {}, {}, 1).empty()) return false;
  }
  return true;
}

bool EraseSomeBuckets(Txn& txn, std::string_view id, std::size_t limit) {
  while (limit > 0) {
    const auto buckets = ListBuckets(txn, id, {}, {}, 1);
    if (buckets.empty()) return false;
    const auto removed = EraseSomeObjects(txn, buckets[0].id, limit);
    if (removed == limit) return true;
    limit -= removed + 1;
    EraseBucket(txn, buckets[0]);
  }
  return true;
}

void EraseAccount(Txn& txn, std::string_view id) {
  for (const auto& user : ListUsers(txn, id, "/", {}, kNoLimit)) {
    EraseKeysOf(txn, user.id);
    EraseBelongings(txn, user.id);
    EraseItemsOf(txn, user.id);
    EraseUser(txn, user);
  }
  for (const EntityKind kind : kKinds) {
    for (const auto& entity : ListEntities(txn, kind, id, {}, {}, kNoLimit)) {
      EraseBelongings(txn, entity.id);
      EraseEntity(txn, entity);
    }
  }
  EraseKeysOf(txn, id);
  EraseItemsOf(txn, id);
  txn.erase(Family::kMeta, RowKey(id));
  txn.touched(std::string(id));
}

}  // namespace keymill::store
