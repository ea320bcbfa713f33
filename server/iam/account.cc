#include "server/iam/account.h"

#include <algorithm>
#include <limits>

#include "server/iam/access_keys.h"
#include "server/iam/account_settings.h"
#include "server/iam/answer.h"
#include "server/iam/attachments.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/groups.h"
#include "server/iam/holders.h"
#include "server/iam/page.h"
#include "server/iam/policies.h"
#include "server/iam/policy_versions.h"
#include "server/iam/quotas.h"
#include "server/iam/roles.h"
#include "server/iam/trust_policy.h"
#include "server/pipeline/mfa.h"
#include "store/entities.h"
#include "store/items.h"
#include "store/principals.h"

namespace keymill::iam {
namespace {

using store::EntityKind;
using store::ItemKind;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

/// ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$
bool IsAlias(std::u32string_view text) {
  const auto letter_or_digit = [](char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9'); };
  if (text.size() < 3 || text.size() > 63 || !letter_or_digit(text.front()) || !letter_or_digit(text.back())) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [&](char32_t c) { return c == U'-' || letter_or_digit(c); }) &&
         text.find(U"--") == std::u32string_view::npos;
}

constexpr aws::StringField kAccountAlias{
    "AccountAlias", {.min = 3, .max = 63, .matches = &IsAlias, .pattern = "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"}};

constexpr std::string_view kTokenVersions[] = {"v1Token", "v2Token"};
constexpr aws::StringField kTokenVersion{"GlobalEndpointTokenVersion", {.values = kTokenVersions}};

/// 1 unless the account has chosen another.
std::size_t TokenVersion(const store::Reader& reader, const std::string& account) {
  const auto settings = AccountSettings(reader, account, 0);
  return Attribute(settings.attributes, kTokenVersion.name) == kTokenVersions[1] ? 2 : 1;
}

struct Entry {
  std::string_view key;
  std::size_t value;
};

std::size_t CountItems(const store::Reader& reader, ItemKind kind, const std::string& owner) {
  return store::ListItems(reader, kind, owner).size();
}

/// In the order of the service model.
std::vector<Entry> Summary(const store::Reader& reader, const std::string& account) {
  const auto policies = store::ListEntities(reader, EntityKind::kPolicy, account, {}, {}, kAll);
  std::size_t versions = 0;
  for (const store::Entity& policy : policies) versions += store::ListPolicyVersions(reader, policy.id).size();
  const auto devices = store::ListItems(reader, ItemKind::kMfaDevice, account);
  const auto of_owner = [](const std::string& owner) {
    return [&owner](const store::Item& device) { return Attribute(device.attributes, pipeline::kMfaUser) == owner; };
  };
  const std::string nobody;
  const auto unused = static_cast<std::size_t>(std::count_if(devices.begin(), devices.end(), of_owner(nobody)));
  const bool root_has_mfa = std::any_of(devices.begin(), devices.end(), of_owner(account));
  return {
      {"Users", store::CountUsers(reader, account)},
      {"UsersQuota", kMaxUsers},
      {"Groups", store::CountEntities(reader, EntityKind::kGroup, account)},
      {"GroupsQuota", kMaxGroups},
      {"ServerCertificates", store::CountEntities(reader, EntityKind::kServerCertificate, account)},
      {"ServerCertificatesQuota", kMaxServerCertificates},
      {"UserPolicySizeQuota", Traits(HolderKind::kUser).inline_size},
      {"GroupPolicySizeQuota", Traits(HolderKind::kGroup).inline_size},
      {"GroupsPerUserQuota", kMaxGroupsPerUser},
      {"SigningCertificatesPerUserQuota", kMaxSigningCertificates},
      {"AccessKeysPerUserQuota", kMaxAccessKeys},
      {"MFADevices", devices.size()},
      {"MFADevicesInUse", devices.size() - unused},
      {"AccountMFAEnabled", root_has_mfa ? 1u : 0u},
      {"AccountAccessKeysPresent", store::ListAccessKeys(reader, account).empty() ? 0u : 1u},
      {"AccountPasswordPresent", 0},  // nobody signs in to a console here
      {"AccountSigningCertificatesPresent",
       store::ListItems(reader, ItemKind::kSigningCertificate, account).empty() ? 0u : 1u},
      {"AttachedPoliciesPerGroupQuota", kMaxAttached},
      {"AttachedPoliciesPerRoleQuota", kMaxAttached},
      {"AttachedPoliciesPerUserQuota", kMaxAttached},
      {"Policies", policies.size()},
      {"PoliciesQuota", kMaxPolicies},
      {"PolicySizeQuota", kMaxPolicySize},
      {"PolicyVersionsInUse", versions},
      {"PolicyVersionsInUseQuota", kMaxPolicyVersionsInUse},
      {"VersionsPerPolicyQuota", kMaxPolicyVersions},
      {kTokenVersion.name, TokenVersion(reader, account)},
      {"AssumeRolePolicySizeQuota", kMaxTrustSize},
      {"InstanceProfiles", store::CountEntities(reader, EntityKind::kInstanceProfile, account)},
      {"InstanceProfilesQuota", kMaxInstanceProfiles},
      {"Providers", store::CountEntities(reader, EntityKind::kProvider, account) +
                        CountItems(reader, ItemKind::kSamlProvider, account) +
                        CountItems(reader, ItemKind::kOidcProvider, account)},
      {"RolePolicySizeQuota", Traits(HolderKind::kRole).inline_size},
      {"Roles", store::CountEntities(reader, EntityKind::kRole, account)},
      {"RolesQuota", kMaxRoles},
  };
}

}  // namespace

Result<store::Item> ReadAccountAlias(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  store::Item item;
  item.kind = ItemKind::kAccountAlias;
  item.owner = account;
  item.name = form.required(kAccountAlias);
  item.created = now;
  if (auto refusal = form.refusal()) return *refusal;
  return item;
}

Result<> SetAccountAlias(store::Txn& txn, const store::Item& item) {
  for (const store::Item& alias : store::AllItems(txn, ItemKind::kAccountAlias)) {
    if (alias.name == item.name) {
      return aws::Error(EntityAlreadyExists, "The account alias " + item.name + " already exists.");
    }
  }
  for (const store::Item& former : store::ListItems(txn, item.kind, item.owner)) store::EraseItem(txn, former);
  store::PutItem(txn, item);
  return {};
}

Task<Result<http::Response>> CreateAccountAlias(pipeline::Call& call) {
  const auto item = ReadAccountAlias(call.params().all(), call.identity().account, call.now());
  if (!item) co_return item.error();
  auto create = [&](store::Txn& txn) { return SetAccountAlias(txn, *item); };
  co_return co_await CommitThenAnswer(call, create);
}

Task<Result<http::Response>> DeleteAccountAlias(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string alias = form.required(kAccountAlias);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto item = store::FindItem(txn, ItemKind::kAccountAlias, call.identity().account, alias);
    if (!item) return aws::Error(NoSuchEntity, "The Account Alias " + alias + " cannot be found.");
    store::EraseItem(txn, *item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListAccountAliases(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    return store::ListItems(reader, ItemKind::kAccountAlias, call.identity().account);
  };
  auto aliases = co_await call.read(list);
  const bool truncated = Slice(aliases, page, [](const store::Item& alias) { return alias.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("AccountAliases");
    for (const store::Item& alias : aliases) xml.text("member", alias.name);
    xml.close();
    WritePageEnd(xml, truncated, truncated ? aliases.back().name : std::string_view{});
  });
}

Task<Result<http::Response>> SetSecurityTokenServicePreferences(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string version = form.required(kTokenVersion);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto set = [&](store::Txn& txn) -> Result<> {
    store::Item settings = AccountSettings(txn, call.identity().account, call.now());
    SetAttribute(settings.attributes, kTokenVersion.name, version);
    settings.updated = call.now();
    store::PutItem(txn, settings);
    return {};
  };
  co_return co_await CommitThenAnswer(call, set);
}

Task<Result<http::Response>> GetAccountSummary(pipeline::Call& call) {
  auto count = [&](const store::Reader& reader) { return Summary(reader, call.identity().account); };
  const auto entries = co_await call.read(count);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("SummaryMap");
    for (const Entry& entry : entries) {
      xml.open("entry").text("key", entry.key).number("value", static_cast<std::int64_t>(entry.value)).close();
    }
    xml.close();
  });
}

}  // namespace keymill::iam
