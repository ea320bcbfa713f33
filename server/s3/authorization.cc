#include "server/s3/authorization.h"

#include <array>
#include <string>

#include "server/aws/arn.h"
#include "server/config.h"
#include "server/pipeline/authorize.h"
#include "server/s3/acl.h"
#include "server/s3/errors.h"
#include "server/s3/ownership.h"
#include "server/s3/tags.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"
#include "store/uploads.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

using pipeline::Call;

constexpr std::string_view kAnything;

/// A permission that a request needs because of a header that it bears.
struct Extra {
  std::string_view operation, header;
  std::string_view value;  ///< kAnything: whatever it is
  std::string_view action;
};
constexpr std::string_view kUploads[] = {"PutObject", "PostObject", "CopyObject", "CreateMultipartUpload"};
constexpr Extra kUploadExtras[] = {
    {"", "x-amz-acl", kAnything, "s3:PutObjectAcl"},
    {"", "x-amz-grant-full-control", kAnything, "s3:PutObjectAcl"},
    {"", "x-amz-grant-read", kAnything, "s3:PutObjectAcl"},
    {"", "x-amz-grant-read-acp", kAnything, "s3:PutObjectAcl"},
    {"", "x-amz-grant-write-acp", kAnything, "s3:PutObjectAcl"},
    {"", "x-amz-tagging", kAnything, "s3:PutObjectTagging"},
    {"", "x-amz-object-lock-mode", kAnything, "s3:PutObjectRetention"},
    {"", "x-amz-object-lock-legal-hold", kAnything, "s3:PutObjectLegalHold"},
};
constexpr Extra kExtras[] = {
    {"PostObject", "tagging", kAnything, "s3:PutObjectTagging"},  // the form's field, a document
    {"CreateBucket", "x-amz-acl", kAnything, "s3:PutBucketAcl"},
    {"CreateBucket", "x-amz-grant-full-control", kAnything, "s3:PutBucketAcl"},
    {"CreateBucket", "x-amz-grant-read", kAnything, "s3:PutBucketAcl"},
    {"CreateBucket", "x-amz-grant-write", kAnything, "s3:PutBucketAcl"},
    {"CreateBucket", "x-amz-object-ownership", kAnything, "s3:PutBucketOwnershipControls"},
    {"CreateBucket", "x-amz-bucket-object-lock-enabled", "true", "s3:PutBucketObjectLockConfiguration"},
    {"CreateBucket", "x-amz-bucket-object-lock-enabled", "true", "s3:PutBucketVersioning"},
};

bool Applies(const Call& call, const Extra& extra) {
  const auto value = call.header(extra.header);
  return value && (extra.value == kAnything || sigv4::equals_ignoring_case(*value, extra.value));
}

/// Whether the action is about an object that is there already, so that its owner, ACL and tags count.
bool ConcernsExisting(std::string_view action) {
  for (const std::string_view other :
       {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts", "s3:BypassGovernanceRetention"}) {
    if (action == other) return false;
  }
  return true;
}

std::optional<pipeline::ObjectFacts> FindFacts(const store::Reader& reader, const Subject& subject) {
  std::optional<store::Object> object;
  if (subject.version_id) {
    const auto version = ParseVersionId(*subject.version_id);
    if (version) object = store::FindVersion(reader, subject.bucket->record.id, subject.key, *version);
  } else {
    object = store::FindObject(reader, subject.bucket->record.id, subject.key);
  }
  if (!object || object->delete_marker) return std::nullopt;
  const std::string_view owner = OwnerOf(subject.bucket->record, object->owner);
  Grants grants = DecodeGrants(object->acl, OwnerId(owner));
  return pipeline::ObjectFacts{std::string(owner), std::move(grants), std::move(object->tags)};
}

/// S3Question::former_owner.
std::string FormerOwner(const store::Reader& reader, const Call& call, std::string_view action,
                        const Subject& subject) {
  const store::Bucket& bucket = subject.bucket->record;
  if (action == "s3:AbortMultipartUpload" || action == "s3:ListMultipartUploadParts") {
    const auto upload =
        store::FindUpload(reader, bucket.id, subject.key, call.params().find("uploadId").value_or(std::string_view()));
    const auto initiator = upload ? aws::Arn::Parse(upload->initiator) : std::nullopt;
    return std::string(initiator ? initiator->account : upload ? kAnonymousOwner : std::string_view());
  }
  const auto object = store::FindObject(reader, bucket.id, subject.key);
  return std::string(object && !object->delete_marker ? OwnerOf(bucket, object->owner) : std::string_view());
}

std::string ArnOf(const Subject& subject) {
  if (subject.bucket_name.empty()) return {};
  std::string arn = "arn:aws:s3:::" + std::string(subject.bucket_name);
  if (!subject.key.empty()) arn.append("/").append(subject.key);
  return arn;
}

/// Tells whether the bucket belongs to another account: then AWS says no more than that access is denied.
bool Foreign(const Call& call, const Subject& subject) {
  return subject.bucket != nullptr && subject.bucket->record.account != call.identity().account;
}

/// Who is to pay for requests to another account's bucket has to say so, and nobody in particular cannot pay ("Using
/// Requester Pays buckets").
Result<> CheckPayer(const Call& call, const pipeline::BucketState& bucket) {
  if (!pipeline::RequesterPays(call.identity(), bucket)) return {};
  constexpr std::string_view kHeader = "x-amz-request-payer";
  const auto payer = call.header(kHeader);
  const bool agreed = (payer ? payer : call.params().find(kHeader)) == "requester";
  if (agreed && !call.identity().anonymous()) return {};
  return Error(AccessDenied);
}

}  // namespace

Subject SubjectOf(const Call& call, std::string_view key) {
  const bool made = call.route().operation->name == "CreateBucket";  // whoever has that name now has no say
  return {made ? nullptr : call.bucket(), call.route().bucket, key, call.params().find("versionId"), nullptr};
}

Result<> Authorize(const Call& call, std::string_view action, const Subject& subject) {
  if (subject.bucket != nullptr) {
    if (auto agreed = CheckPayer(call, *subject.bucket); !agreed) return agreed.error();
  }
  pipeline::Circumstances circumstances{call.request(), call.params(), call.now(), call.services().config.region,
                                        call.presigned()};
  circumstances.operation = call.route().operation->name;
  circumstances.form = call.route().operation->is_form();
  if (subject.bucket != nullptr) circumstances.resource_account = subject.bucket->record.account;
  circumstances.version_id = subject.version_id;
  if (subject.object != nullptr) circumstances.existing_tags = &subject.object->tags;
  circumstances.stated = subject.stated;
  const std::string arn = ArnOf(subject);
  const pipeline::S3Question question{action, arn.empty() ? std::string_view("arn:aws:s3:::*") : arn, subject.bucket,
                                      subject.object, subject.former_owner};
  const auto decision = pipeline::DecideS3(call.identity(), question, circumstances);
  if (decision.allowed()) return {};
  if (Foreign(call, subject)) return Error(AccessDenied);
  return pipeline::Denial(call.identity(), action, arn, pipeline::Service::kS3, decision);
}

Task<Result<>> AuthorizeObject(Call& call, std::string_view action, Subject subject) {
  std::optional<pipeline::ObjectFacts> facts;
  std::string former_owner;
  if (subject.bucket == nullptr || subject.key.empty()) co_return Authorize(call, action, subject);
  if (ConcernsExisting(action)) {
    if (subject.bucket->has_acls || pipeline::AsksFor(call.identity(), subject.bucket, "s3:existingobjecttag/")) {
      auto find = [&](const store::Reader& reader) { return FindFacts(reader, subject); };
      facts = co_await call.read(find);
      if (facts) subject.object = &*facts;
    }
  } else if (subject.bucket->has_acls && Foreign(call, subject)) {
    auto find = [&](const store::Reader& reader) { return FormerOwner(reader, call, action, subject); };
    former_owner = co_await call.read(find);
    subject.former_owner = former_owner;
  }
  co_return Authorize(call, action, subject);
}

Error BlockedPublicAccess(const Call& call, std::string_view action, std::string_view what, std::string_view setting) {
  const Subject subject = SubjectOf(call, call.route().key);
  if (call.identity().anonymous() || Foreign(call, subject)) return AccessDenied;
  std::string text = "User: " + call.identity().arn + " is not authorized to perform: " + std::string(action);
  text.append(" on resource: \"").append(ArnOf({nullptr, call.route().bucket, call.route().key, {}, nullptr}));
  text.append("\" because public ").append(what).append(" are prevented by the ").append(setting);
  return Error(AccessDenied, text + " setting in S3 Block Public Access.");
}

namespace {

/// Operations whose body tells the values of condition keys, and those keys.
struct BodyKeys {
  std::string_view operation, prefix;
};
constexpr BodyKeys kBodyKeys[] = {
    {"PutObjectTagging", "s3:requestobjecttag"},
    {"PutObjectRetention", "s3:object-lock-"},
    {"PutObjectLegalHold", "s3:object-lock-"},
    {"CreateBucket", "s3:locationconstraint"},
};

/// True if policies ask for what only the body tells: then it is received before the decision.
bool DecidedByBody(const Call& call) {
  for (const BodyKeys& row : kBodyKeys) {
    if (row.operation != call.route().operation->name) continue;
    return pipeline::AsksFor(call.identity(), SubjectOf(call, call.route().key).bucket, row.prefix);
  }
  return false;
}

/// The tags of a form's `tagging` field; one that cannot be read is refused later.
store::StringPairs FormTags(const Call& call) {
  const auto field = call.header("tagging");
  const auto tags = field ? ParseTagging(*field, Tagged::kObject) : Result<store::StringPairs>(store::StringPairs());
  return tags ? StatedTags(*tags) : store::StringPairs();
}

/// AuthorizeOperation with what the body says.
Task<Result<>> AuthorizeWith(Call& call, const store::StringPairs& stated) {
  const pipeline::Operation& operation = *call.route().operation;
  Subject subject = SubjectOf(call, call.route().key);
  subject.stated = &stated;
  const bool missing = subject.bucket == nullptr && !subject.bucket_name.empty() && operation.name != "CreateBucket";
  const auto refused = [&](const Error& denial) {
    return missing ? Error(NoSuchBucket).with("BucketName", std::string(subject.bucket_name)) : denial;
  };
  if (auto allowed = co_await AuthorizeObject(call, operation.action, subject); !allowed) {
    co_return refused(allowed.error());
  }
  if (operation.name == "GetObjectAttributes") {
    const std::string_view also = subject.version_id ? "s3:GetObjectVersion" : "s3:GetObject";
    if (auto allowed = co_await AuthorizeObject(call, also, subject); !allowed) co_return refused(allowed.error());
  }
  for (const Extra& extra : kExtras) {
    if (extra.operation != operation.name || !Applies(call, extra)) continue;
    if (auto allowed = Authorize(call, extra.action, subject); !allowed) co_return refused(allowed.error());
  }
  for (const std::string_view upload : kUploads) {
    if (upload != operation.name) continue;
    for (const Extra& extra : kUploadExtras) {
      if (!Applies(call, extra)) continue;
      if (auto allowed = Authorize(call, extra.action, subject); !allowed) co_return refused(allowed.error());
    }
  }
  co_return Result<>();
}

}  // namespace

Task<Result<>> AuthorizeOperation(Call& call) {
  const pipeline::Operation& operation = *call.route().operation;
  if (operation.action.empty() || operation.name == "DeleteObjects") {
    const pipeline::BucketState* bucket = SubjectOf(call, call.route().key).bucket;
    co_return bucket != nullptr ? CheckPayer(call, *bucket) : Result<>();
  }
  if (DecidedByBody(call)) co_return Result<>();
  const store::StringPairs stated = operation.is_form() ? FormTags(call) : store::StringPairs();
  co_return co_await AuthorizeWith(call, stated);
}

Task<Result<>> AuthorizeStated(Call& call, const store::StringPairs& stated) {
  if (!DecidedByBody(call)) co_return Result<>();
  co_return co_await AuthorizeWith(call, stated);
}

store::StringPairs StatedTags(const store::StringPairs& tags) {
  store::StringPairs stated;
  for (const auto& [key, value] : tags) {
    stated.emplace_back("requestobjecttag/" + key, value);
    stated.emplace_back("requestobjecttagkeys", key);
  }
  return stated;
}

}  // namespace keymill::s3
