#include <algorithm>
#include <tuple>

#include "server/aws/ids.h"
#include "server/control/errors.h"
#include "server/control/seed_apply.h"
#include "server/pipeline/s3_access.h"
#include "server/s3/acl.h"
#include "server/s3/bucket_state.h"
#include "server/s3/encryption.h"
#include "server/s3/errors.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/retention.h"
#include "server/s3/tags.h"
#include "server/s3/versions.h"
#include "store/versions.h"

// What a seed says of objects and their versions.

namespace keymill::control {
namespace {

constexpr std::size_t kMaxMetadata = 2048;  // octets of names and values (aws-facts: MetadataTooLarge)

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
Result<> CheckHeaders(const SeedVersion& wanted) {
  for (const std::string* text :
       {&wanted.content_type, &wanted.cache_control, &wanted.content_disposition, &wanted.content_encoding,
        &wanted.content_language, &wanted.expires, &wanted.website_redirect}) {
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

/// The key's versions, oldest first, bodies left out. A list of one is asked for the current one alone.
std::vector<store::Object> StoredVersions(const store::Reader& reader, const store::Bucket& bucket,
                                          const SeedObject& wanted) {
  std::vector<store::Object> all;
  if (wanted.versions.size() == 1) {
    if (auto current = store::FindObject(reader, bucket.id, wanted.key)) all.push_back(*std::move(current));
    return all;
  }
  store::VersionQuery query;
  query.prefix = wanted.key;
  store::VersionPage page;
  bool more = true;
  while (more) {
    page = store::ListVersions(reader, bucket.id, query);
    more = page.truncated;
    for (store::VersionEntry& entry : page.versions) {
      if (entry.object.key == wanted.key)
        all.push_back(std::move(entry.object));
      else
        more = false;  // the key itself comes first among those that begin with it
    }
    query.key_marker = page.last_key;
    query.version_id_marker = page.last_version_id;
  }
  std::reverse(all.begin(), all.end());
  return all;
}

/// True if a stored version is as the seed wants it: what the seed leaves to the bucket's settings may be anything.
bool IsAsWanted(const store::Object& stored, const SeedVersion& wanted, const store::Object& described) {
  if (wanted.version_id && *wanted.version_id != stored.version_id) return false;
  if (stored.delete_marker || described.delete_marker) return stored.delete_marker == described.delete_marker;
  const auto content = [](const store::Object& each) {
    return std::tuple(each.size, each.etag, each.content_type, each.cache_control, each.content_disposition,
                      each.content_encoding, each.content_language, each.expires, each.website_redirect,
                      each.storage_class, each.owner, Sorted(each.metadata), Sorted(each.tags));
  };
  const auto encryption = [](const store::Object& each) {
    return std::tuple(each.encryption, each.encryption_key, s3::HasBucketKey(each));
  };
  const auto retention = [](const store::Object& each) { return std::pair(each.lock_mode, each.retain_until); };
  return content(stored) == content(described) && (!wanted.acl || stored.acl == described.acl) &&
         (!wanted.checksum_algorithm || stored.checksum == described.checksum) &&
         (!wanted.encryption || encryption(stored) == encryption(described)) &&
         (!wanted.retention || retention(stored) == retention(described)) &&
         (!wanted.legal_hold || s3::LegalHold(stored).value_or(false) == *wanted.legal_hold);
}

}  // namespace

Result<store::Object> SeedRun::describe(const store::Bucket& bucket, const SeedVersion& wanted) {
  store::Object object;
  object.key = wanted.key;
  object.owner = wanted.owner.value_or(bucket.account);
  object.modified = s3::WholeSeconds(now_);
  object.delete_marker = wanted.delete_marker;
  const bool versioned = bucket.versioning != store::Versioning::kUnversioned;
  if (!versioned && (object.delete_marker || !wanted.version_id.value_or("").empty())) {
    return aws::Error(InvalidSeed, "the bucket keeps no versions");
  }
  if (object.delete_marker) return object;
  if (auto checked = CheckHeaders(wanted); !checked) return checked.error();
  if (auto checked = s3::CheckTags(wanted.tags, s3::Tagged::kObject); !checked) return checked.error();
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
  object.checksum = facts.checksum;
  if (auto placed = s3::SetPlacement(object, wanted.storage_class, wanted.website_redirect); !placed) {
    return placed.error();
  }
  if (wanted.encryption) {
    at_ = wanted.encryption->path;
    const std::string& key = wanted.encryption->kms_key_id;
    const s3::WantedEncryption encryption{wanted.encryption->algorithm,
                                          key.empty() ? std::nullopt : std::optional<std::string_view>(key),
                                          wanted.encryption->bucket_key};
    if (auto set = s3::SetEncryption(encryption, config_.region, bucket.account, object); !set) return set.error();
  }
  if (wanted.acl) {
    at_ = wanted.acl->path;
    const std::string owner_id = aws::CanonicalUserId(object.owner);
    const auto grants = ReadSeedAcl(wanted.acl->text, {owner_id, aws::CanonicalUserId(bucket.account)});
    if (!grants) return grants.error();
    const bool harmless = s3::IsPrivate(*grants, owner_id);
    if (!harmless && !s3::HasAcls(bucket)) return aws::Error(s3::AccessControlListNotSupported);
    const bool blocked = !harmless && pipeline::IsPublic(*grants) && s3::ReadPublicAccessBlock(txn_, bucket).block_acls;
    if (blocked) return BlockedBySetting("ACLs");
    if (!harmless) object.acl = s3::EncodeGrants(*grants);
  }
  at_ = wanted.path;
  if (wanted.retention) {
    object.lock_mode = wanted.retention->mode;
    object.retain_until = wanted.retention->until;
  }
  if (wanted.legal_hold) s3::SetLegalHold(object, *wanted.legal_hold);
  if (auto lockable = s3::CheckLockable(bucket, object); !lockable) return lockable.error();
  return object;
}

Result<> SeedRun::append(const store::Bucket& bucket, const SeedVersion& wanted, store::Object& object) {
  const bool enabled = bucket.versioning == store::Versioning::kEnabled;
  object.version_id = wanted.version_id ? *wanted.version_id : enabled ? s3::NewVersionId() : std::string();
  const bool known = !object.version_id.empty() && store::FindVersion(txn_, bucket.id, object.key, object.version_id);
  if (known) return aws::Error(InvalidSeed, "the key has a version of this id that is not as it is here");
  if (!object.delete_marker) {
    auto body = bodies_.place(txn_, wanted);
    if (!body) return {};  // another try follows, with the body written
    object.body = *std::move(body);
    s3::ApplyDefaultEncryption(txn_, bucket, config_.region, object);
    if (!wanted.retention) s3::ApplyDefaultRetention(txn_, bucket, object);
  }
  if (bucket.versioning == store::Versioning::kUnversioned)
    store::PutObject(txn_, bucket.id, object);
  else
    store::PutVersion(txn_, bucket.id, object);
  return {};
}

/// The key's versions are to end as the list says: what of it is not there follows those that are.
Result<> SeedRun::object(const store::Bucket& bucket, const SeedObject& wanted) {
  at_ = wanted.path;
  if (auto checked = s3::CheckKey(wanted.key); !checked) return checked;
  if (auto first = once("object", bucket.name, wanted.key); !first) return first;
  if (wanted.versions.size() > 1 && bucket.versioning == store::Versioning::kUnversioned) {
    return aws::Error(InvalidSeed, "the bucket keeps no versions");
  }
  std::vector<store::Object> described;
  for (const SeedVersion& version : wanted.versions) {
    at_ = version.path;
    auto object = describe(bucket, version);
    if (!object) return object.error();
    described.push_back(*std::move(object));
  }
  const std::vector<store::Object> stored = StoredVersions(txn_, bucket, wanted);
  const auto ends_with = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!IsAsWanted(stored[stored.size() - count + i], wanted.versions[i], described[i])) return false;
    }
    return true;
  };
  std::size_t there = std::min(stored.size(), described.size());
  while (!ends_with(there)) --there;
  const bool created = stored.empty() || (stored.size() == 1 && stored[0].delete_marker);
  count(created && there == 0, there < described.size());
  for (std::size_t i = there; i < described.size(); ++i) {
    at_ = wanted.versions[i].path;
    if (auto done = append(bucket, wanted.versions[i], described[i]); !done) return done;
  }
  return {};
}

}  // namespace keymill::control
