#include "server/aws/time.h"
#include "server/aws/xml_writer.h"
#include "server/config.h"
#include "server/s3/acl.h"
#include "server/s3/commit_watched.h"
#include "server/s3/conditions.h"
#include "server/s3/copy_body.h"
#include "server/s3/copy_source.h"
#include "server/s3/customer_key.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/receive.h"
#include "server/s3/tags.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"

namespace keymill::s3 {
namespace {

/// What a CopyObject request asks for, and the new object as far as the request alone decides it.
struct CopyInput {
  CopySource source;
  ReadConditions source_conditions;
  WriteConditions conditions;
  bool replace_metadata = false;
  bool replace_tags = false;
  const ChecksumKind* checksum = nullptr;  ///< nullptr: the source's
  bool says_encryption = false;
  CustomerKey source_key, key;
  store::Object object;
};

/// True for REPLACE; COPY is the default.
Result<bool> ReadDirective(const Call& call, std::string_view header, std::string_view complaint) {
  const auto directive = call.header(header);
  if (!directive || *directive == "COPY") return false;
  if (*directive == "REPLACE") return true;
  return InvalidArgumentNamed(std::string(complaint), header, *directive);
}

Result<const ChecksumKind*> ReadAlgorithm(const Call& call) {
  const auto name = call.header("x-amz-checksum-algorithm");
  if (!name) return nullptr;
  if (const ChecksumKind* kind = FindChecksumKind(*name)) return kind;
  return Error(InvalidRequest, UnsupportedAlgorithm());
}

Result<CopyInput> ReadCopyInput(const Call& call) {
  CopyInput input;
  auto source = ParseCopySource(call.header_or_empty("x-amz-copy-source"));
  if (!source) return source.error();
  input.source = std::move(*source);
  input.source_conditions = ReadConditionsOf(call, kCopySourcePrefix);
  auto conditions = WriteConditionsOf(call);
  if (!conditions) return conditions.error();
  input.conditions = std::move(*conditions);
  const auto metadata = ReadDirective(call, "x-amz-metadata-directive", "Unknown metadata directive.");
  if (!metadata) return metadata.error();
  input.replace_metadata = *metadata;
  const auto tagging = ReadDirective(call, "x-amz-tagging-directive", "Unknown tagging directive.");
  if (!tagging) return tagging.error();
  input.replace_tags = *tagging;
  const auto checksum = ReadAlgorithm(call);
  if (!checksum) return checksum.error();
  input.checksum = *checksum;
  auto source_key = ReadCustomerKey(call, kSourceKeyPrefix);
  if (!source_key) return source_key.error();
  input.source_key = std::move(*source_key);
  auto key = ReadCustomerKey(call);
  if (!key) return key.error();
  input.key = std::move(*key);
  input.says_encryption = call.header("x-amz-server-side-encryption").has_value() || input.key || input.source_key;
  if (auto read = ReadPlacementHeaders(call, input.object); !read) return read.error();
  if (input.replace_metadata) {
    if (auto read = ReadReplaceableHeaders(call, input.object); !read) return read.error();
  }
  if (input.replace_tags) {
    auto tags = ParseTaggingHeader(call.header_or_empty("x-amz-tagging"));
    if (!tags) return tags.error();
    input.object.tags = std::move(*tags);
  }
  return input;
}

/// The object to copy, as it is now, and the bucket it goes to.
struct CopyPlan {
  store::Bucket target;
  FoundObject from;
};

Result<CopyPlan> Plan(const store::Reader& reader, const Call& call, const CopyInput& input,
                      const SourceAccess& access) {
  auto target = RequireBucket(reader, call);
  if (!target) return target.error();
  auto source = FindCopySource(reader, call, input.source, access);
  if (!source) return source.error();
  const store::Object& object = source->object;
  if (auto checked = CheckCustomerKey(input.source_key, object); !checked) return checked.error();
  const auto holds = CheckRead(input.source_conditions, object, call.now(), kCopySourcePrefix);
  if (!holds) return holds.error();
  if (object.size > kMaxSinglePut) {
    return Error(InvalidRequest,
                 "The specified copy source is larger than the maximum allowable size for a copy source: " +
                     std::to_string(kMaxSinglePut));
  }
  const std::string& key = call.route().key;
  const bool changes = input.replace_metadata || input.says_encryption || !input.object.website_redirect.empty() ||
                       input.source.version_id || input.object.storage_class != object.storage_class;
  if (!changes && input.source.bucket == target->name && input.source.key == key) {
    return Error(InvalidRequest,
                 "This copy request is illegal because it is trying to copy an object to itself without "
                 "changing the object's metadata, storage class, website redirect location or "
                 "encryption attributes.");
  }
  if (input.conditions.any()) {
    const auto checked = CheckWrite(input.conditions, store::FindObject(reader, target->id, key), key);
    if (!checked) return checked.error();
  }
  return CopyPlan{std::move(*target), std::move(*source)};
}

/// The copy of `source` that the request describes; its body is shared
/// unless a customer's key asks for other bytes.
store::Object MakeCopy(const CopyInput& input, const Call& call, const store::Object& source) {
  store::Object copy = input.object;
  if (!input.replace_metadata) {
    copy.content_type = source.content_type;
    copy.cache_control = source.cache_control;
    copy.content_disposition = source.content_disposition;
    copy.content_encoding = source.content_encoding;
    copy.content_language = source.content_language;
    copy.expires = source.expires;
    copy.metadata = source.metadata;
  }
  if (!input.replace_tags) copy.tags = source.tags;
  copy.key = call.route().key;
  copy.modified = WholeSeconds(call.now());
  copy.size = source.size;
  copy.etag = source.etag;
  copy.checksum = source.checksum;
  copy.body = source.body;
  return copy;
}

/// Tags that go along need permission to read them there and to set them here.
Task<Result<>> AuthorizeTags(Call& call, const CopyInput& input, const SourceAccess& access) {
  const std::string_view action = input.source.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging";
  if (auto allowed = co_await AuthorizeObject(call, action, access.subject); !allowed) co_return allowed.error();
  co_return Authorize(call, "s3:PutObjectTagging", SubjectOf(call, call.route().key));
}

std::string CopyResult(const store::Object& copy) {
  aws::XmlWriter xml;
  xml.declaration().open("CopyObjectResult", kNamespace);
  xml.text("LastModified", aws::IsoMillis(copy.modified)).text("ETag", Quoted(copy.etag));
  if (const ChecksumKind* kind = FindChecksumKind(copy.checksum.algorithm)) {
    xml.text(kind->element, ShowChecksum(copy.checksum.value)).text("ChecksumType", "FULL_OBJECT");
  }
  xml.close();
  return xml.take();
}

}  // namespace

Answer CopyObject(Call& call) {
  if (call.identity().anonymous()) {
    co_return Error(AccessDenied, "Anonymous users cannot copy objects. Please authenticate.");
  }
  const auto input = ReadCopyInput(call);
  if (!input) co_return input.error();
  const auto access = co_await AuthorizeCopySource(call, input->source);
  if (!access) co_return access.error();
  const std::string version_id = NewVersionId();
  for (;;) {
    auto find = [&](const store::Reader& reader) { return Plan(reader, call, *input, *access); };
    const auto plan = co_await call.read(find);
    if (!plan) co_return plan.error();
    if (!input->replace_tags && !plan->from.object.tags.empty()) {
      if (auto allowed = co_await AuthorizeTags(call, *input, *access); !allowed) co_return allowed.error();
    }
    store::Object copy = MakeCopy(*input, call, plan->from.object);
    if (auto checked = CheckLockable(plan->target, copy); !checked) co_return checked.error();
    if (auto read = ReadObjectAcl(call, plan->target, copy); !read) co_return read.error();
    const ChecksumKind* kind = input->checksum != nullptr ? input->checksum : FindChecksumKind(copy.checksum.algorithm);
    if (kind == nullptr) kind = &kCrc64Nvme;
    // ETag and checksum of a multipart upload cannot be taken over, nor a checksum of another algorithm; and bytes
    // under a customer's key, before or after, are written anew.
    const bool rewrite = input->source_key || input->key;
    OwnedBlob blob(call.services().db);
    if (rewrite || plan->from.object.part_count > 0 || kind->name != copy.checksum.algorithm) {
      const BodySource bytes{plan->from.object.body, {0, copy.size}, input->source_key};
      CopiedDigests digests;
      if (!co_await CopyBytes(call, bytes, *kind, digests, rewrite ? &blob : nullptr, input->key)) continue;
      copy.etag = digests.etag;
      copy.checksum = digests.checksum;
    }
    if (rewrite) {
      copy.body = {};
      if (blob.get()) copy.body.blobs.push_back(*blob.get());
    }

    // The source may have been replaced since; then its bytes are not those described, and it is read again.
    std::optional<std::string> expiration;
    auto put = [&](store::Txn& txn) -> Result<bool> {
      const auto now = Plan(txn, call, *input, *access);
      if (!now) return now.error();
      if (now->from.object.sequence != plan->from.object.sequence) return false;
      ApplyDefaultEncryption(txn, now->target, call.services().config.region, copy);
      StoreObject(txn, now->target, copy, version_id);
      expiration = ExpirationHeader(txn, now->target, copy);
      return true;
    };
    const auto stored = co_await CommitWatched(call, put);
    if (!stored) co_return stored.error();
    if (!*stored) continue;
    blob.kept();
    http::Response response = XmlResponse(CopyResult(copy));
    WriteEncryptionHeaders(response, copy);
    WriteCustomerKeyHeaders(response, call);
    WriteNewVersionHeader(response, copy);
    if (expiration) response.header(kExpirationHeader, *expiration);
    if (plan->from.bucket.versioning != store::Versioning::kUnversioned) {
      response.header("x-amz-copy-source-version-id", ShowVersionId(plan->from.object.version_id));
    }
    co_return response;
  }
}

}  // namespace keymill::s3
