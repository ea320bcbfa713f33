#include "server/control/export.h"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "server/control/errors.h"
#include "server/control/export_buckets.h"
#include "server/control/export_credentials.h"
#include "server/control/export_json.h"
#include "server/control/operator.h"
#include "server/control/seed_document.h"
#include "server/iam/access_keys.h"
#include "server/iam/attributes.h"
#include "server/iam/holders.h"
#include "server/iam/instance_profiles.h"
#include "server/iam/managed.h"
#include "server/iam/trust_policy.h"
#include "store/accounts.h"
#include "store/buckets.h"
#include "store/entities.h"
#include "store/items.h"
#include "store/principals.h"

namespace keymill::control {
namespace {

namespace json = boost::json;
using store::EntityKind;
using store::Relation;

constexpr std::size_t kAll = ~std::size_t{0};

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
    Put(to, "password_policy", ExportPasswordPolicy(reader_, from.id));
    Put(to, "root_access_keys", keys(from.id));
    Put(to, "oidc_providers", ExportOidcProviders(reader_, from.id));
    Put(to, "saml_providers", ExportSamlProviders(reader_, from.id));
    Put(to, "policies", entities(from.id, EntityKind::kPolicy, &Exporter::policy));
    Put(to, "groups", entities(from.id, EntityKind::kGroup, &Exporter::policies_of));
    json::array users;
    for (const store::User& each : store::ListUsers(reader_, from.id, "/", {}, kAll)) users.push_back(user(each));
    Put(to, "users", std::move(users));
    if (options_.secrets) Put(to, "mfa_devices", ExportMfaDevices(reader_, from.id));
    Put(to, "roles", entities(from.id, EntityKind::kRole, &Exporter::role));
    Put(to, "instance_profiles", entities(from.id, EntityKind::kInstanceProfile, &Exporter::profile));
    json::array buckets;
    for (const store::Bucket& each : store::ListBuckets(reader_, from.id, {}, {}, kAll))
      buckets.push_back(buckets_.bucket(each));
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
    to["trust_policy"] = PolicyOf(iam::ShowTrust(reader_, from).document);
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
    if (options_.secrets) Put(to, "login_profile", ExportLogin(reader_, from.id));
    Put(to, "access_keys", keys(from.id));
    return to;
  }

  const store::Reader& reader_;
  const ExportOptions options_;
  BucketExporter buckets_{reader_, options_};
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
  } catch (const ExportIsTooLarge&) {
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
