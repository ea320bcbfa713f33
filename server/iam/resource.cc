#include "server/iam/resource.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "server/aws/arn.h"
#include "server/iam/holders.h"
#include "server/iam/oidc_providers.h"
#include "server/iam/service_role_names.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::iam {
namespace {

/// A parameter that names the entity acted on, and the entity's kind in its ARN. The first one present decides: a
/// request to put a user in a group is about the group, one to attach a policy to a user about the user.
struct Subject {
  std::string_view parameter;
  std::string_view kind;
};
constexpr Subject kSubjects[] = {
    {"InstanceProfileName", "instance-profile"},
    {"GroupName", "group"},
    {"RoleName", "role"},
    {"UserName", "user"},
    {"PolicyName", "policy"},
    {"VirtualMFADeviceName", "mfa"},
    {"ServerCertificateName", "server-certificate"},
};
constexpr std::string_view kArnParameters[] = {
    "PolicyArn", "OpenIDConnectProviderArn", "SAMLProviderArn", "SerialNumber", "PolicySourceArn", "Arn", "RoleArn"};

/// Operations that mean the signer's own user when they name none.
constexpr std::string_view kImpliedUser[] = {
    "ChangePassword",
    "CreateAccessKey",
    "CreateLoginProfile",
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "DeleteServiceSpecificCredential",
    "DeleteSigningCertificate",
    "GetLoginProfile",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListSSHPublicKeys",
    "ListServiceSpecificCredentials",
    "ListSigningCertificates",
    "ResetServiceSpecificCredential",
    "UpdateAccessKey",
    "UpdateServiceSpecificCredential",
    "UpdateSigningCertificate",
    "UploadSigningCertificate",
};

/// Listings of a whole kind are about its ARNs below a path.
struct Listing {
  std::string_view operation;
  std::string_view kind;
};
constexpr Listing kListings[] = {
    {"ListUsers", "user"},
    {"ListGroups", "group"},
    {"ListRoles", "role"},
    {"ListInstanceProfiles", "instance-profile"},
    {"ListServerCertificates", "server-certificate"},
    {"ListVirtualMFADevices", "mfa"},
};

/// Kinds whose paths are known to the store. (A PolicyName beside no other name is that of a policy to be made.)
struct Stored {
  std::string_view kind;
  store::EntityKind entity;
};
constexpr Stored kStored[] = {
    {"group", store::EntityKind::kGroup},
    {"role", store::EntityKind::kRole},
    {"instance-profile", store::EntityKind::kInstanceProfile},
    {"server-certificate", store::EntityKind::kServerCertificate},
};

std::string SignerArn(const store::Reader& reader, const pipeline::Identity& signer) {
  if (signer.kind != pipeline::Identity::Kind::kUser) return signer.arn;
  auto user = store::FindUserById(reader, signer.user_id);
  return user ? aws::IamArn(user->account, "user", user->path, user->name) : signer.arn;
}

std::string EntityArn(const store::Reader& reader, const std::string& account, std::string_view kind,
                      std::string_view name, std::string_view path) {
  if (path.empty()) {
    if (kind == "user") {
      if (auto user = store::FindUser(reader, account, name)) return aws::IamArn(account, kind, user->path, user->name);
    }
    for (const Stored& stored : kStored) {
      if (kind != stored.kind) continue;
      auto entity = store::FindEntity(reader, stored.entity, account, name);
      if (entity) return aws::IamArn(account, kind, entity->path, entity->name);
    }
  }
  return aws::IamArn(account, kind, path.empty() ? "/" : path, name);
}

std::string KeyOwnerArn(const store::Reader& reader, const std::string& account, std::string_view key_id) {
  auto key = store::FindAccessKey(reader, key_id);
  if (!key || key->account != account) return "*";
  auto user = store::FindUserById(reader, key->owner_id);
  return user ? aws::IamArn(account, "user", user->path, user->name) : aws::RootArn(account);
}

std::string ServiceRoleArn(const std::string& account, const pipeline::Params& params) {
  const std::string service(params.find("AWSServiceName").value_or(std::string_view{}));
  std::string_view label = service;
  if (label.ends_with(kServiceDomain)) label.remove_suffix(kServiceDomain.size());
  const auto suffix = params.find("CustomSuffix");
  const auto name = ServiceRoleNameOf(label, suffix ? std::optional<std::string>(*suffix) : std::nullopt);
  return aws::IamArn(account, "role", std::string(kServiceRolePath).append(service).append("/"), name);
}

/// The role that a deletion task is named after: task/aws-service-role/SERVICE/ROLE/UUID.
std::string DeletedRoleArn(const std::string& account, std::string_view task) {
  const std::size_t kind = task.find('/'), last = task.rfind('/');
  if (kind == std::string_view::npos || last == kind) return "*";
  return aws::IamArn(account, "role", "/", task.substr(kind + 1, last - kind - 1));
}

/// Operations whose resource takes more to find than a parameter.
std::optional<std::string> SpecialArn(const store::Reader& reader, std::string_view operation,
                                      const pipeline::Params& params, const std::string& account) {
  const auto given = [&](std::string_view name) { return params.find(name).value_or(std::string_view{}); };
  if (operation == "GetFederationToken") return aws::StsArn(account, "federated-user", given("Name"));
  if (operation == "AssumeRoot") {
    const auto arn = aws::Arn::Parse(given("TargetPrincipal"));
    return aws::RootArn(arn ? arn->account : given("TargetPrincipal"));
  }
  if (operation == "GetAccessKeyLastUsed") return KeyOwnerArn(reader, account, given("AccessKeyId"));
  if (operation == "CreateServiceLinkedRole") return ServiceRoleArn(account, params);
  if (operation == "GetServiceLinkedRoleDeletionStatus") return DeletedRoleArn(account, given("DeletionTaskId"));
  if (operation == "CreateOpenIDConnectProvider") {
    return aws::IamArn(account, "oidc-provider", "/", WithoutScheme(given("Url")));
  }
  if (operation == "CreateSAMLProvider") return aws::IamArn(account, "saml-provider", "/", given("Name"));
  for (const Listing& listing : kListings) {
    if (operation == listing.operation) {
      return aws::IamArn(account, listing.kind, params.find("PathPrefix").value_or("/"), {});
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> ResourceArns(const store::Reader& reader, const pipeline::Operation& operation,
                                      const pipeline::Params& params, const pipeline::Identity& signer) {
  const std::string_view name = operation.name;
  const std::string& account = signer.account;
  if (auto arn = SpecialArn(reader, name, params, account)) return {*std::move(arn)};
  const bool makes = name.starts_with("Create") || name == "UploadServerCertificate";
  const std::string_view path = makes ? params.find("Path").value_or("/") : std::string_view{};
  for (const Subject& subject : kSubjects) {
    auto value = params.find(subject.parameter);
    if (!value) continue;
    std::vector<std::string> arns = {EntityArn(reader, account, subject.kind, *value, path)};
    auto new_name = params.find("New" + std::string(subject.parameter));
    auto new_path = params.find("NewPath");
    if (new_name || new_path) {
      auto old = aws::Arn::Parse(arns[0]);
      std::string_view old_path = old->resource.substr(subject.kind.size());
      old_path.remove_suffix(old->name().size());
      arns.push_back(aws::IamArn(account, subject.kind, new_path.value_or(old_path), new_name.value_or(*value)));
    }
    return arns;
  }
  if (std::find(std::begin(kImpliedUser), std::end(kImpliedUser), name) != std::end(kImpliedUser)) {
    return {SignerArn(reader, signer)};
  }
  for (std::string_view parameter : kArnParameters) {
    if (auto arn = params.find(parameter)) return {std::string(*arn)};
  }
  return {"*"};
}

}  // namespace keymill::iam
