#include "server/policy/principal.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "server/policy/pattern.h"

namespace keymill::policy {
namespace {

bool IsAccountId(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// AIDA… or AROA…: what AWS shows for a principal that has been deleted.
bool IsUniqueId(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 && (text.starts_with("AIDA") || text.starts_with("AROA")) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool IsPrincipalArn(std::string_view text) {
  auto parts = ArnParts::Split(text);
  if (!parts || parts->part[0] != "arn" || !parts->part[3].empty()) return false;
  const std::string_view service = parts->part[2];
  const std::string_view resource = parts->part[5];
  if (!IsAccountId(parts->part[4]) || text.find_first_of("*?") != std::string_view::npos) return false;
  if (service == "iam") {
    return resource == "root" || resource.starts_with("user/") || resource.starts_with("role/");
  }
  return service == "sts" && (resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"));
}

/// The account of arn:aws:iam::ACCOUNT:root; empty if the text is another ARN.
std::string_view RootAccount(std::string_view arn) {
  auto parts = ArnParts::Split(arn);
  return parts && parts->part[2] == "iam" && parts->part[5] == "root" ? parts->part[4] : std::string_view{};
}

}  // namespace

bool PrincipalSet::add(Type type, std::string_view text) {
  if (type == Type::kAws && text == "*") type = Type::kEverybody;
  if (type == Type::kAws) {
    if (IsAccountId(text)) {
      entries_.push_back({type, "arn:aws:iam::" + std::string(text) + ":root"});
      return true;
    }
    if (!IsPrincipalArn(text) && !IsUniqueId(text)) return false;
  }
  if (text.empty()) return false;
  entries_.push_back({type, std::string(text)});
  return true;
}

bool PrincipalSet::names_everybody() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return e.type == Type::kEverybody; });
}

Naming PrincipalSet::naming(const Entry& entry, const Principal& principal) {
  using Kind = Principal::Kind;
  switch (entry.type) {
    case Type::kEverybody:
      return Naming::kSelf;
    case Type::kService:
      return principal.kind == Kind::kService && principal.arn == entry.text ? Naming::kSelf : Naming::kNot;
    case Type::kFederated:
      return principal.kind == Kind::kFederated && principal.arn == entry.text ? Naming::kSelf : Naming::kNot;
    case Type::kCanonicalUser:
      return !principal.canonical_id.empty() && principal.canonical_id == entry.text ? Naming::kAccount : Naming::kNot;
    case Type::kAws:
      break;
  }
  if (principal.account.empty()) return Naming::kNot;
  const std::string& entity = entry.unique_id.empty() ? entry.text : entry.unique_id;
  if (!principal.entity_id.empty() && entity == principal.entity_id) {
    return principal.kind == Kind::kUser ? Naming::kSelf : Naming::kRole;
  }
  if (!entry.unique_id.empty()) return Naming::kNot;
  if (entry.text == principal.arn) return principal.kind == Kind::kRoot ? Naming::kAccount : Naming::kSelf;
  if (!principal.role_arn.empty() && entry.text == principal.role_arn) return Naming::kRole;
  return RootAccount(entry.text) == principal.account ? Naming::kAccount : Naming::kNot;
}

void PrincipalSet::bind(std::string_view arn, std::string_view unique_id) {
  for (Entry& entry : entries_) {
    if (entry.type == Type::kAws && entry.text == arn) entry.unique_id = unique_id;
  }
}

Naming PrincipalSet::names(const Principal& principal) const {
  Naming closest = Naming::kNot;
  for (const Entry& entry : entries_) closest = std::max(closest, naming(entry, principal));
  return closest;
}

}  // namespace keymill::policy
