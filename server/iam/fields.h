#pragma once

#include <string_view>

#include "server/aws/form.h"

/// The parameters of IAM's operations with the constraints of its service model. The sentences are the service's own:
/// IAM checks names and paths after the model's length constraints.
namespace keymill::iam {

using aws::IntegerField;
using aws::ListField;
using aws::StringField;
using aws::StringRule;

bool IsName(std::u32string_view text);          ///< [\w+=,.@-]+
bool IsWord(std::u32string_view text);          ///< [\w]+
bool IsPath(std::u32string_view text);          ///< (/)|(/[!-~]+/)
bool IsPolicyPath(std::u32string_view text);    ///< ((/[A-Za-z0-9\.,\+@=_-]+)*)/
bool IsPathPrefix(std::u32string_view text);    ///< /[!-\u007f]*
bool IsMarker(std::u32string_view text);        ///< [\u0020-\u00ff]+
bool IsDocumentText(std::u32string_view text);  ///< [\t\n\r -\u00ff]+
bool IsDescription(std::u32string_view text);   ///< [\t\n\r -~\u00a1-\u00ff]*
bool IsVersionId(std::u32string_view text);     ///< v[1-9][0-9]*(\.[A-Za-z0-9-]*)?
bool IsTagText(std::u32string_view text);       ///< [\p{L}\p{Z}\p{N}_.:/=+\-@]*

inline constexpr std::string_view kNameComplaint =
    "It must contain only alphanumeric characters and/or the following: +=,.@_-";
inline constexpr std::string_view kPathComplaint =
    "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
inline constexpr std::string_view kPathPrefixComplaint =
    "It must begin with / and contain only alphanumeric characters and/or / characters.";
inline constexpr std::string_view kTextComplaint = "It must contain only printable ASCII characters.";
inline constexpr std::string_view kStatuses[] = {"Active", "Inactive"};

/// The model's two types of user names. Some operations that look a user up accept more than a user can be called,
/// others do not.
inline constexpr StringRule kExistingNameRule{.min = 1, .max = 128, .matches = &IsName, .complaint = kNameComplaint};
inline constexpr StringRule kUserNameRule{.min = 1, .max = 64, .matches = &IsName, .complaint = kNameComplaint};
inline constexpr StringRule kPathRule{.min = 1, .max = 512, .matches = &IsPath, .complaint = kPathComplaint};
inline constexpr StringRule kTagKeyRule{
    .min = 1, .max = 128, .matches = &IsTagText, .pattern = R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)"};
inline constexpr StringRule kTagValueRule{
    .max = 256, .matches = &IsTagText, .pattern = R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"};

inline constexpr StringField kUserName{"UserName", kExistingNameRule};
inline constexpr StringField kShortUserName{"UserName", kUserNameRule};
inline constexpr StringField kNewUserName{"NewUserName", kUserNameRule};
inline constexpr StringField kPath{"Path", kPathRule};
inline constexpr StringField kNewPath{"NewPath", kPathRule};
inline constexpr StringField kPathPrefix{
    "PathPrefix", {.min = 1, .max = 512, .matches = &IsPathPrefix, .complaint = kPathPrefixComplaint}};
/// Paths of managed policies have fewer characters to choose from; a prefix of one ends with / as well.
inline constexpr StringField kPolicyPath{"Path",
                                         {.min = 1, .max = 512, .matches = &IsPolicyPath, .complaint = kPathComplaint}};
inline constexpr StringField kPolicyPathPrefix{
    "PathPrefix", {.min = 1, .max = 512, .matches = &IsPolicyPath, .complaint = kPathPrefixComplaint}};
inline constexpr StringField kAccessKeyId{"AccessKeyId",
                                          {.min = 16, .max = 128, .matches = &IsWord, .pattern = R"([\w]+)"}};
inline constexpr StringField kStatus{"Status", {.values = kStatuses}};
inline constexpr StringRule kPolicyArnRule{.min = 20, .max = 2048};
/// Documents and PEM. The sentence says less than the model's expression, [\t\n\r -\u00ff]+, lets in.
inline constexpr StringRule kDocumentRule{
    .min = 1, .max = 131072, .matches = &IsDocumentText, .complaint = kTextComplaint};
inline constexpr StringRule kPemRule{.min = 1, .max = 16384, .matches = &IsDocumentText, .complaint = kTextComplaint};

inline constexpr StringField kGroupName{"GroupName", kExistingNameRule};
inline constexpr StringField kNewGroupName{"NewGroupName", kExistingNameRule};
inline constexpr StringField kRoleName{"RoleName", kUserNameRule};
inline constexpr StringField kInstanceProfileName{"InstanceProfileName", kExistingNameRule};
inline constexpr StringField kPolicyName{"PolicyName", kExistingNameRule};
inline constexpr StringField kPolicyArn{"PolicyArn", kPolicyArnRule};
inline constexpr StringField kPermissionsBoundary{"PermissionsBoundary", kPolicyArnRule};
inline constexpr StringField kPolicyDocument{"PolicyDocument", kDocumentRule};
inline constexpr StringField kTrustDocument{"AssumeRolePolicyDocument", kDocumentRule};
inline constexpr StringField kDescription{
    "Description",
    {.max = 1000, .matches = &IsDescription, .pattern = R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)"}};
inline constexpr StringField kVersionId{"VersionId",
                                        {.matches = &IsVersionId, .pattern = R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)"}};
inline constexpr StringField kCertificateBody{"CertificateBody", kPemRule};
inline constexpr IntegerField kMaxSessionDuration{"MaxSessionDuration", 3600, 43200};

inline constexpr StringField kMarker{"Marker",
                                     {.min = 1, .max = 320, .matches = &IsMarker, .pattern = R"([\u0020-\u00FF]+)"}};
inline constexpr IntegerField kMaxItems{"MaxItems", 1, 1000};
inline constexpr ListField kTags{"Tags", 50};
inline constexpr ListField kTagKeys{"TagKeys", 50};
inline constexpr StringField kTagKey{"Key", kTagKeyRule};
inline constexpr StringField kTagValue{"Value", kTagValueRule};

}  // namespace keymill::iam
