#include "server/control/seed_document.h"

#include <boost/json/serialize.hpp>

#include "server/aws/ids.h"
#include "server/iam/access_keys.h"
#include "sigv4/encoding.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

std::string View(const json::string& text) {
  return std::string(text.begin(), text.end());
}

std::optional<SeedText> ReadText(JsonFields& fields, std::string_view name) {
  auto text = fields.optional(name);
  if (!text) return std::nullopt;
  return SeedText{fields.path(name), *std::move(text)};
}

/// A policy's text: a string as it is, an object as compact JSON.
std::optional<std::string> DocumentText(const json::value& value) {
  if (value.is_string()) return View(value.get_string());
  if (value.is_object()) return json::serialize(value);
  return std::nullopt;
}

std::optional<SeedText> ReadDocument(JsonFields& fields, std::string_view name, bool required) {
  const json::value* value = fields.find(name);
  if (value == nullptr) {
    if (required) fields.complain(name, "must be given");
    return std::nullopt;
  }
  auto text = DocumentText(*value);
  if (!text) {
    fields.complain(name, "must be a policy, as an object or as a string");
    return std::nullopt;
  }
  return SeedText{fields.path(name), *std::move(text)};
}

std::vector<SeedText> ReadTexts(JsonFields& fields, std::string_view name) {
  std::vector<SeedText> all;
  for (auto& [text, path] : fields.strings(name)) all.push_back({std::move(path), std::move(text)});
  return all;
}

template <class T, class Read>
std::vector<T> ReadAll(JsonFields& fields, std::string_view name, Complaints& complaints, Read&& read) {
  std::vector<T> all;
  fields.each(name, [&](const json::value& value, const std::string& path) {
    JsonFields element(value, path, complaints);
    all.push_back(read(element));
    element.finish();
  });
  return all;
}

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
        SeedPrincipal principal;
        principal.path = element.path();
        principal.name = element.required("name");
        principal.iam_path = element.optional("path");
        (this->*rest)(element, principal);
        return principal;
      });
    };
    account.policies = all("policies", &Reader::policy);
    account.groups = all("groups", &Reader::policies_of);
    account.users = all("users", &Reader::user);
    account.roles = all("roles", &Reader::role);
    account.instance_profiles = all("instance_profiles", &Reader::profile);
    account.buckets =
        ReadAll<SeedBucket>(fields, "buckets", complaints_, [&](JsonFields& element) { return bucket(element); });
    return account;
  }

 private:
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

  SeedBucket bucket(JsonFields& fields) {
    SeedBucket bucket;
    bucket.path = fields.path();
    bucket.name = fields.required("name");
    bucket.region = fields.optional("region");
    bucket.object_lock = fields.flag("object_lock");
    bucket.versioning = ReadText(fields, "versioning");
    if (bucket.versioning && bucket.versioning->text != "Enabled" && bucket.versioning->text != "Suspended") {
      fields.complain("versioning", "must be Enabled or Suspended");
    }
    bucket.object_ownership = ReadText(fields, "object_ownership");
    bucket.acl = ReadText(fields, "acl");
    bucket.policy = ReadDocument(fields, "policy", false);
    bucket.tags = fields.pairs("tags");
    fields.each_member("configurations", [&](const std::string& name, const json::value& value, std::string path) {
      if (value.is_null())
        bucket.configurations.push_back({std::move(path), name, std::nullopt});
      else if (value.is_string())
        bucket.configurations.push_back({std::move(path), name, View(value.get_string())});
      else
        complaints_.push_back({std::move(path), "must be S3's XML document as a string, or null"});
    });
    bucket.objects =
        ReadAll<SeedObject>(fields, "objects", complaints_, [&](JsonFields& element) { return object(element); });
    return bucket;
  }

  SeedObject object(JsonFields& fields) {
    SeedObject object;
    object.path = fields.path();
    object.key = fields.required("key");
    read_content(fields, object);
    object.content_type = fields.text("content_type");
    object.cache_control = fields.text("cache_control");
    object.content_disposition = fields.text("content_disposition");
    object.content_encoding = fields.text("content_encoding");
    object.content_language = fields.text("content_language");
    object.expires = fields.text("expires");
    object.metadata = fields.pairs("metadata");
    object.tags = fields.pairs("tags");
    return object;
  }

  void read_content(JsonFields& fields, SeedObject& object) {
    const json::value* content = fields.find("content");
    if (content == nullptr) return;
    if (content->is_string()) {
      object.content = View(content->get_string());
      return;
    }
    JsonFields source(*content, fields.path("content"), complaints_);
    const auto base64 = source.optional("base64"), file = source.optional("file");
    source.finish();
    if (!content->is_object()) return;
    if (base64.has_value() == file.has_value()) {
      fields.complain("content", "must be a string, {\"base64\": \"…\"} or {\"file\": \"…\"}");
    } else if (file) {
      object.file = *file;
    } else if (auto octets = sigv4::base64_decode(*base64)) {
      object.content = *std::move(octets);
    } else {
      source.complain("base64", "must be base64");
    }
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
