#include "server/pipeline/denied_resource.h"

#include <algorithm>
#include <iterator>

#include "server/aws/arn.h"

namespace keymill::pipeline {
namespace {

/// Actions whose denials give the ARN although it is one of a kind that has a word below.
constexpr std::string_view kByArn[] = {
    "iam:CreateGroup",
    "iam:CreateInstanceProfile",
    "iam:CreateRole",
    "iam:CreateServiceLinkedRole",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetContextKeysForPrincipalPolicy",
    "iam:ListPoliciesGrantingServiceAccess",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
    "iam:SimulatePrincipalPolicy",
    "iam:TagInstanceProfile",
    "iam:TagRole",
    "iam:TagServerCertificate",
    "iam:TagUser",
    "iam:UntagInstanceProfile",
    "iam:UntagRole",
    "iam:UntagServerCertificate",
    "iam:UntagUser",
    "iam:UploadServerCertificate",
};

/// What IAM calls the kinds of its ARNs.
struct Kind {
  std::string_view in_arn;
  std::string_view word;
};
constexpr Kind kKinds[] = {
    {"user/", "user "},
    {"group/", "group "},
    {"role/", "role "},
    {"instance-profile/", "instance profile "},
    {"server-certificate/", "server certificate "},
};

}  // namespace

std::string DeniedResource(std::string_view action, std::string_view arn) {
  std::string whole(arn);
  if (action.starts_with("sts:")) return arn == "*" ? std::string() : whole;
  if (action == "iam:ListPolicies") return "policy path /";
  if (std::find(std::begin(kByArn), std::end(kByArn), action) != std::end(kByArn)) return whole;
  const auto parts = aws::Arn::Parse(arn);
  if (!parts || parts->service != "iam" || parts->name().empty()) return whole;
  if (parts->resource.starts_with("policy/")) {
    const bool made = action == "iam:CreatePolicy" || action == "iam:TagPolicy";
    return made ? "policy " + std::string(parts->name()) : "policy " + whole;
  }
  for (const Kind& kind : kKinds) {
    if (parts->resource.starts_with(kind.in_arn)) return std::string(kind.word).append(parts->name());
  }
  return whole;
}

}  // namespace keymill::pipeline
