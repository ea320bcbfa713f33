#include "server/policy/rules.h"

#include <algorithm>
#include <iterator>

namespace keymill::policy {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string Quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::optional<Invalid> CheckPrefix(std::string_view name) {
  const auto colons = std::count(name.begin(), name.end(), ':');
  if (colons == 0) return Invalid{"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", ""};
  return std::nullopt;
}

std::optional<Invalid> CheckIdentityAction(std::string_view action) {
  if (action == "*") return std::nullopt;
  if (auto invalid = CheckPrefix(action)) return invalid;
  const std::string_view vendor = action.substr(0, action.find(':'));
  if (action.find(':', vendor.size() + 1) != std::string_view::npos) {
    return Invalid{"Actions/Condition can contain only one colon.", ""};
  }
  const bool valid = vendor == "*" || (!vendor.empty() && std::all_of(vendor.begin(), vendor.end(), [](char c) {
                       return IsAlphanumeric(c) || c == '-';
                     }));
  if (!valid) return Invalid{"Vendor " + std::string(vendor) + " is not valid", ""};
  return std::nullopt;
}

std::optional<Invalid> CheckTrustAction(std::string_view action) {
  if (Fold(action).starts_with("sts:")) return std::nullopt;
  return Invalid{"AssumeRole policy may only specify STS AssumeRole actions.", ""};
}

std::optional<Invalid> CheckBucketAction(std::string_view action) {
  const std::string folded = Fold(action);
  if (folded == "*" || (folded.starts_with("s3:") && folded.size() > 3 && folded.find(':', 3) == std::string::npos)) {
    return std::nullopt;
  }
  return Invalid{"Policy has invalid action", std::string(action)};
}

constexpr std::string_view kIamKinds[] = {"user/",
                                          "federated-user/",
                                          "role/",
                                          "group/",
                                          "instance-profile/",
                                          "mfa/",
                                          "server-certificate/",
                                          "policy/",
                                          "sms-mfa/",
                                          "saml-provider/",
                                          "oidc-provider/",
                                          "report/",
                                          "access-report/",
                                          "root"};
constexpr std::string_view kIamPathComplaint =
    "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, "
    "mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";

/// A path that begins with a pattern may be any of them.
bool IsIamPath(std::string_view path) {
  const std::string_view kind = path.substr(0, path.find('/'));
  return kind.find_first_of("*?$") != std::string_view::npos ||
         std::any_of(std::begin(kIamKinds), std::end(kIamKinds),
                     [&](std::string_view known) { return path.starts_with(known); });
}

constexpr std::string_view kServiceDomains[] = {".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"};

std::optional<Invalid> CheckIdentityResource(std::string_view resource) {
  if (resource == "*") return std::nullopt;
  auto parts = ArnParts::Split(resource);
  if (!parts || parts->part[0] != "arn" || parts->part[5].empty()) {
    return Invalid{"Resource " + std::string(resource) + " must be in ARN format or \"*\".", ""};
  }
  const std::string_view partition = parts->part[1];
  if (partition != "aws" && partition != "aws-cn" && partition != "aws-us-gov" && partition != "*") {
    return Invalid{"Partition " + Quoted(partition) + " is not valid for resource " + Quoted(resource) + ".", ""};
  }
  if (parts->part[2].find_first_of("*?") != std::string_view::npos) {
    return Invalid{"Resource vendor must be fully qualified and cannot contain regexes.", ""};
  }
  if (parts->part[2] != "iam") return std::nullopt;
  if (!parts->part[3].empty()) {
    return Invalid{"IAM resource " + std::string(resource) + " cannot contain region information.", ""};
  }
  if (IsIamPath(parts->part[5])) return std::nullopt;
  return Invalid{std::string(kIamPathComplaint), ""};
}

}  // namespace

std::optional<Invalid> CheckSid(Kind kind, std::string_view sid) {
  if (kind == Kind::kResource || std::all_of(sid.begin(), sid.end(), IsAlphanumeric)) return std::nullopt;
  if (kind == Kind::kTrust) return Invalid{"The following Statement Ids are invalid: " + std::string(sid), ""};
  return Invalid{
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
      std::string(sid)};
}

std::optional<Invalid> CheckAction(Kind kind, std::string_view action) {
  switch (kind) {
    case Kind::kIdentity:
      return CheckIdentityAction(action);
    case Kind::kTrust:
      return CheckTrustAction(action);
    case Kind::kResource:
      return CheckBucketAction(action);
  }
  return std::nullopt;
}

std::optional<Invalid> CheckResource(Kind kind, std::string_view resource) {
  if (kind == Kind::kIdentity) return CheckIdentityResource(resource);
  auto parts = ArnParts::Split(resource);
  if (resource == "*" || (parts && parts->part[2] == "s3" && !parts->part[5].empty())) return std::nullopt;
  return Invalid{"Policy has invalid resource", std::string(resource)};
}

std::optional<Invalid> CheckConditionKey(Kind kind, std::string_view key) {
  if (kind != Kind::kIdentity) return std::nullopt;
  return CheckPrefix(key);
}

std::optional<PrincipalSet::Type> PrincipalType(std::string_view name) {
  using Type = PrincipalSet::Type;
  if (name == "AWS") return Type::kAws;
  if (name == "Service") return Type::kService;
  if (name == "Federated") return Type::kFederated;
  if (name == "CanonicalUser") return Type::kCanonicalUser;
  return std::nullopt;
}

bool MayBePrincipal(Kind kind, PrincipalSet::Type type, std::string_view name) {
  if (kind != Kind::kTrust || type != PrincipalSet::Type::kService) return true;
  return std::any_of(std::begin(kServiceDomains), std::end(kServiceDomains),
                     [&](std::string_view domain) { return name.ends_with(domain); });
}

Invalid InvalidPrincipal(Kind kind, std::string_view type, std::string_view value) {
  if (kind == Kind::kTrust && type == "Service") type = "SERVICE";  // AWS's spelling in this sentence
  const std::string pair = type.empty() ? Quoted(value) : Quoted(type) + ":" + Quoted(value);
  if (kind == Kind::kTrust) return {"Invalid principal in policy: " + pair, pair};
  return {"Invalid principal in policy", pair};
}

}  // namespace keymill::policy
