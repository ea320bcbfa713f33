#include "server/aws/fields.h"
#include "server/s3/acl.h"
#include "server/s3/commit_watched.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxAcl = 204800;
constexpr std::size_t kMaxOwnership = 2048;
constexpr std::string_view kNoControls = "none";  // stored after DeleteBucketOwnershipControls

struct OwnershipRule {
  std::string ownership;
};
struct OwnershipControls {
  std::vector<OwnershipRule> rules;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::OwnershipRule> =
    std::tuple{Field{"ObjectOwnership", &s3::OwnershipRule::ownership, kRequired,
                     "BucketOwnerPreferred|ObjectWriter|BucketOwnerEnforced"}};
template <>
inline constexpr auto kFields<s3::OwnershipControls> =
    std::tuple{Field{"Rule", &s3::OwnershipControls::rules, kRequired}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

Answer SetOwnership(Call& call, std::string ownership) {
  auto set = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    const std::string owner_id = OwnerId(bucket->account);
    if (ownership == kOwnerEnforced && !IsPrivate(DecodeGrants(bucket->acl, owner_id), owner_id)) {
      return Error(InvalidBucketAclWithObjectOwnership);
    }
    bucket->object_ownership = ownership == kOwnerEnforced ? std::string() : ownership;
    store::PutBucket(txn, *bucket);
    return {};
  };
  if (const auto stored = co_await call.commit(set); !stored) co_return stored.error();
  co_return http::Response(ownership == kNoControls ? 204 : 200);
}

/// The grants that a PutBucketAcl or PutObjectAcl request asks for, from its headers or its body.
Task<Result<Grants>> ReceiveGrants(Call& call, const Owners& owners) {
  auto from_headers = ReadAclHeaders(call, owners);
  if (!from_headers) co_return from_headers.error();
  const auto text = co_await ReceiveDocument(call, kMaxAcl);
  if (!text) co_return text.error();
  if (*from_headers) {
    if (!text->empty()) co_return Error(UnexpectedContent);
    co_return std::move(**from_headers);
  }
  if (text->empty()) co_return Error(MissingSecurityHeader).with("MissingHeaderName", "x-amz-acl");
  co_return ParseAclDocument(*text);
}

}  // namespace

Answer GetBucketOwnershipControls(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  const std::string& ownership = bucket->object_ownership;
  if (ownership == kNoControls) co_return Error(OwnershipControlsNotFoundError).with("BucketName", bucket->name);
  OwnershipControls controls;
  controls.rules.push_back({ownership.empty() ? std::string(kOwnerEnforced) : ownership});
  co_return XmlResponse(aws::Document("OwnershipControls", kNamespace, controls));
}

Answer PutBucketOwnershipControls(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxOwnership);
  if (!text) co_return text.error();
  const auto document = aws::XmlDocument::Parse(*text, "OwnershipControls");
  OwnershipControls controls;
  if (!document || !aws::Read(document->root(), controls) || controls.rules.size() != 1) co_return Error(MalformedXML);
  std::string ownership = std::move(controls.rules[0].ownership);
  co_return co_await SetOwnership(call, std::move(ownership));
}

Answer DeleteBucketOwnershipControls(Call& call) {
  std::string none(kNoControls);
  co_return co_await SetOwnership(call, std::move(none));
}

Answer GetBucketAcl(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  const std::string owner_id = OwnerId(bucket->account);
  co_return XmlResponse(AclDocument(owner_id, DecodeGrants(bucket->acl, owner_id)));
}

Answer PutBucketAcl(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const std::string owner_id = OwnerId(found->account);
  const Owners owners{owner_id, owner_id};
  const auto grants = co_await ReceiveGrants(call, owners);
  if (!grants) co_return grants.error();
  auto put = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    const bool harmless = IsPrivate(*grants, owner_id);
    if (!harmless && !HasAcls(*bucket)) return Error(AccessControlListNotSupported);
    if (auto fine = CheckPublicGrants(call, *grants); !fine) return fine.error();
    bucket->acl = harmless ? std::string() : EncodeGrants(*grants);
    store::PutBucket(txn, *bucket);
    return {};
  };
  if (const auto stored = co_await call.commit(put); !stored) co_return stored.error();
  co_return http::Response(200);
}

Answer GetObjectAcl(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const std::string owner_id = OwnerId(found->bucket, found->object.owner);
  const std::string_view acl = HasAcls(found->bucket) ? std::string_view(found->object.acl) : std::string_view();
  http::Response response = XmlResponse(AclDocument(owner_id, DecodeGrants(acl, owner_id)));
  WriteVersionHeader(response, found->bucket, found->object);
  co_return response;
}

Answer PutObjectAcl(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  const auto before = co_await call.read(find);
  if (!before) co_return before.error();
  const Owners owners{OwnerId(before->bucket, before->object.owner), OwnerId(before->bucket.account)};
  const auto grants = co_await ReceiveGrants(call, owners);
  if (!grants) co_return grants.error();
  auto put = [&](store::Txn& txn) -> Result<FoundObject> {
    auto found = RequireObject(txn, call);
    if (!found) return found.error();
    const bool harmless = IsPrivate(*grants, owners.owner);
    if (!HasAcls(found->bucket)) {  // what an ACL said before they were switched off stays as it was
      if (!harmless) return Error(AccessControlListNotSupported);
      return found;
    }
    if (auto fine = CheckPublicGrants(call, *grants); !fine) return fine.error();
    found->object.acl = harmless ? std::string() : EncodeGrants(*grants);
    store::UpdateVersion(txn, found->bucket.id, found->object);
    return found;
  };
  const auto found = co_await CommitWatched(call, put);
  if (!found) co_return found.error();
  http::Response response;
  WriteVersionHeader(response, found->bucket, found->object);
  co_return response;
}

}  // namespace keymill::s3
