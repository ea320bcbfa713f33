#include <algorithm>
#include <tuple>

#include "server/aws/ids.h"
#include "server/aws/xml_reader.h"
#include "server/control/errors.h"
#include "server/control/seed_apply.h"
#include "server/pipeline/s3_access.h"
#include "server/s3/acl.h"
#include "server/s3/bucket_name.h"
#include "server/s3/bucket_policy.h"
#include "server/s3/bucket_state.h"
#include "server/s3/documents.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lock_configuration.h"
#include "server/s3/lookup.h"
#include "server/s3/regions.h"
#include "server/s3/tags.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"

// What a seed says of buckets and objects.

namespace keymill::control {
namespace {

constexpr std::size_t kMaxMetadata = 2048;  // octets of names and values (aws-facts: MetadataTooLarge)

void Merge(store::StringPairs& tags, const store::StringPairs& added) {
  for (const auto& tag : added) {
    const auto same = std::find_if(tags.begin(), tags.end(), [&](const auto& each) { return each.first == tag.first; });
    if (same == tags.end())
      tags.push_back(tag);
    else
      same->second = tag.second;
  }
}

store::StringPairs Sorted(store::StringPairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

bool IsHeaderText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' || c < 0) && c != 0x7f; });
}
bool IsMetadataName(std::string_view name) {
  constexpr std::string_view kToken = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  return !name.empty() && name.find_first_not_of(kToken) == std::string_view::npos;
}

/// What headers would have to be checked for, if they had come as such.
Result<> CheckHeaders(const SeedObject& wanted) {
  for (const std::string* text : {&wanted.content_type, &wanted.cache_control, &wanted.content_disposition,
                                  &wanted.content_encoding, &wanted.content_language, &wanted.expires}) {
    if (!IsHeaderText(*text)) return aws::Error(InvalidSeed, "a header has control characters");
  }
  std::size_t size = 0;
  for (const auto& [name, value] : wanted.metadata) {
    if (!IsMetadataName(name)) {
      return aws::Error(InvalidSeed, "metadata names are lower-case, without x-amz-meta- and spaces: " + name);
    }
    if (!IsHeaderText(value)) return aws::Error(InvalidSeed, "metadata has control characters: " + name);
    size += name.size() + value.size();
  }
  return size <= kMaxMetadata ? Result<>() : aws::Error(s3::MetadataTooLarge);
}

/// A canned ACL by its name, or an AccessControlPolicy document.
Result<s3::Grants> ReadAcl(const std::string& text, const std::string& owner_id) {
  if (text.starts_with('<')) return s3::ParseAclDocument(text);
  if (auto grants = s3::CannedAcl(text, {owner_id, owner_id})) return *std::move(grants);
  return aws::Error(InvalidSeed, "must be the name of a canned ACL or an AccessControlPolicy document");
}

aws::Error Blocked(std::string_view what) {
  return {InvalidSeed, "the bucket's public access block forbids public " + std::string(what) +
                           "; \"publicAccessBlock\": null in its configurations removes it"};
}

}  // namespace

Result<> SeedRun::bucket(const SeedAccount& account, const SeedBucket& wanted) {
  at_ = wanted.path;
  if (!s3::IsValidBucketName(wanted.name)) return aws::Error(s3::InvalidBucketName);
  if (auto first = once("bucket", "", wanted.name); !first) return first;
  auto bucket = store::FindBucket(txn_, wanted.name);
  const bool created = !bucket;
  if (created) {
    auto made = new_bucket(account, wanted);
    if (!made) return made.error();
    bucket = *std::move(made);
  } else if (bucket->account != account.id) {
    return aws::Error(s3::BucketAlreadyExists, "The bucket belongs to another account.");
  } else if (wanted.region && *wanted.region != bucket->region) {
    return aws::Error(InvalidSeed, "the bucket is in " + bucket->region + ", and stays there");
  }
  const auto set = settings(*bucket, wanted);
  if (!set) return set.error();
  const auto documented = documents(*bucket, wanted);
  if (!documented) return documented.error();
  count(created, *set || *documented);
  for (const SeedObject& each : wanted.objects) {
    if (auto done = object(*bucket, each); !done) return done;
  }
  return {};
}

Result<store::Bucket> SeedRun::new_bucket(const SeedAccount& account, const SeedBucket& wanted) {
  store::Bucket bucket;
  bucket.name = wanted.name;
  bucket.account = account.id;
  bucket.region = wanted.region.value_or(config_.region);
  if (bucket.region != config_.region && bucket.region != "EU" && !s3::IsRegion(bucket.region)) {
    at_ = wanted.path + ".region";
    return aws::Error(s3::InvalidLocationConstraint);
  }
  bucket.created = s3::WholeSeconds(now_);
  store::PutBucket(txn_, bucket);
  return bucket;
}

/// What the bucket's own record holds. True if anything changed.
Result<bool> SeedRun::settings(store::Bucket& bucket, const SeedBucket& wanted) {
  const std::string before = store::Encode(bucket);
  if (wanted.object_lock) {
    bucket.object_lock = true;
    bucket.versioning = store::Versioning::kEnabled;
  }
  if (wanted.versioning) {
    at_ = wanted.versioning->path;
    const bool enable = wanted.versioning->text == "Enabled";
    if (!enable && bucket.object_lock) {
      return aws::Error(s3::InvalidBucketState, "a bucket with object lock keeps its versions");
    }
    bucket.versioning = enable ? store::Versioning::kEnabled : store::Versioning::kSuspended;
  }
  const std::string owner_id = aws::CanonicalUserId(bucket.account);
  if (wanted.object_ownership) {
    at_ = wanted.object_ownership->path;
    const std::string& ownership = wanted.object_ownership->text;
    if (ownership != s3::kOwnerEnforced && ownership != "BucketOwnerPreferred" && ownership != "ObjectWriter") {
      return aws::Error(InvalidSeed, "must be BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter");
    }
    bucket.object_ownership = ownership == s3::kOwnerEnforced ? std::string() : ownership;
  }
  at_ = wanted.path + ".tags";
  Merge(bucket.tags, wanted.tags);
  if (auto checked = s3::CheckTags(bucket.tags, s3::Tagged::kBucket); !checked) return checked.error();
  if (wanted.acl) {
    at_ = wanted.acl->path;
    const auto grants = ReadAcl(wanted.acl->text, owner_id);
    if (!grants) return grants.error();
    bucket.acl = s3::IsPrivate(*grants, owner_id) ? std::string() : s3::EncodeGrants(*grants);
  }
  if (!bucket.acl.empty() && !s3::HasAcls(bucket)) {
    return aws::Error(s3::InvalidBucketAclWithObjectOwnership);
  }
  const bool changed = store::Encode(bucket) != before;
  if (changed) store::PutBucket(txn_, bucket);
  return changed;
}

/// Policy and configurations. True if anything changed.
Result<bool> SeedRun::documents(store::Bucket& bucket, const SeedBucket& wanted) {
  bool changed = false;
  for (const SeedNamedText& each : wanted.configurations) {
    at_ = each.path;
    const auto stored = store::FindDocument(txn_, bucket.id, each.name);
    if (each.name == s3::kLockDocument && each.text) {
      if (auto set = s3::SetLockConfiguration(txn_, bucket, *each.text); !set) return set.error();
      changed |= store::FindDocument(txn_, bucket.id, each.name) != stored;
      continue;
    }
    const s3::DocumentKind* kind = s3::FindDocumentKind(each.name);
    if (kind == nullptr) return aws::Error(InvalidSeed, "there is no configuration of this name in S3");
    if (!each.text) {
      s3::ClearDocument(txn_, bucket, *kind, each.name);
      changed |= store::FindDocument(txn_, bucket.id, each.name) != stored;
      continue;
    }
    const auto document = aws::XmlDocument::Parse(*each.text, kind->root);
    if (!document) return aws::Error(s3::MalformedXML, "must be XML with the root " + std::string(kind->root));
    const auto mark = s3::FindMark(bucket, *kind);
    const std::string kept(mark.value_or(kind->mark != nullptr ? s3::kUsualMinimumSize : std::string_view()));
    const auto set = s3::SetDocument(txn_, bucket, *kind, each.name, document->root(), kept);
    if (!set) return set.error();
    changed |= *set;
  }
  const auto block = s3::ReadPublicAccessBlock(txn_, bucket);
  if (wanted.acl) {
    at_ = wanted.acl->path;
    const auto grants = s3::DecodeGrants(bucket.acl, aws::CanonicalUserId(bucket.account));
    if (block.block_acls && pipeline::IsPublic(grants)) return Blocked("ACLs");
  }
  if (wanted.policy) {
    at_ = wanted.policy->path;
    const auto policy = s3::ParseBucketPolicy(wanted.policy->text);
    if (!policy) return policy.error();
    if (block.block_policy && policy->allows_everybody()) return Blocked("policies");
    if (store::FindDocument(txn_, bucket.id, s3::kPolicyDocument) != wanted.policy->text) {
      store::PutDocument(txn_, bucket.id, s3::kPolicyDocument, wanted.policy->text);
      store::EraseDocument(txn_, bucket.id, s3::kNamedDocument);  // a seed names whoever has the name
      changed = true;
    }
  }
  return changed;
}

Result<> SeedRun::object(const store::Bucket& bucket, const SeedObject& wanted) {
  at_ = wanted.path;
  if (auto checked = s3::CheckKey(wanted.key); !checked) return checked;
  if (auto first = once("object", bucket.name, wanted.key); !first) return first;
  if (auto checked = CheckHeaders(wanted); !checked) return checked;
  if (auto checked = s3::CheckTags(wanted.tags, s3::Tagged::kObject); !checked) return checked;
  store::Object object;
  object.key = wanted.key;
  object.owner = bucket.account;
  object.content_type = wanted.content_type;
  object.cache_control = wanted.cache_control;
  object.content_disposition = wanted.content_disposition;
  object.content_encoding = wanted.content_encoding;
  object.content_language = wanted.content_language;
  object.expires = wanted.expires;
  object.metadata = wanted.metadata;
  object.tags = wanted.tags;
  const BodyFacts& facts = bodies_.facts(wanted);
  object.size = facts.size;
  object.etag = facts.etag;
  object.checksum = {std::string(s3::kCrc64Nvme.name), facts.crc64nvme, false};
  object.modified = s3::WholeSeconds(now_);
  const auto current = store::FindObject(txn_, bucket.id, wanted.key);
  const bool there = current && !current->delete_marker;
  const auto described = [](const store::Object& each) {
    return std::tuple(each.size, each.etag, each.content_type, each.cache_control, each.content_disposition,
                      each.content_encoding, each.content_language, each.expires, Sorted(each.metadata),
                      Sorted(each.tags));
  };
  if (there && described(*current) == described(object)) {
    count(false, false);
    return {};
  }
  count(!there, true);
  auto body = bodies_.place(txn_, wanted);
  if (!body) return {};  // another try follows, with the body written
  object.body = *std::move(body);
  s3::ApplyDefaultEncryption(txn_, bucket, config_.region, object);
  s3::StoreObject(txn_, bucket, object, s3::NewVersionId());
  return {};
}

}  // namespace keymill::control
