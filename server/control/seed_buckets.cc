#include <algorithm>

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
#include "server/s3/errors.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lock_configuration.h"
#include "server/s3/lookup.h"
#include "server/s3/regions.h"
#include "server/s3/tags.h"

// What a seed says of buckets.

namespace keymill::control {
namespace {

void Merge(store::StringPairs& tags, const store::StringPairs& added) {
  for (const auto& tag : added) {
    const auto same = std::find_if(tags.begin(), tags.end(), [&](const auto& each) { return each.first == tag.first; });
    if (same == tags.end())
      tags.push_back(tag);
    else
      same->second = tag.second;
  }
}

}  // namespace

Result<s3::Grants> ReadSeedAcl(const std::string& text, const s3::Owners& owners) {
  if (text.starts_with('<')) return s3::ParseAclDocument(text);
  if (auto grants = s3::CannedAcl(text, owners)) return *std::move(grants);
  return aws::Error(InvalidSeed, "must be the name of a canned ACL or an AccessControlPolicy document");
}

aws::Error BlockedBySetting(std::string_view what) {
  return {InvalidSeed, "the bucket's public access block forbids public " + std::string(what) +
                           "; \"publicAccessBlock\": null in its configurations removes it"};
}

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
    const auto grants = ReadSeedAcl(wanted.acl->text, {owner_id, owner_id});
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
    if (block.block_acls && pipeline::IsPublic(grants)) return BlockedBySetting("ACLs");
  }
  if (wanted.policy) {
    at_ = wanted.policy->path;
    const auto policy = s3::ParseNewPolicy(wanted.policy->text, bucket.name);
    if (!policy) return policy.error();
    if (block.block_policy && policy->allows_everybody()) return BlockedBySetting("policies");
    const auto set = s3::SetBucketPolicy(txn_, bucket.id, *policy, wanted.policy->text);
    if (!set) return set.error();
    changed |= *set;
  }
  return changed;
}

}  // namespace keymill::control
