// The policies of AWS that people attach by ARN, reduced to the services that this server has. The two that grant
// reading everywhere name whole groups of actions where AWS lists each one.

#include "server/iam/managed.h"

namespace keymill::iam {
namespace {

constexpr AwsManagedPolicy kPolicies[] = {
    {"AWSDenyAll", "/", "ANPAZKAPJZG4P2KB3BDJ5", "Deny all access.",
     R"({"Version":"2012-10-17","Statement":[{"Sid":"DenyAll","Effect":"Deny","Action":["*"],"Resource":"*"}]})"},
    {"AWSLambdaBasicExecutionRole", "/service-role/", "ANPAJNCQGXC42545SKXIK",
     "Provides write permissions to CloudWatch Logs.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup",)"
     R"("logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK", "Provides full access to AWS services and resources.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"AmazonS3FullAccess", "/", "ANPAIFIR6V6BVTRAHWINE",
     "Provides full access to all buckets via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]})"},
    {"AmazonS3ObjectLambdaExecutionRolePolicy", "/service-role/", "ANPA2S3OBJECTLAMBDA22",
     "Provides AWS Lambda functions permissions to interact with Amazon S3 Object Lambda.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup",)"
     R"("logs:CreateLogStream","logs:PutLogEvents","s3-object-lambda:WriteGetObjectResponse"],"Resource":"*"}]})"},
    {"AmazonS3ReadOnlyAccess", "/", "ANPAIZTJ4DXE7G6AGAE6M",
     "Provides read only access to all buckets via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*",)"
     R"("s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]})"},
    {"IAMFullAccess", "/", "ANPAI7XKCFMBPM3QQRRVQ", "Provides full access to IAM via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount",)"
     R"("organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit",)"
     R"("organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents",)"
     R"("organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies",)"
     R"("organizations:ListTargetsForPolicy"],"Resource":"*"}]})"},
    {"IAMReadOnlyAccess", "/", "ANPAJKSO7NDY4T57MWDSQ",
     "Provides read only access to IAM via the AWS Management Console.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport",)"
     R"("iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy",)"
     R"("iam:SimulatePrincipalPolicy"],"Resource":"*"}]})"},
    {"IAMSelfManageServiceSpecificCredentials", "/", "ANPAI4VT74EMXK2PMQJM2",
     "Allows an IAM user to manage their own Service Specific Credentials.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:CreateServiceSpecificCredential",)"
     R"("iam:ListServiceSpecificCredentials","iam:UpdateServiceSpecificCredential",)"
     R"("iam:DeleteServiceSpecificCredential","iam:ResetServiceSpecificCredential"],)"
     R"("Resource":"arn:aws:iam::*:user/${aws:username}"}]})"},
    {"IAMUserChangePassword", "/", "ANPAJ4L4MM2A7QIEB56MS",
     "Provides the ability for an IAM user to change their own password.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword"],)"
     R"("Resource":["arn:aws:iam::*:user/${aws:username}"]},)"
     R"({"Effect":"Allow","Action":["iam:GetAccountPasswordPolicy"],"Resource":"*"}]})"},
    {"IAMUserSSHKeys", "/", "ANPAJTSHUA4UXGXU7ANUA",
     "Provides the ability for an IAM user to manage their own SSH keys.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteSSHPublicKey",)"
     R"("iam:GetSSHPublicKey","iam:ListSSHPublicKeys","iam:UpdateSSHPublicKey","iam:UploadSSHPublicKey"],)"
     R"("Resource":"arn:aws:iam::*:user/${aws:username}"}]})"},
    {"PowerUserAccess", "/", "ANPAJYRXTHIB4FOVS3ZXS",
     "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],)"
     R"("Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetPrimaryEmail",)"
     R"("account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles",)"
     R"("organizations:DescribeEffectivePolicy","organizations:DescribeOrganization"],"Resource":"*"}]})"},
    {"ReadOnlyAccess", "/", "ANPAILL3HVNFSB6DCOWYQ", "Provides read-only access to AWS services and resources.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["*:Get*","*:List*","*:Describe*","*:Head*",)"
     R"("iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:SimulateCustomPolicy",)"
     R"("iam:SimulatePrincipalPolicy"],"Resource":"*"}]})"},
    {"SecurityAudit", "/", "ANPAIX2T3QCXHR2OGGCTO",
     "The security audit template grants access to read security configuration metadata.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport",)"
     R"("iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy",)"
     R"("iam:SimulatePrincipalPolicy","s3:GetAccelerateConfiguration","s3:GetBucket*","s3:GetEncryptionConfiguration",)"
     R"("s3:GetLifecycleConfiguration","s3:GetReplicationConfiguration","s3:ListAllMyBuckets"],"Resource":"*"}]})"},
    {"ViewOnlyAccess", "/job-function/", "ANPAID22R6XPJATWOFDK6",
     "This policy grants permissions to view resources and basic metadata across all AWS services.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetAccountSummary",)"
     R"("iam:GetLoginProfile","iam:List*","s3:ListAllMyBuckets","s3:ListBucket"],"Resource":"*"}]})"},
};

}  // namespace

std::span<const AwsManagedPolicy> AwsManagedPolicies() {
  return kPolicies;
}

}  // namespace keymill::iam
