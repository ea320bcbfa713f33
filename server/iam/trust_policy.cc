#include "server/iam/trust_policy.h"

#include <utility>
#include <variant>

#include "server/iam/attributes.h"
#include "server/iam/documents.h"
#include "server/iam/errors.h"
#include "server/iam/quotas.h"
#include "server/pipeline/named_principals.h"
#include "server/policy/rules.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kNamedAttribute = "TrustedPrincipals";

/// The users and roles that the policy names, with their ids.
Result<store::StringPairs> ReadTrust(const store::Reader& reader, const std::string& text) {
  if (text.starts_with(' ')) return aws::Error(MalformedPolicyDocument, std::string(kLeadingSpaces));
  auto parsed = policy::Document::Parse(text, policy::Kind::kTrust);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
  }
  store::StringPairs named;
  if (const auto nobody = pipeline::FindNamed(reader, std::get<policy::Document>(parsed), named)) {
    return aws::Error(MalformedPolicyDocument, policy::InvalidPrincipal(policy::Kind::kTrust, "AWS", *nobody).message);
  }
  if (DocumentSize(text) > kMaxTrustSize) return QuotaExceeded("ACLSizePerRole", kMaxTrustSize);
  return named;
}

}  // namespace

Result<> SetTrust(const store::Reader& reader, store::Entity& role, const std::string& document) {
  const auto named = ReadTrust(reader, document);
  if (!named) return named.error();
  role.document = document;
  SetAttribute(role.attributes, kNamedAttribute, pipeline::EncodeNamed(*named));
  return {};
}

std::optional<policy::Document> TrustPolicyOf(const store::Entity& role) {
  auto parsed = policy::Document::Parse(role.document, policy::Kind::kTrust);
  auto* trust = std::get_if<policy::Document>(&parsed);
  if (trust == nullptr) return std::nullopt;
  pipeline::BindNamed(*trust, pipeline::DecodeNamed(Attribute(role.attributes, kNamedAttribute)));
  return std::move(*trust);
}

store::Entity ShowTrust(const store::Reader& reader, store::Entity role) {
  const std::string named = Attribute(role.attributes, kNamedAttribute);
  if (!named.empty()) role.document = pipeline::ShowNamed(reader, role.document, pipeline::DecodeNamed(named));
  return role;
}

}  // namespace keymill::iam
