#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/aws/error.h"
#include "server/policy/document.h"

/// Policy texts as IAM stores and shows them.
namespace keymill::iam {

/// MalformedPolicyDocument if the text is not a policy of this kind.
std::optional<aws::Error> CheckDocument(std::string_view document, policy::Kind kind);
/// The same for an identity policy that must name the present version of the language, as managed ones must.
std::optional<aws::Error> CheckCurrentDocument(std::string_view document);
/// Policies do not begin with spaces (Terraform's provider-aws #12267 and Velero #1494 have IAM's sentences).
inline constexpr std::string_view kLeadingSpaces = "JSON strings must not have leading spaces";
/// Characters that count against quotas: all but white space.
std::size_t DocumentSize(std::string_view document);
/// IAM answers documents percent-encoded (RFC 3986).
std::string EncodedDocument(std::string_view document);

}  // namespace keymill::iam
