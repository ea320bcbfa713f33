#pragma once

#include "server/aws/form.h"
#include "server/iam/fields.h"

/// The parameters of STS's operations with the constraints of its service model.
namespace keymill::sts {

using aws::IntegerField;
using aws::ListField;
using aws::StringField;
using aws::StringRule;

bool IsKeyId(std::u32string_view text);         ///< [\w]*
bool IsArnText(std::u32string_view text);       ///< as Java reads kArnPattern: nothing beyond the BMP, and not empty
bool IsSessionName(std::u32string_view text);   ///< [\w+=,.@-]*
bool IsExternalId(std::u32string_view text);    ///< [\w+=,.@:\/-]*
bool IsSerialNumber(std::u32string_view text);  ///< [\w+=/:,.@-]*
bool IsTokenCode(std::u32string_view text);     ///< [\d]*

inline constexpr StringField kAccessKeyId{"AccessKeyId",
                                          {.min = 16, .max = 128, .matches = &IsKeyId, .pattern = R"([\w]*)"}};

inline constexpr std::string_view kArnPattern =
    R"([\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+)";
inline constexpr StringRule kArnRule{.min = 20, .max = 2048, .matches = &IsArnText, .pattern = kArnPattern};
inline constexpr StringRule kPolicyRule{
    .min = 1, .matches = &iam::IsDocumentText, .pattern = R"([\u0009\u000A\u000D\u0020-\u00FF]+)"};
inline constexpr StringRule kTokenRule{.min = 4, .max = 20000};

inline constexpr StringField kRoleArn{"RoleArn", kArnRule};
inline constexpr StringField kRoleSessionName{
    "RoleSessionName", {.min = 2, .max = 64, .matches = &IsSessionName, .pattern = R"([\w+=,.@-]*)"}};
inline constexpr StringField kFederatedName{
    "Name", {.min = 2, .max = 32, .matches = &IsSessionName, .pattern = R"([\w+=,.@-]*)"}};
inline constexpr StringField kExternalId{
    "ExternalId", {.min = 2, .max = 1224, .matches = &IsExternalId, .pattern = R"([\w+=,.@:\/-]*)"}};
inline constexpr StringField kSourceIdentity{
    "SourceIdentity", {.min = 2, .max = 64, .matches = &IsSessionName, .pattern = R"([\w+=,.@-]*)"}};
inline constexpr StringField kSerialNumber{
    "SerialNumber", {.min = 9, .max = 256, .matches = &IsSerialNumber, .pattern = R"([\w+=/:,.@-]*)"}};
inline constexpr StringField kTokenCode{"TokenCode",
                                        {.min = 6, .max = 6, .matches = &IsTokenCode, .pattern = R"([\d]*)"}};
inline constexpr StringField kPolicy{"Policy", kPolicyRule};
/// Of all operations but AssumeRole: the model's sessionPolicyDocumentType.
inline constexpr StringField kBriefPolicy{
    "Policy",
    {.min = 1, .max = 2048, .matches = &iam::IsDocumentText, .pattern = R"([\u0009\u000A\u000D\u0020-\u00FF]+)"}};
inline constexpr ListField kPolicyArns{"PolicyArns"};
inline constexpr StringField kPolicyArn{"arn", kArnRule};
inline constexpr ListField kTags{"Tags", 50};
inline constexpr StringField kTagKey{"Key", iam::kTagKeyRule};
inline constexpr StringField kTagValue{"Value", iam::kTagValueRule};
inline constexpr ListField kTransitiveTagKeys{"TransitiveTagKeys", 50};
inline constexpr StringField kTargetPrincipal{"TargetPrincipal", {.min = 12, .max = 2048}};
inline constexpr StringField kTaskPolicyArn{"TaskPolicyArn.arn", kArnRule};
inline constexpr StringField kEncodedMessage{"EncodedMessage", {.min = 1, .max = 10240}};
inline constexpr StringField kWebIdentityToken{"WebIdentityToken", kTokenRule};
inline constexpr StringField kPrincipalArn{"PrincipalArn", kArnRule};
inline constexpr StringField kSamlAssertion{"SAMLAssertion", {.min = 4, .max = 100'000}};
inline constexpr ListField kAudience{"Audience", 10};
inline constexpr StringRule kAudienceRule{.min = 1, .max = 1000};
inline constexpr StringField kSigningAlgorithm{"SigningAlgorithm", {.min = 5, .max = 5}};
inline constexpr StringField kProviderId{"ProviderId", {.min = 4, .max = 2048}};

inline constexpr IntegerField kRoleDuration{"DurationSeconds", 900, 43200};
inline constexpr IntegerField kDuration{"DurationSeconds", 900, 129600};
inline constexpr IntegerField kRootDuration{"DurationSeconds", 0, 900};
inline constexpr std::int64_t kMaxTokenSize = 4096;  ///< octets of a session token
inline constexpr IntegerField kTokenSize{"MinimumSessionTokenSize", 0, kMaxTokenSize};
inline constexpr IntegerField kTokenDuration{"DurationSeconds", 60, 3600};

}  // namespace keymill::sts
