#include <limits>

#include "server/aws/fields.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/config.h"
#include "server/pipeline/s3_access.h"
#include "server/s3/acl.h"
#include "server/s3/authorization.h"
#include "server/s3/bucket_name.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/list_encoding.h"
#include "server/s3/lookup.h"
#include "server/s3/regions.h"
#include "server/s3/tags.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 64 << 10;
constexpr std::size_t kMaxBuckets = 10000;
constexpr std::string_view kOldestRegion = "us-east-1";
constexpr std::string_view kOldIreland = "EU";  // reported back as it was given

struct CreateRequest {
  std::optional<std::string> location;
  std::vector<TagElement> tags;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::CreateRequest> = std::tuple{Field{"LocationConstraint", &s3::CreateRequest::location},
                                                              ListOf("Tags", "Tag", &s3::CreateRequest::tags)};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

std::string BucketArn(std::string_view name) {
  return std::string("arn:aws:s3:::").append(name);
}

std::string_view RegionOf(const store::Bucket& bucket) {
  return bucket.region == kOldIreland ? std::string_view("eu-west-1") : std::string_view(bucket.region);
}

Result<CreateRequest> ParseCreate(std::string_view text) {
  CreateRequest request;
  if (text.empty()) return request;
  const auto document = aws::XmlDocument::Parse(text, "CreateBucketConfiguration");
  if (!document || !aws::Read(document->root(), request)) return Error(MalformedXML);
  if (auto checked = CheckTags(PairsOf({request.tags}), Tagged::kBucket); !checked) return checked.error();
  return request;
}

/// The region a new bucket gets. The oldest region's endpoint makes buckets everywhere and is not a legal constraint;
/// every other endpoint insists on its own name.
Result<std::string> PlaceBucket(const std::optional<std::string>& constraint, const std::string& endpoint_region) {
  if (endpoint_region == kOldestRegion) {
    if (!constraint) return endpoint_region;
    const bool legal = *constraint == kOldIreland || (IsRegion(*constraint) && *constraint != kOldestRegion);
    if (!legal) return Error(InvalidLocationConstraint).with("LocationConstraint", *constraint);
    return *constraint;
  }
  const bool here =
      constraint && (*constraint == endpoint_region || (*constraint == kOldIreland && endpoint_region == "eu-west-1"));
  if (here) return *constraint;
  return Error(IllegalLocationConstraintException,
               "The " + constraint.value_or("unspecified") +
                   " location constraint is incompatible for the region specific endpoint this request was sent to.");
}

/// Ownership controls and ACL of a new bucket.
Result<> ReadAccess(const Call& call, store::Bucket& bucket) {
  const std::string_view ownership = call.header("x-amz-object-ownership").value_or(kOwnerEnforced);
  if (ownership != kOwnerEnforced && ownership != kOwnerPreferred && ownership != kObjectWriter) {
    return InvalidArgumentNamed("Invalid x-amz-object-ownership header: " + std::string(ownership),
                                "x-amz-object-ownership", ownership);
  }
  bucket.object_ownership = ownership == kOwnerEnforced ? std::string_view() : ownership;
  const std::string owner_id = OwnerId(bucket.account);
  const auto grants = ReadAclHeaders(call, {owner_id, owner_id});
  if (!grants) return grants.error();
  if (!*grants || IsPrivate(**grants, owner_id)) return {};
  if (!HasAcls(bucket)) return Error(InvalidBucketAclWithObjectOwnership);
  if (pipeline::IsPublic(**grants)) return Error(InvalidBucketAclWithBlockPublicAccess);
  bucket.acl = EncodeGrants(**grants);
  return {};
}

/// A name that is taken: its owner may ask again in the oldest region, and nothing changes.
Result<> Recreate(const store::Bucket& existing, const store::Bucket& wanted) {
  if (existing.account != wanted.account) return Error(BucketAlreadyExists).with("BucketName", wanted.name);
  const bool same = existing.region == wanted.region && wanted.region == kOldestRegion && wanted.tags.empty();
  if (!same) return Error(BucketAlreadyOwnedByYou).with("BucketName", wanted.name);
  return {};
}

Error NotEmpty(const store::Bucket& bucket) {
  std::string message(BucketNotEmpty.message);
  if (bucket.versioning != store::Versioning::kUnversioned) message += ". You must delete all versions in the bucket.";
  return Error(BucketNotEmpty, std::move(message)).with("BucketName", bucket.name);
}

/// The filters of ListBuckets.
struct BucketFilter {
  std::string prefix, region, after;
  std::size_t limit = kMaxBuckets;
};

Result<BucketFilter> ReadBucketFilter(const pipeline::Params& params, const Config& config) {
  BucketFilter filter;
  filter.prefix = params.find("prefix").value_or("");
  filter.region = params.find("bucket-region").value_or("");
  if (!filter.region.empty() && !IsRegion(filter.region) && filter.region != config.region) {
    return InvalidArgumentNamed("Argument value " + filter.region + " is not a valid AWS Region", "bucket-region",
                                filter.region);
  }
  if (const auto text = params.find("max-buckets")) {
    const auto limit = ReadLimit(params, "max-buckets", kMaxBuckets + 1);
    if (!limit || *limit < 1 || *limit > kMaxBuckets) {
      return InvalidArgumentNamed("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", *text);
    }
    filter.limit = *limit;
  }
  if (const auto token = params.find("continuation-token")) {
    auto after = ReadToken(*token);
    if (!after) {
      return Error(InvalidArgument, "The continuation token provided is incorrect")
          .with("ArgumentName", "continuation-token");
    }
    filter.after = std::move(*after);
  }
  return filter;
}

std::string BucketList(const std::string& account, const BucketFilter& filter,
                       const std::vector<store::Bucket>& buckets, bool truncated) {
  aws::XmlWriter xml;
  xml.declaration().open("ListAllMyBucketsResult", kNamespace);
  xml.open("Owner").text("ID", aws::CanonicalUserId(account)).close();
  xml.open("Buckets");
  for (const store::Bucket& bucket : buckets) {
    xml.open("Bucket")
        .text("Name", bucket.name)
        .text("CreationDate", aws::IsoMillis(bucket.created))
        .text("BucketRegion", RegionOf(bucket))
        .text("BucketArn", BucketArn(bucket.name))
        .close();
  }
  xml.close();
  if (truncated) xml.text("ContinuationToken", MakeToken(buckets.back().name));
  xml.optional_text("Prefix", filter.prefix).close();
  return xml.take();
}

}  // namespace

Answer ListBuckets(Call& call) {
  const auto filter = ReadBucketFilter(call.params(), call.services().config);
  if (!filter) co_return filter.error();
  const std::string& account = call.identity().account;
  auto find = [&](const store::Reader& reader) {
    auto buckets =
        store::ListBuckets(reader, account, filter->prefix, filter->after, std::numeric_limits<std::size_t>::max());
    std::erase_if(buckets, [&](const store::Bucket& bucket) {
      return !filter->region.empty() && RegionOf(bucket) != filter->region;
    });
    return buckets;
  };
  auto buckets = co_await call.read(find);
  const bool truncated = buckets.size() > filter->limit;
  if (truncated) buckets.resize(filter->limit);
  co_return XmlResponse(BucketList(account, *filter, buckets, truncated));
}

Answer CreateBucket(Call& call) {
  const std::string& name = call.route().bucket;
  if (!IsValidBucketName(name)) co_return Error(InvalidBucketName).with("BucketName", name);
  const auto text = co_await ReceiveDocument(call, kMaxDocument);
  if (!text) co_return text.error();
  const auto request = ParseCreate(*text);
  if (!request) co_return request.error();
  store::StringPairs stated;
  if (request->location) stated.emplace_back("locationconstraint", *request->location);
  if (auto allowed = co_await AuthorizeStated(call, stated); !allowed) co_return allowed.error();
  const auto region = PlaceBucket(request->location, call.services().config.region);
  if (!region) co_return region.error();
  store::Bucket bucket;
  bucket.name = name;
  bucket.account = call.identity().account;
  bucket.region = *region;
  bucket.created = WholeSeconds(call.now());
  bucket.tags = PairsOf({request->tags});
  if (auto read = ReadAccess(call, bucket); !read) co_return read.error();
  if (sigv4::equals_ignoring_case(call.header_or_empty("x-amz-bucket-object-lock-enabled"), "true")) {
    bucket.object_lock = true;  // which needs versions to lock
    bucket.versioning = store::Versioning::kEnabled;
  }
  auto create = [&](store::Txn& txn) -> Result<> {
    if (const auto existing = store::FindBucket(txn, name)) return Recreate(*existing, bucket);
    store::PutBucket(txn, bucket);
    return {};
  };
  if (auto created = co_await call.commit(create); !created) co_return created.error();
  http::Response response;
  response.header("Location", *region == kOldestRegion ? "/" + name : "http://" + name + ".s3.amazonaws.com/")
      .header("x-amz-bucket-arn", BucketArn(name));
  co_return response;
}

Answer HeadBucket(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  http::Response response;
  response.header("x-amz-bucket-region", RegionOf(*bucket))
      .header("x-amz-bucket-arn", BucketArn(bucket->name))
      .header("x-amz-access-point-alias", "false")
      .header("Content-Type", "application/xml");
  co_return response;
}

Answer GetBucketLocation(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  const auto bucket = co_await call.read(find);
  if (!bucket) co_return bucket.error();
  const bool oldest = bucket->region == kOldestRegion;  // which answers an empty element
  aws::XmlWriter xml;
  xml.declaration().open("LocationConstraint", kNamespace);
  xml.characters(oldest ? std::string_view() : std::string_view(bucket->region)).close();
  co_return XmlResponse(xml.take());
}

Answer DeleteBucket(Call& call) {
  auto erase = [&](store::Txn& txn) -> Result<> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    if (!store::BucketIsEmpty(txn, bucket->id)) return NotEmpty(*bucket);
    store::EraseBucket(txn, *bucket);
    return {};
  };
  if (auto erased = co_await call.commit(erase); !erased) co_return erased.error();
  co_return http::Response(204);
}

}  // namespace keymill::s3
