#include "server/iam/documents.h"

#include <algorithm>

#include "server/iam/errors.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
std::optional<aws::Error> CheckDocument(std::string_view document, policy::Kind kind) {
  auto parsed = policy::Document::Parse(document, kind);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(MalformedPolicyDocument, std::move(invalid->message));
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
