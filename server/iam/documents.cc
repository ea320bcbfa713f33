#include "server/iam/documents.h"

#include <algorithm>

#include "server/iam/errors.h"
#include "server/policy/legacy_rules.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kLegacyParsing = "The policy failed legacy parsing";

std::optional<aws::Error> Check(std::string_view text, policy::Kind kind, std::string_view spaces_complaint,
                                bool current_version) {
  if (text.starts_with(' ')) return aws::Error(MalformedPolicyDocument, std::string(spaces_complaint));
  if (kind == policy::Kind::kIdentity && policy::FailsLegacyParsing(text)) {
    return aws::Error(MalformedPolicyDocument, std::string(kLegacyParsing));
  }
  auto parsed = policy::Document::Parse(text, kind);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
  }
  if (kind == policy::Kind::kIdentity && policy::RepeatsMember(text)) {
    return aws::Error(MalformedPolicyDocument, "Syntax errors in policy.");
  }
  if (current_version && !std::get<policy::Document>(parsed).current_version()) {
    return aws::Error(MalformedPolicyDocument, "Policy document must be version 2012-10-17 or greater.");
  }
  return std::nullopt;
}

}  // namespace

std::optional<aws::Error> CheckDocument(std::string_view document, policy::Kind kind) {
  return Check(document, kind, kLegacyParsing, false);
}

std::optional<aws::Error> CheckCurrentDocument(std::string_view document) {
  return Check(document, policy::Kind::kIdentity, kLeadingSpaces, true);
}

std::size_t DocumentSize(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(
      document.begin(), document.end(), [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

std::string EncodedDocument(std::string_view document) {
  return sigv4::uri_encode(document);
}

}  // namespace keymill::iam
