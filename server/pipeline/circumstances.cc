#include "server/pipeline/circumstances.h"

#include <optional>

#include "server/aws/form.h"
#include "server/aws/time.h"
#include "server/pipeline/permissions.h"
#include "server/pipeline/tagging.h"
#include "sigv4/timestamp.h"

namespace keymill::pipeline {
namespace {

using Values = std::optional<std::vector<std::string>>;

Values One(std::string_view value) {
  return std::vector<std::string>{std::string(value)};
}

Values Given(std::optional<std::string_view> value) {
  return value ? One(*value) : std::nullopt;
}

std::string_view PrincipalType(Identity::Kind kind) {
  switch (kind) {
    case Identity::Kind::kAnonymous:
      return "Anonymous";
    case Identity::Kind::kRoot:
      return "Account";
    case Identity::Kind::kUser:
      return "User";
    case Identity::Kind::kAssumedRole:
      return "AssumedRole";
    case Identity::Kind::kFederatedUser:
      return "FederatedUser";
  }
  return {};
}

/// The values of a list parameter, as the operation will read them.
Values Members(const Params& params, std::string_view name) {
  auto values = aws::Form(params.all(), aws::Form::Style::kIam).strings({name}, aws::StringRule{});
  if (values.empty()) return std::nullopt;
  return values;
}

Values TagKeys(const Circumstances& c) {
  if (c.params.find("Action").value_or("").starts_with("Untag")) return Members(c.params, "TagKeys");
  std::vector<std::string> keys;
  for (auto& [key, value] : GivenTags(c)) keys.push_back(std::move(key));
  if (keys.empty()) return std::nullopt;
  return keys;
}

Values Tag(const store::StringPairs& tags, std::string_view name) {
  for (const auto& [key, value] : tags) {
    if (http::EqualsIgnoreCase(key, name)) return One(value);
  }
  return std::nullopt;
}

/// A session's tags win over those of the user or role.
Values PrincipalTag(const Identity& identity, std::string_view name) {
  if (identity.session) {
    if (auto value = Tag(identity.session->facts.tags, name)) return value;
  }
  return identity.permissions ? Tag(identity.permissions->tags, name) : std::nullopt;
}

/// Keys that only temporary credentials have. `key` without its "aws:".
Values SessionKey(std::string_view key, const Session& session, store::Millis now) {
  if (key == "tokenissuetime") return One(aws::IsoSeconds(session.issued));
  if (key == "multifactorauthpresent") return One(session.mfa_time != 0 ? "true" : "false");
  if (key == "multifactorauthage") {
    return session.mfa_time != 0 ? One(std::to_string((now - session.mfa_time) / 1000)) : std::nullopt;
  }
  if (key == "sourceidentity") return session.source_identity.empty() ? std::nullopt : One(session.source_identity);
  if (key == "federatedprovider") return session.provider.empty() ? std::nullopt : One(session.provider);
  return std::nullopt;
}

Values ResourceAccount(const Identity& identity, const Circumstances& c) {
  if (!c.resource_account.empty()) return One(c.resource_account);
  return identity.anonymous() ? std::nullopt : One(identity.account);
}

constexpr std::string_view kResourceTag = "resourcetag/";

/// A tag of the user, role or other IAM resource that the request is about. `key` without its "aws:" or "iam:".
Values ResourceTag(std::string_view key, const Circumstances& c) {
  return c.resource_tags != nullptr ? Tag(*c.resource_tags, key.substr(kResourceTag.size())) : std::nullopt;
}

/// Keys of all services. `key` without its "aws:".
Values GlobalKey(std::string_view key, const Identity& identity, const Circumstances& c) {
  const bool known = !identity.anonymous();
  if (key == "username") return identity.user_name.empty() ? std::nullopt : One(identity.user_name);
  if (key == "userid") return known ? One(identity.user_id) : std::nullopt;
  if (key == "principaltype") return One(PrincipalType(identity.kind));
  if (key == "principalarn")
    return known ? One(identity.role_arn.empty() ? identity.arn : identity.role_arn) : std::nullopt;
  if (key == "principalaccount") return known ? One(identity.account) : std::nullopt;
  if (key == "resourceaccount") return ResourceAccount(identity, c);
  if (key == "sourceip") return One(c.request.peer);
  if (key == "securetransport") return One(c.request.secure ? "true" : "false");
  if (key == "currenttime") return One(aws::IsoMillis(c.now));
  if (key == "epochtime") return One(std::to_string(c.now / 1000));
  if (key == "useragent") return Given(c.request.header("user-agent"));
  if (key == "referer") return Given(c.request.header("referer"));
  if (key == "requestedregion") return One(c.region);
  if (key == "principalisawsservice" || key == "viaawsservice") return One("false");
  if (key == "tagkeys") return TagKeys(c);
  constexpr std::string_view kRequestTag = "requesttag/";
  constexpr std::string_view kPrincipalTag = "principaltag/";
  if (key.starts_with(kResourceTag)) return ResourceTag(key, c);
  if (key.starts_with(kRequestTag)) return Tag(GivenTags(c), key.substr(kRequestTag.size()));
  if (key.starts_with(kPrincipalTag)) return PrincipalTag(identity, key.substr(kPrincipalTag.size()));
  return identity.session ? SessionKey(key, identity.session->facts, c.now) : std::nullopt;
}

/// The tags that an upload gives its object: x-amz-tagging is written as a query.
store::StringPairs UploadTags(const Circumstances& c) {
  const auto header = HeaderOf(c.request, c.params, c.presigned, "x-amz-tagging");
  const auto tags = header ? Params::Parse(*header) : std::nullopt;
  return tags ? tags->all() : store::StringPairs();
}

/// Keys about an object's tags. `key` without its "s3:".
Values ObjectTagKey(std::string_view key, const Circumstances& c) {
  constexpr std::string_view kExisting = "existingobjecttag/";
  constexpr std::string_view kGiven = "requestobjecttag/";
  if (key.starts_with(kExisting)) {
    return c.existing_tags != nullptr ? Tag(*c.existing_tags, key.substr(kExisting.size())) : std::nullopt;
  }
  if (key.starts_with(kGiven)) return Tag(UploadTags(c), key.substr(kGiven.size()));
  if (key != "requestobjecttagkeys") return std::nullopt;
  std::vector<std::string> names;
  for (auto& [name, value] : UploadTags(c)) names.push_back(name);
  if (names.empty()) return std::nullopt;
  return names;
}

/// What the body says of this key.
Values Stated(std::string_view key, const Circumstances& c) {
  std::vector<std::string> values;
  for (const auto& [name, value] : *c.stated) {
    if (http::EqualsIgnoreCase(name, key)) values.push_back(value);
  }
  if (values.empty()) return std::nullopt;
  return values;
}

/// Milliseconds since the signature was made; a signature in a header has no age.
Values SignatureAge(const Circumstances& c) {
  const auto date = c.form ? c.request.header("x-amz-date") : c.presigned ? c.params.find("X-Amz-Date") : std::nullopt;
  const auto signed_at = date ? sigv4::parse_iso_basic(*date) : std::nullopt;
  return signed_at ? One(std::to_string(c.now - *signed_at * 1000)) : std::nullopt;
}

/// Whether this request makes an object visible: parts of an upload do not.
Values CreatesObject(const Circumstances& c) {
  for (const std::string_view name : {"PutObject", "CopyObject", "CompleteMultipartUpload"}) {
    if (c.operation == name) return One("true");
  }
  for (const std::string_view name : {"CreateMultipartUpload", "UploadPart", "UploadPartCopy"}) {
    if (c.operation == name) return One("false");
  }
  return std::nullopt;
}

/// Whole days until the retention that the request asks for ends, a begun one included.
Values RetentionDays(const Circumstances& c) {
  Values stated = c.stated != nullptr ? Stated("object-lock-retain-until-date", c) : std::nullopt;
  if (!stated) stated = Given(HeaderOf(c.request, c.params, c.presigned, "x-amz-object-lock-retain-until-date"));
  const auto until = stated ? aws::ParseIso(stated->front()) : std::nullopt;
  constexpr store::Millis kDay = 86400000;
  return until ? One(std::to_string((*until - c.now + kDay - 1) / kDay)) : std::nullopt;
}

/// `key` without its "s3:". Header keys have the headers' names.
Values S3Key(std::string_view key, const Identity& identity, const Circumstances& c) {
  if (key == "object-lock-remaining-retention-days") return RetentionDays(c);
  if (c.stated != nullptr) {
    if (Values stated = Stated(key, c)) return stated;
  }
  if (key == "prefix" || key == "delimiter" || key == "max-keys") return Given(c.params.find(key));
  if (key == "tlsversion") return c.request.secure ? One(c.request.tls_version) : std::nullopt;
  if (key == "versionid") return Given(c.version_id ? c.version_id : c.params.find("versionId"));
  if (key == "resourceaccount") return ResourceAccount(identity, c);
  if (identity.anonymous() && (key == "authtype" || key == "signatureversion")) return std::nullopt;
  if (key == "authtype") return One(c.form ? "POST" : c.presigned ? "REST-QUERY-STRING" : "REST-HEADER");
  if (key == "signatureversion") {
    const bool first = c.request.header_or_empty("authorization").starts_with("AWS ") ||
                       c.params.has("AWSAccessKeyId") || (c.form && c.request.header("awsaccesskeyid"));
    return One(first ? "AWS" : "AWS4-HMAC-SHA256");
  }
  if (key == "signatureage") return SignatureAge(c);
  if (key == "objectcreationoperation") return CreatesObject(c);
  if (key == "x-amz-content-sha256" && !identity.anonymous() && c.presigned) {
    return One(HeaderOf(c.request, c.params, true, key).value_or("UNSIGNED-PAYLOAD"));
  }
  if (key.starts_with("object-lock-")) {
    return Given(HeaderOf(c.request, c.params, c.presigned, "x-amz-" + std::string(key)));
  }
  if (key.starts_with("x-amz-") || key == "if-match" || key == "if-none-match") {
    return Given(HeaderOf(c.request, c.params, c.presigned, key));
  }
  return ObjectTagKey(key, c);
}

Values IamKey(std::string_view key, const Circumstances& c) {
  if (key == "policyarn") return Given(c.params.find("PolicyArn"));
  if (key == "permissionsboundary") {
    return c.boundary.empty() ? Given(c.params.find("PermissionsBoundary")) : One(c.boundary);
  }
  if (key == "awsservicename") return Given(c.params.find("AWSServiceName"));
  if (key.starts_with(kResourceTag)) return ResourceTag(key, c);
  return std::nullopt;
}

/// What a web identity token is to be valid for; only GetWebIdentityToken has the key, and a duration in any case.
Values TokenDuration(const Circumstances& c) {
  if (c.params.find("Action") != "GetWebIdentityToken") return std::nullopt;
  return One(c.params.find("DurationSeconds").value_or("300"));
}

Values StsKey(std::string_view key, const Circumstances& c) {
  if (key == "durationseconds") return TokenDuration(c);
  if (key == "identitytokenaudience") return Members(c.params, "Audience");
  if (key == "signingalgorithm") return Given(c.params.find("SigningAlgorithm"));
  if (key == "externalid") return Given(c.params.find("ExternalId"));
  if (key == "rolesessionname") return Given(c.params.find("RoleSessionName"));
  if (key == "sourceidentity") return Given(c.params.find("SourceIdentity"));
  if (key == "transitivetagkeys") return Members(c.params, "TransitiveTagKeys");
  if (key == "taskpolicyarn") return Given(c.params.find("TaskPolicyArn.arn"));
  return std::nullopt;
}

/// What a web identity's provider said stays with the session, under the provider's name: `key` is whole. A claim may
/// have several values, a pair each.
Values ClaimKey(std::string_view key, const Identity& identity) {
  std::vector<std::string> values;
  if (!identity.session) return std::nullopt;
  for (const auto& [name, value] : identity.session->facts.claims) {
    if (name == key) values.push_back(value);
  }
  if (values.empty()) return std::nullopt;
  return values;
}

}  // namespace

store::StringPairs GivenTags(const Circumstances& c) {
  const auto action = c.params.find("Action").value_or("");
  if (!c.operation.empty() || !(action.starts_with("Tag") || FindTagging(action) != nullptr)) return {};
  aws::Form form(c.params.all(), aws::Form::Style::kIam);
  return form.pairs({"Tags"}, {"Key", {}}, {"Value", {}}, 0);
}

std::optional<std::string_view> HeaderOf(const http::Request& request, const Params& params, bool presigned,
                                         std::string_view name) {
  if (auto sent = request.header(name)) return sent;
  if (!presigned) return std::nullopt;
  bool hoistable =
      (name.starts_with("x-amz-") && !name.starts_with("x-amz-checksum-") && name != "x-amz-sdk-checksum-algorithm") ||
      name == "if-match" || name == "if-none-match";
  if (!hoistable) return std::nullopt;
  for (const auto& [key, value] : params.all()) {
    if (http::EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

policy::Context ConditionContext(const std::vector<std::string>& wanted, const Identity& identity,
                                 const Circumstances& circumstances) {
  policy::Context context;
  for (const std::string& key : wanted) {
    const std::size_t colon = key.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view name = std::string_view(key).substr(colon + 1);
    const std::string_view service = std::string_view(key).substr(0, colon);
    Values values = service == "aws"   ? GlobalKey(name, identity, circumstances)
                    : service == "s3"  ? S3Key(name, identity, circumstances)
                    : service == "iam" ? IamKey(name, circumstances)
                    : service == "sts" ? StsKey(name, circumstances)
                                       : ClaimKey(key, identity);
    if (values) context.set(key, *std::move(values));
  }
  return context;
}

}  // namespace keymill::pipeline
