#include "server/control/errors.h"
#include "server/control/seed_apply.h"
#include "server/iam/attributes.h"
#include "server/iam/login_profiles.h"
#include "server/iam/mfa_devices.h"
#include "server/iam/oidc_providers.h"
#include "server/iam/owner.h"
#include "server/iam/password_policy.h"
#include "server/iam/saml_providers.h"
#include "server/pipeline/mfa.h"
#include "sigv4/digest.h"
#include "store/items.h"
#include "store/principals.h"
#include "store/vault.h"

// What a seed says of passwords, MFA devices and identity providers.

namespace keymill::control {

using store::Item;
using store::ItemKind;

void PreparePasswords(const store::Reader& reader, Seed& seed) {
  for (SeedAccount& account : seed.accounts) {
    for (SeedPrincipal& user : account.users) {
      if (!user.login_profile || !user.login_profile->password) continue;
      SeedLogin& login = *user.login_profile;
      const auto there = store::FindUser(reader, account.id, user.name);
      const auto profile = there ? store::FindItem(reader, ItemKind::kLoginProfile, there->id) : std::nullopt;
      const bool same = profile && store::PasswordMatches(profile->secret, *login.password);
      login.hash = same ? profile->secret : store::HashPassword(*login.password);
    }
  }
}

Result<bool> SeedRun::password_policy(const SeedAccount& wanted) {
  if (!wanted.password_policy) return false;
  at_ = wanted.password_policy->path;
  const auto item = iam::ReadPasswordPolicy(wanted.password_policy->parameters, wanted.id, now_);
  if (!item) return item.error();
  const auto former = store::FindItem(txn_, ItemKind::kPasswordPolicy, wanted.id);
  if (former && former->attributes == item->attributes) return false;
  store::PutItem(txn_, *item);
  return true;
}

Result<bool> SeedRun::login(const SeedAccount& account, const SeedPrincipal& wanted, const store::User& user) {
  if (!wanted.login_profile) return false;
  const SeedLogin& login = *wanted.login_profile;
  at_ = login.path;
  const auto former = store::FindItem(txn_, ItemKind::kLoginProfile, user.id);
  Item profile = former.value_or(Item());
  if (!former) {
    if (!login.hash) return aws::Error(InvalidSeed, "the user has no password yet, so one must be given");
    profile.kind = ItemKind::kLoginProfile;
    profile.owner = user.id;
    profile.created = now_;
    iam::SetResetRequired(profile, false);
  }
  const bool other = login.hash && !sigv4::equal_constant_time(*login.hash, profile.secret);
  if (other && login.password) {
    const auto policy = iam::FindPasswordPolicy(txn_, account.id);
    if (auto complaint = iam::PasswordComplaint(policy, *login.password)) {
      return aws::Error(InvalidSeed, *std::move(complaint));
    }
  }
  if (other) iam::SetPassword(profile, *login.hash, now_);
  const bool was_required = iam::IsResetRequired(profile);
  if (login.reset_required) iam::SetResetRequired(profile, *login.reset_required);
  const bool changed = other || iam::IsResetRequired(profile) != was_required;
  if (changed) store::PutItem(txn_, profile);
  return changed;
}

Result<> SeedRun::device(const SeedAccount& account, const SeedMfaDevice& wanted) {
  auto read = iam::ReadCreateMfaDevice(FormOf(wanted, "VirtualMFADeviceName"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("MFA device", account.id, read->name); !first) return first;
  const auto former = store::FindItem(txn_, read->kind, read->owner, read->name);
  Item device = former ? *former : *std::move(read);
  bool changed = !former;
  if (!former && !wanted.seed) return aws::Error(InvalidSeed, "there is no such MFA device yet, so seed must be given");
  if (former) {
    const auto tagged = TakeTags(device.tags, wanted.tags);
    if (!tagged) return tagged.error();
    changed |= *tagged;
  }
  if (wanted.seed && !sigv4::equal_constant_time(*wanted.seed, device.secret)) {
    device.secret = *wanted.seed;
    // What was learnt of the former seed's codes is not true of the new one's.
    std::erase_if(device.attributes, [](const auto& each) {
      return each.first == pipeline::kMfaCounter || each.first == pipeline::kMfaDrift;
    });
    changed = true;
  }
  std::string owner_id = wanted.root ? account.id : std::string();
  if (wanted.user) {
    at_ = wanted.user->path;
    const auto user = iam::RequireUser(txn_, account.id, wanted.user->text);
    if (!user) return user.error();
    owner_id = user->id;
  }
  if (!owner_id.empty() && iam::Attribute(device.attributes, pipeline::kMfaUser) != owner_id) {
    if (auto assigned = iam::AssignMfaDevice(txn_, device, owner_id, now_); !assigned) return assigned;
    changed = true;
  }
  if (changed) store::PutItem(txn_, device);
  count(!former, changed);
  return {};
}

Result<> SeedRun::oidc_provider(const SeedAccount& account, const SeedOidcProvider& wanted) {
  aws::Form::Pairs form = FormOf(wanted, "Url");
  const auto add = [&](std::string_view list, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      form.emplace_back(std::string(list).append(".member.").append(std::to_string(i + 1)), values[i]);
    }
  };
  add("ClientIDList", wanted.client_ids);
  add("ThumbprintList", wanted.thumbprints);
  auto read = iam::ReadCreateOidcProvider(form, account.id, now_);
  if (!read) return read.error();
  if (auto first = once("OIDC provider", account.id, read->name); !first) return first;
  auto provider = store::FindItem(txn_, read->kind, read->owner, read->name);
  const bool created = !provider;
  bool changed = false;
  if (created) {
    if (auto added = iam::AddOidcProvider(txn_, *read); !added) return added;
    provider = *std::move(read);
  } else {
    if (iam::IssuerOf(*provider) != wanted.name) {
      return aws::Error(InvalidSeed, "there is a provider of this URL with another scheme");
    }
    const store::StringPairs before = provider->attributes;
    if (auto added = iam::AddClientsAndThumbprints(*provider, wanted.client_ids, wanted.thumbprints); !added) {
      return added;
    }
    const auto tagged = TakeTags(provider->tags, wanted.tags);
    if (!tagged) return tagged.error();
    changed = *tagged || provider->attributes != before;
  }
  if (wanted.jwks && wanted.jwks->text != provider->document) {
    provider->document = wanted.jwks->text;
    changed = true;
  }
  if (changed) store::PutItem(txn_, *provider);
  count(created, changed);
  return {};
}

Result<> SeedRun::saml_provider(const SeedAccount& account, const SeedPrincipal& wanted) {
  auto read = iam::ReadCreateSamlProvider(FormOf(wanted, "Name", "SAMLMetadataDocument"), account.id, now_);
  if (!read) return read.error();
  if (auto first = once("SAML provider", account.id, read->name); !first) return first;
  auto provider = store::FindItem(txn_, read->kind, read->owner, read->name);
  if (!provider) {
    count(true, false);
    return iam::AddSamlProvider(txn_, *read);
  }
  const auto tagged = TakeTags(provider->tags, wanted.tags);
  if (!tagged) return tagged.error();
  const bool changed = *tagged || provider->document != read->document;
  if (changed) {
    provider->document = read->document;
    provider->updated = now_;
    store::PutItem(txn_, *provider);
  }
  count(false, changed);
  return {};
}

Result<> SeedRun::providers(const SeedAccount& wanted) {
  for (const SeedOidcProvider& each : wanted.oidc_providers) {
    at_ = each.path;
    if (auto done = oidc_provider(wanted, each); !done) return done;
  }
  for (const SeedPrincipal& each : wanted.saml_providers) {
    at_ = each.path;
    if (auto done = saml_provider(wanted, each); !done) return done;
  }
  return {};
}

Result<> SeedRun::devices(const SeedAccount& wanted) {
  for (const SeedMfaDevice& each : wanted.mfa_devices) {
    at_ = each.path;
    if (auto done = device(wanted, each); !done) return done;
  }
  return {};
}

}  // namespace keymill::control
