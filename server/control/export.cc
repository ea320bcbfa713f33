#include "server/control/export.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "server/aws/form.h"
#include "server/aws/ids.h"
#include "server/control/errors.h"
#include "server/control/operator.h"
#include "server/control/seed_document.h"
#include "server/iam/access_keys.h"
#include "server/iam/attributes.h"
#include "server/iam/instance_profiles.h"
#include "server/iam/managed.h"
#include "server/iam/service_roles.h"
#include "server/s3/acl.h"
#include "server/s3/bucket_state.h"
#include "server/s3/customer_key.h"
#include "server/s3/documents.h"
#include "server/s3/lock_configuration.h"
#include "sigv4/encoding.h"
#include "store/accounts.h"
#include "store/blobs.h"
#include "store/buckets.h"
#include "store/entities.h"
#include "store/items.h"
#include "store/objects.h"
#include "store/principals.h"

namespace keymill::control {
namespace {

namespace json = boost::json;
using store::EntityKind;
using store::Relation;

constexpr std::size_t kAll = ~std::size_t{0};

/// The contents of the objects alone are too much.
struct TooLarge {};

void Put(json::object& object, std::string_view name, json::value value) {
  const bool empty = value.is_null() || (value.is_string() && value.get_string().empty()) ||
                     (value.is_array() && value.get_array().empty()) ||
                     (value.is_object() && value.get_object().empty());
  if (!empty) object[name] = std::move(value);
}

json::object PairsOf(const store::StringPairs& pairs) {
  json::object object;
  for (const auto& [key, value] : pairs) object[key] = value;
  return object;
}

/// As JSON where that gives the same text again, so that people can read it.
json::value PolicyOf(const std::string& text) {
  json::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object() || json::serialize(value) != text) return json::value(text);
  return value;
}

bool IsUtf8(const std::string& text) {
  const std::u32string points = aws::CodePoints(text);
  return std::find(points.begin(), points.end(), U'\xFFFD') == points.end();
}

void Indent(const json::value& value, std::size_t depth, std::string& out) {
  const auto line = [&](std::size_t by) { out.append("\n").append(2 * by, ' '); };
  bool first = true;
  const auto begin = [&] {
    if (!first) out += ',';
    first = false;
    line(depth + 1);
  };
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& member : value.get_object()) {
      begin();
      out.append(json::serialize(member.key())).append(": ");
      Indent(member.value(), depth + 1, out);
    }
    line(depth);
    out += '}';
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const json::value& element : value.get_array()) {
      begin();
      Indent(element, depth + 1, out);
    }
    line(depth);
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

class Exporter {
 public:
  Exporter(const store::Reader& reader, const ExportOptions& options) : reader_(reader), options_(options) {}

  json::object everything() {
    json::array accounts;
    for (const store::Account& each : store::ListAccounts(reader_)) accounts.push_back(account(each));
    return {{"accounts", std::move(accounts)}};
  }

 private:
  json::object account(const store::Account& from) {
    json::object to{{"account_id", from.id}};
    Put(to, "name", json::value(from.name));
    for (const store::Item& alias : store::ListItems(reader_, store::ItemKind::kAccountAlias, from.id)) {
      Put(to, "alias", json::value(alias.name));
    }
    Put(to, "root_access_keys", keys(from.id));
    Put(to, "policies", entities(from.id, EntityKind::kPolicy, &Exporter::policy));
    Put(to, "groups", entities(from.id, EntityKind::kGroup, &Exporter::policies_of));
    json::array users;
    for (const store::User& each : store::ListUsers(reader_, from.id, "/", {}, kAll)) users.push_back(user(each));
    Put(to, "users", std::move(users));
    Put(to, "roles", entities(from.id, EntityKind::kRole, &Exporter::role));
    Put(to, "instance_profiles", entities(from.id, EntityKind::kInstanceProfile, &Exporter::profile));
    json::array buckets;
    for (const store::Bucket& each : store::ListBuckets(reader_, from.id, {}, {}, kAll))
      buckets.push_back(bucket(each));
    Put(to, "buckets", std::move(buckets));
    return to;
  }

  json::array keys(const std::string& owner_id) {
    json::array all;
    if (!options_.secrets) return all;
    auto keys = store::ListAccessKeys(reader_, owner_id);
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const store::AccessKey& key : keys) {
      const bool active = key.status == store::KeyStatus::kActive;
      all.push_back(
          json::object{{"access_key_id", key.id},
                       {"secret_access_key", key.secret},
                       {"status", iam::StatusName(active ? store::KeyStatus::kActive : store::KeyStatus::kInactive)}});
    }
    return all;
  }

  static json::object named(const std::string& name, const std::string& path) {
    json::object to{{"name", name}};
    if (path != "/") to["path"] = path;
    return to;
  }

  json::array entities(const std::string& account, EntityKind kind,
                       void (Exporter::*rest)(const store::Entity&, json::object&)) {
    json::array all;
    for (const store::Entity& entity : store::ListEntities(reader_, kind, account, {}, {}, kAll)) {
      if (kind == EntityKind::kRole && iam::IsServiceLinked(entity)) continue;  // services make theirs themselves
      json::object to = named(entity.name, entity.path);
      Put(to, "description", json::value(iam::Attribute(entity.attributes, iam::kDescriptionAttribute)));
      Put(to, "tags", PairsOf(entity.tags));
      (this->*rest)(entity, to);
      all.push_back(std::move(to));
    }
    return all;
  }

  void policy(const store::Entity& from, json::object& to) {
    const auto version = store::FindPolicyVersion(reader_, from.id, iam::DefaultVersion(from));
    if (version) to["document"] = PolicyOf(version->document);
  }

  void policies_of(const store::Entity& from, json::object& to) { holder(from.id, to); }

  void holder(const std::string& id, json::object& to) {
    json::object inlined;
    for (const auto& policy : store::ListInlinePolicies(reader_, id)) inlined[policy.name] = PolicyOf(policy.document);
    Put(to, "inline_policies", std::move(inlined));
    json::array attached;
    for (const std::string& arn : store::LinksFrom(reader_, Relation::kAttachment, id)) attached.emplace_back(arn);
    Put(to, "attached_policies", std::move(attached));
  }

  void role(const store::Entity& from, json::object& to) {
    to["trust_policy"] = PolicyOf(from.document);
    if (const auto seconds = iam::NumberAttribute(from.attributes, iam::kSessionDurationAttribute); seconds != 0) {
      to["max_session_duration"] = seconds;
    }
    Put(to, "permissions_boundary", json::value(from.permissions_boundary));
    holder(from.id, to);
  }

  void profile(const store::Entity& from, json::object& to) {
    for (const std::string& id : store::LinksFrom(reader_, Relation::kProfileRole, from.id)) {
      if (const auto found = store::FindEntityById(reader_, id)) to["role"] = found->name;
    }
  }

  json::object user(const store::User& from) {
    json::object to = named(from.name, from.path);
    Put(to, "tags", PairsOf(from.tags));
    std::vector<std::string> groups;
    for (const std::string& id : store::LinksFrom(reader_, Relation::kMember, from.id)) {
      if (const auto group = store::FindEntityById(reader_, id)) groups.push_back(group->name);
    }
    std::sort(groups.begin(), groups.end());
    Put(to, "groups", json::value_from(groups));
    Put(to, "permissions_boundary", json::value(from.permissions_boundary));
    holder(from.id, to);
    const bool has_policies = to.contains("groups") || to.contains("permissions_boundary") ||
                              to.contains("inline_policies") || to.contains("attached_policies");
    // What makes a user governed is gone, but it stays so: otherwise it would get more permissions than it has.
    if (!has_policies && iam::Attribute(from.attributes, iam::kGovernedAttribute) == iam::kGovernedValue) {
      to["governed_by_policies"] = true;
    }
    Put(to, "access_keys", keys(from.id));
    return to;
  }

  json::object bucket(const store::Bucket& from) {
    json::object to{{"name", from.name}, {"region", from.region}};
    if (from.object_lock) to["object_lock"] = true;
    if (from.versioning != store::Versioning::kUnversioned) {
      to["versioning"] = from.versioning == store::Versioning::kEnabled ? "Enabled" : "Suspended";
    }
    if (s3::HasAcls(from)) {  // without ownership controls a bucket behaves as with these
      to["object_ownership"] = from.object_ownership == "none" ? std::string("ObjectWriter") : from.object_ownership;
    }
    const std::string owner_id = aws::CanonicalUserId(from.account);
    if (!from.acl.empty()) to["acl"] = s3::AclDocument(owner_id, s3::DecodeGrants(from.acl, owner_id));
    Put(to, "tags", PairsOf(from.tags));
    json::object configurations;
    for (const std::string& name : store::ListDocuments(reader_, from.id)) {
      if (name == s3::kPolicyDocument) {
        to["policy"] = PolicyOf(store::FindDocument(reader_, from.id, name).value_or(""));
      } else if (name == s3::kLockDocument) {
        configurations[name] = store::FindDocument(reader_, from.id, name).value_or("");
      } else if (const s3::DocumentKind* kind = s3::FindDocumentKind(name)) {
        const auto text = s3::FindWholeDocument(reader_, from, *kind, name);
        configurations[name] = text ? json::value(*text) : json::value();
      }
    }
    Put(to, "configurations", std::move(configurations));
    if (options_.objects) Put(to, "objects", objects(from.id));
    return to;
  }

  json::array objects(store::BucketId bucket) {
    json::array all;
    store::ListQuery query;
    store::ListPage page;
    do {
      page = store::ListObjects(reader_, bucket, query);
      for (const store::Object& listed : page.objects) {
        const auto found = store::FindObject(reader_, bucket, listed.key);
        if (!found || found->delete_marker || s3::HasCustomerKey(*found)) continue;  // nobody here can read those
        all.push_back(object(*found));
      }
      query.start_after = page.last;
    } while (page.truncated);
    return all;
  }

  json::object object(const store::Object& from) {
    size_ += from.size;
    if (size_ > kMaxSeed) throw TooLarge();
    std::string content;
    store::BodyReader body(reader_, from.body, 0, from.size);
    for (auto piece = body.next(); !piece.empty(); piece = body.next()) {
      content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    json::object to{{"key", from.key}};
    if (IsUtf8(content))
      to["content"] = std::move(content);
    else
      to["content"] = json::object{{"base64", sigv4::base64_encode(content)}};
    Put(to, "content_type", json::value(from.content_type));
    Put(to, "cache_control", json::value(from.cache_control));
    Put(to, "content_disposition", json::value(from.content_disposition));
    Put(to, "content_encoding", json::value(from.content_encoding));
    Put(to, "content_language", json::value(from.content_language));
    Put(to, "expires", json::value(from.expires));
    Put(to, "metadata", PairsOf(from.metadata));
    Put(to, "tags", PairsOf(from.tags));
    return to;
  }

  const store::Reader& reader_;
  const ExportOptions options_;
  std::uint64_t size_ = 0;  ///< of contents so far
};

Task<Result<http::Response>> Answer(pipeline::Call& call, bool secrets) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const ExportOptions options{secrets, call.params().find("objects") == "true"};
  std::optional<std::string> text;
  auto work = [&] {
    call.services().committer.exclusive([&] {  // nothing changes while it reads
      text = ExportSeed(store::Reader(call.services().db, store::Reader::Mode::kBlocking), options);
    });
  };
  co_await http::Blocking(work);
  if (!text) co_return aws::Error(ExportTooLarge);
  http::Response response;
  response.body(*std::move(text), "application/json");
  co_return response;
}

}  // namespace

std::optional<std::string> ExportSeed(const store::Reader& reader, const ExportOptions& options) {
  std::string text;
  try {
    Indent(Exporter(reader, options).everything(), 0, text);
  } catch (const TooLarge&) {
    return std::nullopt;
  }
  text += '\n';
  if (text.size() > kMaxSeed) return std::nullopt;
  return text;
}

Task<Result<http::Response>> GetExport(pipeline::Call& call) {
  return Answer(call, false);
}

Task<Result<http::Response>> GetExportWithSecrets(pipeline::Call& call) {
  return Answer(call, true);
}

}  // namespace keymill::control
