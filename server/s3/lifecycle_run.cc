#include "server/s3/lifecycle_run.h"

#include <optional>
#include <string>
#include <vector>

#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lifecycle_due.h"
#include "server/s3/lifecycle_transition.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "store/accounts.h"
#include "store/buckets.h"
#include "store/uploads.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kPage = 250;  // versions or uploads looked at, and at most so many changed, per commit
constexpr std::size_t kBuckets = 1000;

bool IsDue(const std::optional<store::Millis>& time, store::Millis as_of) {
  return time && *time <= as_of;
}

enum class Act : std::uint8_t { kTransition, kExpire, kRemoveNoncurrent, kRemoveMarker };

/// Something due, as a read of the store found it.
struct Due {
  Act act = Act::kExpire;
  store::Object version;
  store::Millis since = 0;  // of a noncurrent version: when it became so; 0 = it is current
  std::size_t newer = 0;    // and how many noncurrent ones are newer
  std::string new_id;       // kExpire: of the delete marker
};

/// Goes through the versions of a bucket in the order of listings, newest first, and says what is due. Remembers where
/// it is in a key, which pages may cut.
class Scan {
 public:
  Scan(const LifecycleConfiguration& rules, const LifecycleRun& run) : rules_(rules), run_(run) {}

  void see(const store::VersionEntry& entry, std::vector<Due>& due) {
    const store::Object& version = entry.object;
    if (version.key != key_) finish_key(due);
    // A page may begin anew with a key whose last version of the former page is gone.
    if (version.key != key_ || entry.latest) begin_key(version.key);
    if (entry.latest) {
      // First the transition: a version that a delete marker hides keeps the class that it came to before.
      if (TransitionOf(rules_, version, run_.as_of)) due.push_back({Act::kTransition, version, 0, 0, {}});
      if (version.delete_marker)
        marker_ = version;
      else if (const auto expiration = ExpirationOf(rules_, version); expiration && expiration->time <= run_.as_of)
        due.push_back({Act::kExpire, version, 0, 0, NewVersionId()});
    } else {
      const auto removal = NoncurrentRemoval(rules_, version, successor_, noncurrent_);
      if (IsDue(removal, run_.as_of) && !IsLocked(version, run_.now))
        due.push_back({Act::kRemoveNoncurrent, version, successor_, noncurrent_, {}});
      else
        stay(version, due);
      ++noncurrent_;
    }
    successor_ = version.modified;
  }

  /// After the last version of a key, which may be the bucket's last.
  void finish_key(std::vector<Due>& due) {
    if (marker_ && !others_stay_ && IsDue(MarkerRemoval(rules_, *marker_), run_.as_of)) {
      due.push_back({Act::kRemoveMarker, std::move(*marker_), 0, 0, {}});
    }
    marker_.reset();
  }

 private:
  void stay(const store::Object& noncurrent, std::vector<Due>& due) {
    others_stay_ = true;
    if (NoncurrentTransitionOf(rules_, noncurrent, successor_, noncurrent_, run_.as_of))
      due.push_back({Act::kTransition, noncurrent, successor_, noncurrent_, {}});
  }
  void begin_key(const std::string& key) {
    key_ = key;
    others_stay_ = false;
    noncurrent_ = 0;
  }

  const LifecycleConfiguration& rules_;
  const LifecycleRun& run_;
  std::string key_;
  std::optional<store::Object> marker_;  // the current version, if it is one
  bool others_stay_ = false;
  std::size_t noncurrent_ = 0;
  store::Millis successor_ = 0;  // when the version before was made: then this one became noncurrent
};

// --- On the committer thread -----------------------------------------------------------------------------------------

/// The bucket and its rules as they are now; nullopt if either went away.
struct Governed {
  store::Bucket bucket;
  LifecycleConfiguration rules;
};
std::optional<Governed> FindGoverned(const store::Reader& reader, const store::Bucket& known) {
  auto bucket = store::FindBucket(reader, known.name);
  if (!bucket || bucket->id != known.id) return std::nullopt;
  auto rules = FindLifecycle(reader, *bucket);
  if (!rules) return std::nullopt;
  return Governed{std::move(*bucket), std::move(*rules)};
}

bool Transition(store::Txn& txn, const Governed& governed, const Due& due, const LifecycleRun& run) {
  const store::BucketId bucket = governed.bucket.id;
  const store::Object& known = due.version;
  auto version = store::FindVersion(txn, bucket, known.key, known.version_id);
  if (!version || version->sequence != known.sequence) return false;
  const auto current = store::FindObject(txn, bucket, known.key);
  if (!current || (current->sequence == known.sequence) != (due.since == 0)) return false;
  const auto to = due.since == 0 ? TransitionOf(governed.rules, *version, run.as_of)
                                 : NoncurrentTransitionOf(governed.rules, *version, due.since, due.newer, run.as_of);
  if (!to) return false;
  version->storage_class = *to;
  return store::UpdateVersion(txn, bucket, *version);
}

bool Expire(store::Txn& txn, const Governed& governed, const Due& due, const LifecycleRun& run) {
  const store::Bucket& bucket = governed.bucket;
  const auto current = store::FindObject(txn, bucket.id, due.version.key);
  if (!current || current->delete_marker || current->sequence != due.version.sequence) return false;
  const auto expiration = ExpirationOf(governed.rules, *current);  // its tags may be others now
  if (!expiration || expiration->time > run.as_of) return false;
  if (bucket.versioning == store::Versioning::kUnversioned) {
    return store::EraseObject(txn, bucket.id, due.version.key);
  }
  PutDeleteMarker(txn, bucket, due.version.key, run.now, due.new_id);
  return true;
}

bool RemoveNoncurrent(store::Txn& txn, const Governed& governed, const Due& due, const LifecycleRun& run) {
  const store::BucketId bucket = governed.bucket.id;
  const store::Object& known = due.version;
  const auto current = store::FindObject(txn, bucket, known.key);
  if (!current || current->sequence == known.sequence) return false;
  const auto version = store::FindVersion(txn, bucket, known.key, known.version_id);
  if (!version || version->sequence != known.sequence || IsLocked(*version, run.now)) return false;
  if (!IsDue(NoncurrentRemoval(governed.rules, *version, due.since, due.newer), run.as_of)) return false;
  return store::EraseVersion(txn, bucket, known.key, known.version_id).has_value();
}

bool RemoveMarker(store::Txn& txn, const Governed& governed, const Due& due, const LifecycleRun& run) {
  const store::BucketId bucket = governed.bucket.id;
  const store::Object& known = due.version;
  store::VersionQuery query;
  query.prefix = known.key;
  query.limit = 2;
  const auto found = store::ListVersions(txn, bucket, query).versions;  // a key comes before those that it begins
  if (found.empty() || found[0].object.key != known.key || found[0].object.sequence != known.sequence) return false;
  if (found.size() > 1 && found[1].object.key == known.key) return false;
  if (!IsDue(MarkerRemoval(governed.rules, known), run.as_of)) return false;
  return store::EraseVersion(txn, bucket, known.key, known.version_id).has_value();
}

void Apply(store::Committer& committer, const store::Bucket& bucket, const std::vector<Due>& all,
           const LifecycleRun& run, LifecycleCounts& counts) {
  if (all.empty()) return;
  LifecycleCounts done;
  std::vector<store::Change> changes;
  committer.run([&](store::Txn& txn) {
    done = {};
    changes.clear();
    const store::Watching watch(changes);
    const auto governed = FindGoverned(txn, bucket);
    if (!governed) return;
    for (const Due& due : all) {
      switch (due.act) {
        case Act::kTransition:
          done.transitions += Transition(txn, *governed, due, run) ? 1 : 0;
          break;
        case Act::kExpire:
          done.expired += Expire(txn, *governed, due, run) ? 1 : 0;
          break;
        case Act::kRemoveNoncurrent:
          done.noncurrent_versions += RemoveNoncurrent(txn, *governed, due, run) ? 1 : 0;
          break;
        case Act::kRemoveMarker:
          done.delete_markers += RemoveMarker(txn, *governed, due, run) ? 1 : 0;
          break;
      }
    }
  });
  if (run.changed) run.changed(bucket.name, changes);
  counts.expired += done.expired;
  counts.transitions += done.transitions;
  counts.noncurrent_versions += done.noncurrent_versions;
  counts.delete_markers += done.delete_markers;
}

void AbortUploads(store::Committer& committer, const store::Bucket& bucket, const std::vector<store::Upload>& all,
                  const LifecycleRun& run, LifecycleCounts& counts) {
  if (all.empty()) return;
  std::uint64_t aborted = 0;
  committer.run([&](store::Txn& txn) {
    aborted = 0;
    const auto governed = FindGoverned(txn, bucket);
    if (!governed) return;
    for (const store::Upload& known : all) {
      const auto upload = store::FindUpload(txn, bucket.id, known.key, known.id);
      if (!upload || !IsDue(UploadAbort(governed->rules, *upload), run.as_of)) continue;
      store::AbortUpload(txn, bucket.id, *upload);
      ++aborted;
    }
  });
  counts.uploads += aborted;
}

// --- On the run's own thread -----------------------------------------------------------------------------------------

bool Abandoned(const LifecycleRun& run) {
  return run.abandoned && run.abandoned();
}

void RunVersions(const store::Db& db, store::Committer& committer, const Governed& governed, const LifecycleRun& run,
                 LifecycleCounts& counts) {
  Scan scan(governed.rules, run);
  store::VersionQuery query;
  query.limit = kPage;
  for (bool more = true; more && !Abandoned(run);) {
    const store::Reader reader(db, store::Reader::Mode::kBlocking);
    const auto page = store::ListVersions(reader, governed.bucket.id, query);
    std::vector<Due> due;
    for (const store::VersionEntry& entry : page.versions) scan.see(entry, due);
    more = page.truncated;
    if (!more) scan.finish_key(due);
    query.key_marker = page.last_key;
    query.version_id_marker = page.last_version_id;
    Apply(committer, governed.bucket, due, run, counts);
  }
}

void RunUploads(const store::Db& db, store::Committer& committer, const Governed& governed, const LifecycleRun& run,
                LifecycleCounts& counts) {
  store::UploadQuery query;
  query.limit = kPage;
  for (bool more = true; more && !Abandoned(run);) {
    const store::Reader reader(db, store::Reader::Mode::kBlocking);
    const auto page = store::ListUploads(reader, governed.bucket.id, query);
    std::vector<store::Upload> due;
    for (const store::Upload& upload : page.uploads) {
      if (IsDue(UploadAbort(governed.rules, upload), run.as_of)) due.push_back(upload);
    }
    more = page.truncated;
    query.key_marker = page.last_key;
    query.id_marker = page.last_id;
    AbortUploads(committer, governed.bucket, due, run, counts);
  }
}

/// Buckets that have rules, of all accounts.
std::vector<Governed> GovernedBuckets(const store::Db& db) {
  const store::Reader reader(db, store::Reader::Mode::kBlocking);
  std::vector<Governed> governed;
  for (const store::Account& account : store::ListAccounts(reader)) {
    std::string after;
    for (;;) {
      auto buckets = store::ListBuckets(reader, account.id, {}, after, kBuckets);
      for (store::Bucket& bucket : buckets) {
        after = bucket.name;
        if (auto rules = FindLifecycle(reader, bucket)) governed.push_back({std::move(bucket), std::move(*rules)});
      }
      if (buckets.size() < kBuckets) break;
    }
  }
  return governed;
}

}  // namespace

LifecycleCounts RunLifecycle(const store::Db& db, store::Committer& committer, const LifecycleRun& run) {
  LifecycleCounts counts;
  for (const Governed& governed : GovernedBuckets(db)) {
    if (Abandoned(run)) break;
    ++counts.buckets;
    RunVersions(db, committer, governed, run, counts);
    RunUploads(db, committer, governed, run, counts);
  }
  return counts;
}

}  // namespace keymill::s3
