#include "server/pipeline/named_principals.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/policy/principal_names.h"
#include "store/accounts.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::pipeline {
namespace {

bool IsUniqueId(std::string_view name) {
  return name.starts_with("AIDA") || name.starts_with("AROA");
}

/// The ARN of the user or role with this id; nullopt if it is gone.
std::optional<std::string> ArnOf(const store::Reader& reader, std::string_view id) {
  if (const auto user = store::FindUserById(reader, id)) {
    return aws::IamArn(user->account, "user", user->path, user->name);
  }
  const auto role = store::FindEntityById(reader, id);
  if (!role || role->kind != store::EntityKind::kRole) return std::nullopt;
  return aws::IamArn(role->account, "role", role->path, role->name);
}

/// The unique id of the user or role with this ARN; nullopt if there is none.
std::optional<std::string> IdOf(const store::Reader& reader, std::string_view kind, std::string_view arn,
                                const aws::Arn& parts) {
  std::optional<std::string> id;
  if (kind == "user") {
    if (auto user = store::FindUser(reader, parts.account, parts.name())) id = std::move(user->id);
  } else if (auto role = store::FindEntity(reader, store::EntityKind::kRole, parts.account, parts.name())) {
    id = std::move(role->id);
  }
  return id && ArnOf(reader, *id) == arn ? id : std::nullopt;
}

/// True if `name` may stand in a policy; adds its id if it is a user or role.
bool Find(const store::Reader& reader, const std::string& name, store::StringPairs& ids) {
  if (IsUniqueId(name)) return ArnOf(reader, name).has_value();
  const auto arn = aws::Arn::Parse(name);
  if (!arn || arn->service != "iam" || !store::FindAccount(reader, arn->account)) return true;
  const std::string_view kind = arn->resource.substr(0, arn->resource.find('/'));
  if (kind != "user" && kind != "role") return true;
  auto id = IdOf(reader, kind, name, *arn);
  if (!id) return false;
  ids.emplace_back(name, std::move(*id));
  return true;
}

}  // namespace

std::optional<std::string> FindNamed(const store::Reader& reader, const policy::Document& document,
                                     store::StringPairs& ids) {
  for (const policy::Statement& statement : document.statements()) {
    if (!statement.principals) continue;
    for (const auto& entry : statement.principals->entries()) {
      if (entry.type == policy::PrincipalSet::Type::kAws && !Find(reader, entry.text, ids)) return entry.text;
    }
  }
  return std::nullopt;
}

void BindNamed(policy::Document& document, const store::StringPairs& ids) {
  for (const auto& [arn, id] : ids) document.bind_principal(arn, id);
}

std::string ShowNamed(const store::Reader& reader, std::string_view text, const store::StringPairs& ids) {
  return policy::RenamePrincipals(text, [&](std::string_view name) -> std::optional<std::string> {
    const auto found = std::find_if(ids.begin(), ids.end(), [&](const auto& pair) { return pair.first == name; });
    if (found == ids.end()) return IsUniqueId(name) ? ArnOf(reader, name) : std::nullopt;
    std::string shown = ArnOf(reader, found->second).value_or(found->second);
    return shown == name ? std::nullopt : std::optional(std::move(shown));
  });
}

std::string EncodeNamed(const store::StringPairs& ids) {
  std::string text;
  for (const auto& [arn, id] : ids) text.append(arn).append(" ").append(id).append("\n");
  return text;
}

store::StringPairs DecodeNamed(std::string_view text) {
  store::StringPairs ids;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto space = line.find(' ');
    if (space != std::string_view::npos) ids.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return ids;
}

}  // namespace keymill::pipeline
