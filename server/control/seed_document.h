#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/control/json_fields.h"
#include "store/records.h"

/// A seed file as SEED.md describes it, read into shapes. Everything remembers its path in the file, so that what turns
/// out wrong when it is applied can be told with its line. What is absent from the file stays as it is in the server.
namespace keymill::control {

inline constexpr std::size_t kMaxSeed = 16 << 20;  ///< octets of one document

struct SeedText {
  std::string path;  ///< in the file
  std::string text;
};
struct SeedNamedText {
  std::string path, name;
  std::optional<std::string> text;  ///< nullopt for JSON's null
};

struct SeedKey {
  std::string path;
  std::string id;
  std::optional<std::string> secret;
  std::optional<bool> active;
  std::string description;  ///< kept as the user's tag of the key's name, as AWS's console does
};

struct SeedLogin {
  std::string path;
  std::optional<std::string> password;
  std::optional<std::string> hash;  ///< as the store keeps it; of the password once PreparePasswords() was there
  std::optional<bool> reset_required;
};

/// A user, a group, a role, a managed policy or an instance profile, each with its part of this.
struct SeedPrincipal {
  std::string path, name;
  std::optional<std::string> iam_path, description;
  std::optional<std::int64_t> max_session_duration;  ///< seconds
  store::StringPairs tags;
  std::optional<SeedText> document;  ///< a policy's, or a role's trust policy
  std::optional<SeedText> boundary;  ///< the ARN or the name of a policy, as in attached_policies
  std::optional<SeedText> role;      ///< of an instance profile
  std::vector<SeedText> groups;
  bool governed = false;  ///< a user that may do only what policies allow, though it has none
  std::vector<SeedNamedText> inline_policies;
  std::vector<SeedText> attached_policies;
  std::vector<SeedKey> access_keys;
  std::optional<SeedLogin> login_profile;
};
/// Its name is the issuer's URL.
struct SeedOidcProvider : SeedPrincipal {
  std::vector<std::string> client_ids, thumbprints;
  std::optional<SeedText> jwks;
};
/// Of the user or of root, or of nobody.
struct SeedMfaDevice : SeedPrincipal {
  std::optional<std::string> seed;  ///< octets
  std::optional<SeedText> user;
  bool root = false;
};
struct SeedPasswordPolicy {
  std::string path;
  store::StringPairs parameters;  ///< of UpdateAccountPasswordPolicy
};

struct SeedEncryption {
  std::string path, algorithm;  ///< AES256, aws:kms, aws:kms:dsse
  std::string kms_key_id;       ///< empty = the account's own
  bool bucket_key = false;
};
struct SeedRetention {
  store::LockMode mode = store::LockMode::kNone;  ///< kNone: explicitly none, whatever the bucket's default
  store::Millis until = 0;
};

/// What an object is, or one version of it.
struct SeedVersion {
  std::string path, key;
  std::optional<std::string> version_id;  ///< as the store has it: empty for the null version
  bool delete_marker = false;
  std::string content;
  std::optional<std::filesystem::path> file;  ///< holds the content instead
  std::string content_type, cache_control, content_disposition, content_encoding, content_language, expires;
  std::string website_redirect, storage_class;  ///< as store::Object has them
  store::StringPairs metadata, tags;
  std::optional<std::string> checksum_algorithm;  ///< CRC64NVME if absent
  std::optional<std::string> owner;               ///< account; the bucket's if absent
  std::optional<SeedText> acl;
  std::optional<SeedEncryption> encryption;
  std::optional<SeedRetention> retention;
  std::optional<bool> legal_hold;
};

struct SeedObject {
  std::string path, key;
  std::vector<SeedVersion> versions;  ///< oldest first; never empty
};

struct SeedBucket {
  std::string path, name;
  std::optional<std::string> region;
  bool object_lock = false;
  std::optional<SeedText> versioning, object_ownership, acl, policy;
  store::StringPairs tags;
  std::vector<SeedNamedText> configurations;
  std::vector<SeedObject> objects;
};

struct SeedAccount {
  std::string path, id;
  std::optional<std::string> name;
  std::optional<SeedText> alias;
  std::vector<SeedKey> root_access_keys;
  std::optional<SeedPasswordPolicy> password_policy;
  std::vector<SeedPrincipal> policies, groups, users, roles, instance_profiles, saml_providers;
  std::vector<SeedOidcProvider> oidc_providers;
  std::vector<SeedMfaDevice> mfa_devices;
  std::vector<SeedBucket> buckets;
};

struct Seed {
  std::vector<SeedAccount> accounts;
};

/// Reads the shapes. `own_account` is meant where an account has no id. What is wrong goes to `complaints`; then the
/// result is not to be used.
Seed ReadSeed(const boost::json::value& value, const std::string& own_account, Complaints& complaints);

}  // namespace keymill::control
