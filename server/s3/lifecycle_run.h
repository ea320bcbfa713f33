#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/changes.h"
#include "store/committer.h"
#include "store/db.h"
#include "store/records.h"

namespace keymill::s3 {

/// What a run did.
struct LifecycleCounts {
  std::uint64_t buckets = 0;              ///< with rules
  std::uint64_t expired = 0;              ///< current versions removed, or hidden by a delete marker
  std::uint64_t transitions = 0;          ///< versions that went to a colder storage class
  std::uint64_t noncurrent_versions = 0;  ///< removed
  std::uint64_t delete_markers = 0;       ///< removed, since they were their key's last version
  std::uint64_t uploads = 0;              ///< aborted
};

struct LifecycleRun {
  store::Millis now = 0;            ///< the server's time: delete markers are dated by it, and locks obey no other
  store::Millis as_of = 0;          ///< what is due by then is done
  std::function<bool()> abandoned;  ///< asked between commits: true ends the run early
  /// Told of what each commit has changed in a bucket; may be empty.
  std::function<void(const std::string& bucket, const std::vector<store::Change>& changes)> changed = nullptr;
};

/// Does what the rules of all buckets ask for. Blocking, in commits of bounded size; what changes meanwhile is looked
/// at again in the commit, so that requests, another run or a swap of the state may go on at the same time. Versions
/// under object lock stay. A transition changes what S3 says of a version's storage class and, into an archive, that it
/// must be restored to be read; its bytes stay where they are. Throws StoreError.
LifecycleCounts RunLifecycle(const store::Db& db, store::Committer& committer, const LifecycleRun& run);

}  // namespace keymill::s3
