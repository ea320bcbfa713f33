#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace keymill::pipeline {

/// An operation of IAM or STS that may give what it makes tags, and the action that allows this beside its own.
struct Tagging {
  std::string_view operation;
  std::string_view action;
};
inline constexpr Tagging kTaggings[] = {
    {"AssumeRole", "sts:TagSession"},
    {"CreateInstanceProfile", "iam:TagInstanceProfile"},
    {"CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"},
    {"CreatePolicy", "iam:TagPolicy"},
    {"CreateRole", "iam:TagRole"},
    {"CreateSAMLProvider", "iam:TagSAMLProvider"},
    {"CreateUser", "iam:TagUser"},
    {"CreateVirtualMFADevice", "iam:TagMFADevice"},
    {"GetFederationToken", "sts:TagSession"},
    {"GetWebIdentityToken", "sts:TagGetWebIdentityToken"},
    {"UploadServerCertificate", "iam:TagServerCertificate"},
};

/// nullptr for operations that take no tags, and for those that do nothing else.
inline const Tagging* FindTagging(std::string_view operation) {
  const auto* found = std::find_if(std::begin(kTaggings), std::end(kTaggings),
                                   [&](const Tagging& row) { return row.operation == operation; });
  return found == std::end(kTaggings) ? nullptr : found;
}

}  // namespace keymill::pipeline
