#include "server/iam/operations.h"

#include <cstddef>
#include <iterator>

#include "server/iam/access_advisor.h"
#include "server/iam/access_entities.h"
#include "server/iam/access_keys.h"
#include "server/iam/account.h"
#include "server/iam/attachments.h"
#include "server/iam/authorization_details.h"
#include "server/iam/boundaries.h"
#include "server/iam/credential_report.h"
#include "server/iam/groups.h"
#include "server/iam/inline_policies.h"
#include "server/iam/instance_profiles.h"
#include "server/iam/login_profiles.h"
#include "server/iam/mfa_devices.h"
#include "server/iam/oidc_providers.h"
#include "server/iam/organization.h"
#include "server/iam/password_policy.h"
#include "server/iam/policies.h"
#include "server/iam/policy_versions.h"
#include "server/iam/roles.h"
#include "server/iam/saml_providers.h"
#include "server/iam/server_certificates.h"
#include "server/iam/service_credentials.h"
#include "server/iam/service_roles.h"
#include "server/iam/signing_certificates.h"
#include "server/iam/simulator.h"
#include "server/iam/ssh_keys.h"
#include "server/iam/token_issuer.h"
#include "server/iam/users.h"

namespace keymill::iam {
namespace {

using pipeline::Operation;

/// Operations that exist for users, groups and roles alike.
template <Task<Result<http::Response>> (*handler)(pipeline::Call&, HolderKind), HolderKind kind>
Task<Result<http::Response>> For(pipeline::Call& call) {
  return handler(call, kind);
}

// Every operation of AWS's service model, in its order. A row without a handler is authorised and answered 501.
constexpr Operation kOperations[] = {
    {"AcceptDelegationRequest", "iam:AcceptDelegationRequest"},
    {"AcquireRole", "iam:AcquireRole"},
    {"AddClientIDToOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider",
     &AddClientIDToOpenIDConnectProvider},
    {"AddRoleToInstanceProfile", "iam:AddRoleToInstanceProfile", &AddRoleToInstanceProfile},
    {"AddUserToGroup", "iam:AddUserToGroup", &AddUserToGroup},
    {"AssociateDelegationRequest", "iam:AssociateDelegationRequest"},
    {"AttachGroupPolicy", "iam:AttachGroupPolicy", &For<Attach, HolderKind::kGroup>},
    {"AttachRolePolicy", "iam:AttachRolePolicy", &For<Attach, HolderKind::kRole>},
    {"AttachUserPolicy", "iam:AttachUserPolicy", &For<Attach, HolderKind::kUser>},
    {"ChangePassword", "iam:ChangePassword", &ChangePassword},
    {"CreateAccessKey", "iam:CreateAccessKey", &CreateAccessKey},
    {"CreateAccountAlias", "iam:CreateAccountAlias", &CreateAccountAlias},
    {"CreateDelegationRequest", "iam:CreateDelegationRequest"},
    {"CreateGroup", "iam:CreateGroup", &CreateGroup},
    {"CreateInstanceProfile", "iam:CreateInstanceProfile", &CreateInstanceProfile},
    {"CreateLoginProfile", "iam:CreateLoginProfile", &CreateLoginProfile},
    {"CreateOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", &CreateOpenIDConnectProvider},
    {"CreatePolicy", "iam:CreatePolicy", &CreatePolicy},
    {"CreatePolicyVersion", "iam:CreatePolicyVersion", &CreatePolicyVersion},
    {"CreateRole", "iam:CreateRole", &CreateRole},
    {"CreateSAMLProvider", "iam:CreateSAMLProvider", &CreateSAMLProvider},
    {"CreateServiceLinkedRole", "iam:CreateServiceLinkedRole", &CreateServiceLinkedRole},
    {"CreateServiceSpecificCredential", "iam:CreateServiceSpecificCredential", &CreateServiceSpecificCredential},
    {"CreateUser", "iam:CreateUser", &CreateUser},
    {"CreateVirtualMFADevice", "iam:CreateVirtualMFADevice", &CreateVirtualMFADevice},
    {"DeactivateMFADevice", "iam:DeactivateMFADevice", &DeactivateMFADevice},
    {"DeleteAccessKey", "iam:DeleteAccessKey", &DeleteAccessKey},
    {"DeleteAccountAlias", "iam:DeleteAccountAlias", &DeleteAccountAlias},
    {"DeleteAccountPasswordPolicy", "iam:DeleteAccountPasswordPolicy", &DeleteAccountPasswordPolicy},
    {"DeleteGroup", "iam:DeleteGroup", &DeleteGroup},
    {"DeleteGroupPolicy", "iam:DeleteGroupPolicy", &For<DeleteInline, HolderKind::kGroup>},
    {"DeleteInstanceProfile", "iam:DeleteInstanceProfile", &DeleteInstanceProfile},
    {"DeleteLoginProfile", "iam:DeleteLoginProfile", &DeleteLoginProfile},
    {"DeleteOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", &DeleteOpenIDConnectProvider},
    {"DeletePolicy", "iam:DeletePolicy", &DeletePolicy},
    {"DeletePolicyVersion", "iam:DeletePolicyVersion", &DeletePolicyVersion},
    {"DeleteRole", "iam:DeleteRole", &DeleteRole},
    {"DeleteRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary", &DeleteRolePermissionsBoundary},
    {"DeleteRolePolicy", "iam:DeleteRolePolicy", &For<DeleteInline, HolderKind::kRole>},
    {"DeleteSAMLProvider", "iam:DeleteSAMLProvider", &DeleteSAMLProvider},
    {"DeleteSSHPublicKey", "iam:DeleteSSHPublicKey", &DeleteSSHPublicKey},
    {"DeleteServerCertificate", "iam:DeleteServerCertificate", &DeleteServerCertificate},
    {"DeleteServiceLinkedRole", "iam:DeleteServiceLinkedRole", &DeleteServiceLinkedRole},
    {"DeleteServiceSpecificCredential", "iam:DeleteServiceSpecificCredential", &DeleteServiceSpecificCredential},
    {"DeleteSigningCertificate", "iam:DeleteSigningCertificate", &DeleteSigningCertificate},
    {"DeleteUser", "iam:DeleteUser", &DeleteUser},
    {"DeleteUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary", &DeleteUserPermissionsBoundary},
    {"DeleteUserPolicy", "iam:DeleteUserPolicy", &For<DeleteInline, HolderKind::kUser>},
    {"DeleteVirtualMFADevice", "iam:DeleteVirtualMFADevice", &DeleteVirtualMFADevice},
    {"DetachGroupPolicy", "iam:DetachGroupPolicy", &For<Detach, HolderKind::kGroup>},
    {"DetachRolePolicy", "iam:DetachRolePolicy", &For<Detach, HolderKind::kRole>},
    {"DetachUserPolicy", "iam:DetachUserPolicy", &For<Detach, HolderKind::kUser>},
    {"DisableOrganizationsRootCredentialsManagement", "iam:DisableOrganizationsRootCredentialsManagement",
     &DisableOrganizationsRootCredentialsManagement},
    {"DisableOrganizationsRootSessions", "iam:DisableOrganizationsRootSessions", &DisableOrganizationsRootSessions},
    {"DisableOutboundWebIdentityFederation", "iam:DisableOutboundWebIdentityFederation",
     &DisableOutboundWebIdentityFederation},
    {"EnableMFADevice", "iam:EnableMFADevice", &EnableMFADevice},
    {"EnableOrganizationsRootCredentialsManagement", "iam:EnableOrganizationsRootCredentialsManagement",
     &EnableOrganizationsRootCredentialsManagement},
    {"EnableOrganizationsRootSessions", "iam:EnableOrganizationsRootSessions", &EnableOrganizationsRootSessions},
    {"EnableOutboundWebIdentityFederation", "iam:EnableOutboundWebIdentityFederation",
     &EnableOutboundWebIdentityFederation},
    {"GenerateCredentialReport", "iam:GenerateCredentialReport", &GenerateCredentialReport},
    {"GenerateOrganizationsAccessReport", "iam:GenerateOrganizationsAccessReport"},
    {"GenerateServiceLastAccessedDetails", "iam:GenerateServiceLastAccessedDetails",
     &GenerateServiceLastAccessedDetails},
    {"GetAccessKeyLastUsed", "iam:GetAccessKeyLastUsed", &GetAccessKeyLastUsed},
    {"GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", &GetAccountAuthorizationDetails},
    {"GetAccountPasswordPolicy", "iam:GetAccountPasswordPolicy", &GetAccountPasswordPolicy},
    {"GetAccountProperties", "iam:GetAccountProperties"},
    {"GetAccountSummary", "iam:GetAccountSummary", &GetAccountSummary},
    {"GetContextKeysForCustomPolicy", "iam:GetContextKeysForCustomPolicy", &GetContextKeysForCustomPolicy},
    {"GetContextKeysForPrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy", &GetContextKeysForPrincipalPolicy},
    {"GetCredentialReport", "iam:GetCredentialReport", &GetCredentialReport},
    {"GetDelegationRequest", "iam:GetDelegationRequest"},
    {"GetGroup", "iam:GetGroup", &GetGroup},
    {"GetGroupPolicy", "iam:GetGroupPolicy", &For<GetInline, HolderKind::kGroup>},
    {"GetHumanReadableSummary", "iam:GetHumanReadableSummary"},
    {"GetInstanceProfile", "iam:GetInstanceProfile", &GetInstanceProfile},
    {"GetLoginProfile", "iam:GetLoginProfile", &GetLoginProfile},
    {"GetMFADevice", "iam:GetMFADevice", &GetMFADevice},
    {"GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", &GetOpenIDConnectProvider},
    {"GetOrganizationsAccessReport", "iam:GetOrganizationsAccessReport"},
    {"GetOutboundWebIdentityFederationInfo", "iam:GetOutboundWebIdentityFederationInfo",
     &GetOutboundWebIdentityFederationInfo},
    {"GetPolicy", "iam:GetPolicy", &GetPolicy},
    {"GetPolicyVersion", "iam:GetPolicyVersion", &GetPolicyVersion},
    {"GetRole", "iam:GetRole", &GetRole},
    {"GetRolePolicy", "iam:GetRolePolicy", &For<GetInline, HolderKind::kRole>},
    {"GetRoleTemplateVersion", "iam:GetRoleTemplateVersion"},
    {"GetSAMLProvider", "iam:GetSAMLProvider", &GetSAMLProvider},
    {"GetSSHPublicKey", "iam:GetSSHPublicKey", &GetSSHPublicKey},
    {"GetServerCertificate", "iam:GetServerCertificate", &GetServerCertificate},
    {"GetServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails", &GetServiceLastAccessedDetails},
    {"GetServiceLastAccessedDetailsWithEntities", "iam:GetServiceLastAccessedDetailsWithEntities",
     &GetServiceLastAccessedDetailsWithEntities},
    {"GetServiceLinkedRoleDeletionStatus", "iam:GetServiceLinkedRoleDeletionStatus",
     &GetServiceLinkedRoleDeletionStatus},
    {"GetUser", "iam:GetUser", &GetUser},
    {"GetUserPolicy", "iam:GetUserPolicy", &For<GetInline, HolderKind::kUser>},
    {"ListAccessKeys", "iam:ListAccessKeys", &ListAccessKeys},
    {"ListAccountAliases", "iam:ListAccountAliases", &ListAccountAliases},
    {"ListAttachedGroupPolicies", "iam:ListAttachedGroupPolicies", &For<ListAttached, HolderKind::kGroup>},
    {"ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", &For<ListAttached, HolderKind::kRole>},
    {"ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", &For<ListAttached, HolderKind::kUser>},
    {"ListDelegationRequests", "iam:ListDelegationRequests"},
    {"ListEntitiesForPolicy", "iam:ListEntitiesForPolicy", &ListEntitiesForPolicy},
    {"ListGroupPolicies", "iam:ListGroupPolicies", &For<ListInline, HolderKind::kGroup>},
    {"ListGroups", "iam:ListGroups", &ListGroups},
    {"ListGroupsForUser", "iam:ListGroupsForUser", &ListGroupsForUser},
    {"ListInstanceProfileTags", "iam:ListInstanceProfileTags", &ListTags<kTaggedInstanceProfile>},
    {"ListInstanceProfiles", "iam:ListInstanceProfiles", &ListInstanceProfiles},
    {"ListInstanceProfilesForRole", "iam:ListInstanceProfilesForRole", &ListInstanceProfilesForRole},
    {"ListMFADeviceTags", "iam:ListMFADeviceTags", &ListTags<kTaggedMfaDevice>},
    {"ListMFADevices", "iam:ListMFADevices", &ListMFADevices},
    {"ListOpenIDConnectProviderTags", "iam:ListOpenIDConnectProviderTags", &ListTags<kTaggedOidcProvider>},
    {"ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", &ListOpenIDConnectProviders},
    {"ListOrganizationsFeatures", "iam:ListOrganizationsFeatures", &ListOrganizationsFeatures},
    {"ListPolicies", "iam:ListPolicies", &ListPolicies},
    {"ListPoliciesGrantingServiceAccess", "iam:ListPoliciesGrantingServiceAccess", &ListPoliciesGrantingServiceAccess},
    {"ListPolicyTags", "iam:ListPolicyTags", &ListTags<kTaggedPolicy>},
    {"ListPolicyVersions", "iam:ListPolicyVersions", &ListPolicyVersions},
    {"ListRolePolicies", "iam:ListRolePolicies", &For<ListInline, HolderKind::kRole>},
    {"ListRoleTags", "iam:ListRoleTags", &ListTags<kTaggedRole>},
    {"ListRoles", "iam:ListRoles", &ListRoles},
    {"ListSAMLProviderTags", "iam:ListSAMLProviderTags", &ListTags<kTaggedSamlProvider>},
    {"ListSAMLProviders", "iam:ListSAMLProviders", &ListSAMLProviders},
    {"ListSSHPublicKeys", "iam:ListSSHPublicKeys", &ListSSHPublicKeys},
    {"ListServerCertificateTags", "iam:ListServerCertificateTags", &ListTags<kTaggedServerCertificate>},
    {"ListServerCertificates", "iam:ListServerCertificates", &ListServerCertificates},
    {"ListServiceSpecificCredentials", "iam:ListServiceSpecificCredentials", &ListServiceSpecificCredentials},
    {"ListSigningCertificates", "iam:ListSigningCertificates", &ListSigningCertificates},
    {"ListUserPolicies", "iam:ListUserPolicies", &For<ListInline, HolderKind::kUser>},
    {"ListUserTags", "iam:ListUserTags", &ListTags<kTaggedUser>},
    {"ListUsers", "iam:ListUsers", &ListUsers},
    {"ListVirtualMFADevices", "iam:ListVirtualMFADevices", &ListVirtualMFADevices},
    {"PutAccountProperties", "iam:PutAccountProperties"},
    {"PutGroupPolicy", "iam:PutGroupPolicy", &For<PutInline, HolderKind::kGroup>},
    {"PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", &PutRolePermissionsBoundary},
    {"PutRolePolicy", "iam:PutRolePolicy", &For<PutInline, HolderKind::kRole>},
    {"PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", &PutUserPermissionsBoundary},
    {"PutUserPolicy", "iam:PutUserPolicy", &For<PutInline, HolderKind::kUser>},
    {"RejectDelegationRequest", "iam:RejectDelegationRequest"},
    {"RemoveClientIDFromOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
     &RemoveClientIDFromOpenIDConnectProvider},
    {"RemoveRoleFromInstanceProfile", "iam:RemoveRoleFromInstanceProfile", &RemoveRoleFromInstanceProfile},
    {"RemoveUserFromGroup", "iam:RemoveUserFromGroup", &RemoveUserFromGroup},
    {"ResetServiceSpecificCredential", "iam:ResetServiceSpecificCredential", &ResetServiceSpecificCredential},
    {"ResyncMFADevice", "iam:ResyncMFADevice", &ResyncMFADevice},
    {"SendDelegationToken", "iam:SendDelegationToken"},
    {"SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion", &SetDefaultPolicyVersion},
    {"SetSecurityTokenServicePreferences", "iam:SetSecurityTokenServicePreferences",
     &SetSecurityTokenServicePreferences},
    {"SimulateCustomPolicy", "iam:SimulateCustomPolicy", &SimulateCustomPolicy},
    {"SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy", &SimulatePrincipalPolicy},
    {"TagInstanceProfile", "iam:TagInstanceProfile", &Tag<kTaggedInstanceProfile>},
    {"TagMFADevice", "iam:TagMFADevice", &Tag<kTaggedMfaDevice>},
    {"TagOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", &Tag<kTaggedOidcProvider>},
    {"TagPolicy", "iam:TagPolicy", &Tag<kTaggedPolicy>},
    {"TagRole", "iam:TagRole", &Tag<kTaggedRole>},
    {"TagSAMLProvider", "iam:TagSAMLProvider", &Tag<kTaggedSamlProvider>},
    {"TagServerCertificate", "iam:TagServerCertificate", &Tag<kTaggedServerCertificate>},
    {"TagUser", "iam:TagUser", &Tag<kTaggedUser>},
    {"UntagInstanceProfile", "iam:UntagInstanceProfile", &Untag<kTaggedInstanceProfile>},
    {"UntagMFADevice", "iam:UntagMFADevice", &Untag<kTaggedMfaDevice>},
    {"UntagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider", &Untag<kTaggedOidcProvider>},
    {"UntagPolicy", "iam:UntagPolicy", &Untag<kTaggedPolicy>},
    {"UntagRole", "iam:UntagRole", &Untag<kTaggedRole>},
    {"UntagSAMLProvider", "iam:UntagSAMLProvider", &Untag<kTaggedSamlProvider>},
    {"UntagServerCertificate", "iam:UntagServerCertificate", &Untag<kTaggedServerCertificate>},
    {"UntagUser", "iam:UntagUser", &Untag<kTaggedUser>},
    {"UpdateAccessKey", "iam:UpdateAccessKey", &UpdateAccessKey},
    {"UpdateAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", &UpdateAccountPasswordPolicy},
    {"UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", &UpdateAssumeRolePolicy},
    {"UpdateDelegationRequest", "iam:UpdateDelegationRequest"},
    {"UpdateGroup", "iam:UpdateGroup", &UpdateGroup},
    {"UpdateLoginProfile", "iam:UpdateLoginProfile", &UpdateLoginProfile},
    {"UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint",
     &UpdateOpenIDConnectProviderThumbprint},
    {"UpdateRole", "iam:UpdateRole", &UpdateRole},
    {"UpdateRoleDescription", "iam:UpdateRoleDescription", &UpdateRoleDescription},
    {"UpdateSAMLProvider", "iam:UpdateSAMLProvider", &UpdateSAMLProvider},
    {"UpdateSSHPublicKey", "iam:UpdateSSHPublicKey", &UpdateSSHPublicKey},
    {"UpdateServerCertificate", "iam:UpdateServerCertificate", &UpdateServerCertificate},
    {"UpdateServiceSpecificCredential", "iam:UpdateServiceSpecificCredential", &UpdateServiceSpecificCredential},
    {"UpdateSigningCertificate", "iam:UpdateSigningCertificate", &UpdateSigningCertificate},
    {"UpdateUser", "iam:UpdateUser", &UpdateUser},
    {"UploadSSHPublicKey", "iam:UploadSSHPublicKey", &UploadSSHPublicKey},
    {"UploadServerCertificate", "iam:UploadServerCertificate", &UploadServerCertificate},
    {"UploadSigningCertificate", "iam:UploadSigningCertificate", &UploadSigningCertificate},
};

constexpr bool StrictlySorted() {
  for (std::size_t i = 1; i < std::size(kOperations); ++i) {
    if (kOperations[i - 1].name >= kOperations[i].name) return false;
  }
  return true;
}
static_assert(StrictlySorted(), "rows stand in the order of their names, each once");

}  // namespace

std::span<const Operation> Operations() {
  return kOperations;
}

}  // namespace keymill::iam
