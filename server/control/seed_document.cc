#include "server/control/seed_document.h"

#include "server/aws/ids.h"
#include "server/control/seed_fields.h"
#include "server/iam/access_keys.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

SeedKey ReadKey(JsonFields& fields) {
  SeedKey key;
  key.path = fields.path();
  key.id = fields.required("access_key_id");
  if (!key.id.empty() && !iam::IsAccessKeyId(key.id)) {
    fields.complain("access_key_id", "must be 16 to 128 letters, digits or '_'");
  }
  key.secret = fields.optional("secret_access_key");
  if (key.secret && key.secret->empty()) fields.complain("secret_access_key", "must not be empty");
  key.description = fields.text("description");
  if (const auto status = fields.optional("status")) {
    if (*status == iam::StatusName(store::KeyStatus::kActive))
      key.active = true;
    else if (*status == iam::StatusName(store::KeyStatus::kInactive))
      key.active = false;
    else
      fields.complain("status", "must be Active or Inactive");
  }
  return key;
}

class Reader {
 public:
  Reader(const std::string& own_account, Complaints& complaints) : own_account_(own_account), complaints_(complaints) {}

  SeedAccount account(JsonFields& fields) {
    SeedAccount account;
    account.path = fields.path();
    account.id = fields.optional("account_id").value_or(own_account_);
    if (!aws::IsAccountId(account.id)) fields.complain("account_id", "must be 12 digits");
    account.name = fields.optional("name");
    account.alias = ReadText(fields, "alias");
    account.root_access_keys = ReadAll<SeedKey>(fields, "root_access_keys", complaints_, [&](JsonFields& key) {
      SeedKey read = ReadKey(key);
      if (!read.description.empty()) key.complain("description", "is for keys of users: it is kept as a tag");
      return read;
    });
    const auto all = [&](std::string_view name, void (Reader::*rest)(JsonFields&, SeedPrincipal&)) {
      return ReadAll<SeedPrincipal>(fields, name, complaints_, [&](JsonFields& element) {
        auto principal = named<SeedPrincipal>(element, "name");
        principal.iam_path = element.optional("path");
        (this->*rest)(element, principal);
        return principal;
      });
    };
    account.password_policy = ReadPasswordPolicy(fields, complaints_);
    account.saml_providers = ReadAll<SeedPrincipal>(fields, "saml_providers", complaints_, [](JsonFields& element) {
      auto provider = named<SeedPrincipal>(element, "name");
      provider.tags = element.pairs("tags");
      provider.document = SeedText{element.path("metadata"), element.required("metadata")};
      return provider;
    });
    account.oidc_providers = ReadAll<SeedOidcProvider>(fields, "oidc_providers", complaints_, [](JsonFields& element) {
      auto provider = named<SeedOidcProvider>(element, "url");
      ReadOidcProvider(element, provider);
      return provider;
    });
    account.mfa_devices = ReadAll<SeedMfaDevice>(fields, "mfa_devices", complaints_, [](JsonFields& element) {
      auto device = named<SeedMfaDevice>(element, "name");
      device.iam_path = element.optional("path");
      ReadMfaDevice(element, device);
      return device;
    });
    account.policies = all("policies", &Reader::policy);
    account.groups = all("groups", &Reader::policies_of);
    account.users = all("users", &Reader::user);
    account.roles = all("roles", &Reader::role);
    account.instance_profiles = all("instance_profiles", &Reader::profile);
    account.buckets = ReadAll<SeedBucket>(fields, "buckets", complaints_,
                                          [&](JsonFields& element) { return ReadBucket(element, complaints_); });
    return account;
  }

 private:
  template <class T>
  static T named(JsonFields& fields, std::string_view name) {
    T principal;
    principal.path = fields.path();
    principal.name = fields.required(name);
    return principal;
  }

  void policy(JsonFields& fields, SeedPrincipal& policy) {
    policy.description = fields.optional("description");
    policy.tags = fields.pairs("tags");
    policy.document = ReadDocument(fields, "document", true);
  }

  void policies_of(JsonFields& fields, SeedPrincipal& holder) {
    fields.each_member("inline_policies", [&](const std::string& name, const json::value& value, std::string path) {
      auto text = DocumentText(value);
      if (text)
        holder.inline_policies.push_back({std::move(path), name, std::move(text)});
      else
        complaints_.push_back({std::move(path), "must be a policy, as an object or as a string"});
    });
    holder.attached_policies = ReadTexts(fields, "attached_policies");
  }

  void user(JsonFields& fields, SeedPrincipal& user) {
    policies_of(fields, user);
    user.tags = fields.pairs("tags");
    user.boundary = ReadText(fields, "permissions_boundary");
    user.groups = ReadTexts(fields, "groups");
    user.governed = fields.flag("governed_by_policies");
    user.login_profile = ReadLogin(fields, complaints_);
    user.access_keys = ReadAll<SeedKey>(fields, "access_keys", complaints_, ReadKey);
    for (const SeedKey& key : user.access_keys) {
      if (!key.description.empty()) user.tags.emplace_back(key.id, key.description);
    }
  }

  void role(JsonFields& fields, SeedPrincipal& role) {
    policies_of(fields, role);
    role.description = fields.optional("description");
    role.tags = fields.pairs("tags");
    role.boundary = ReadText(fields, "permissions_boundary");
    role.max_session_duration = fields.number("max_session_duration");
    role.document = ReadDocument(fields, "trust_policy", true);
  }

  void profile(JsonFields& fields, SeedPrincipal& profile) {
    profile.tags = fields.pairs("tags");
    profile.role = ReadText(fields, "role");
  }

  const std::string& own_account_;
  Complaints& complaints_;
};

}  // namespace

Seed ReadSeed(const json::value& value, const std::string& own_account, Complaints& complaints) {
  Seed seed;
  Reader reader(own_account, complaints);
  JsonFields fields(value, "$", complaints);
  seed.accounts = ReadAll<SeedAccount>(fields, "accounts", complaints,
                                       [&](JsonFields& element) { return reader.account(element); });
  fields.finish();
  return seed;
}

}  // namespace keymill::control
