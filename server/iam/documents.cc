#include "server/iam/documents.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/iam/errors.h"
#include "sigv4/encoding.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::iam {
namespace {

/// False for a user or role ARN of `account` that names nobody. Other accounts are not looked into.
bool Exists(const store::Reader& reader, std::string_view account, std::string_view principal) {
  auto arn = aws::Arn::Parse(principal);
  if (!arn || arn->service != "iam" || arn->account != account) return true;
  const std::string_view kind = arn->resource.substr(0, arn->resource.find('/'));
  std::optional<std::string> path;
  if (kind == "user") {
    if (auto user = store::FindUser(reader, account, arn->name())) path = user->path;
  } else if (kind == "role") {
    auto role = store::FindEntity(reader, store::EntityKind::kRole, account, arn->name());
    if (role) path = role->path;
  } else {
    return true;
  }
  return path && aws::IamArn(account, kind, *path, arn->name()) == principal;
}

}  // namespace

std::optional<aws::Error> CheckDocument(std::string_view document, policy::Kind kind) {
  auto parsed = policy::Document::Parse(document, kind);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
  }
  return std::nullopt;
}

std::optional<aws::Error> CheckTrustDocument(const store::Reader& reader, std::string_view account,
                                             std::string_view document) {
  auto parsed = policy::Document::Parse(document, policy::Kind::kTrust);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
  }
  for (const policy::Statement& statement : std::get<policy::Document>(parsed).statements()) {
    if (!statement.principals) continue;
    for (const auto& entry : statement.principals->entries()) {
      if (entry.type == policy::PrincipalSet::Type::kAws && !Exists(reader, account, entry.text)) {
        return aws::Error(MalformedPolicyDocument, "Invalid principal in policy: \"AWS\":\"" + entry.text + "\"");
      }
    }
  }
  return std::nullopt;
}

std::size_t DocumentSize(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(
      document.begin(), document.end(), [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

std::string EncodedDocument(std::string_view document) {
  return sigv4::uri_encode(document);
}

}  // namespace keymill::iam
