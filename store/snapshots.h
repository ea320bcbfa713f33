#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/committer.h"
#include "store/records.h"

namespace keymill::store {

struct SnapshotInfo {
  std::string name;
  Millis created = 0;
};

/// Named copies of the whole state, bodies included, and going back to one of them or to nothing while the server runs.
/// Copies share their files with the state (hard links), so saving and restoring take milliseconds whatever the size.
///
/// A swap happens between two groups of the committer. Commits wait for it and then see the new state; a read that has
/// begun finishes on the old one. Ids are not used again in the new state, so that a body received before the swap
/// cannot be taken for another one: its commit fails as a fault, and the client tries again.
///
/// Blocking: for the blocking pool, never for an I/O thread or the committer's. One operation runs at a time; any
/// thread. Throws StoreError when the disk refuses; then the state is what it was.
class Snapshots {
 public:
  /// `on_swap` runs on the committer thread after each swap, before any later commit: it reads anew whatever the server
  /// keeps in memory.
  Snapshots(Db& db, Committer& committer, std::function<void()> on_swap);
  ~Snapshots();

  /// 1 to 64 of [A-Za-z0-9._-], the first a letter or digit.
  static bool IsName(std::string_view name);

  std::vector<SnapshotInfo> list();  ///< by name
  /// False if there is one of that name and it is not to be replaced.
  bool save(const std::string& name, bool replace, Millis now);
  bool restore(const std::string& name);  ///< false if there is none
  bool remove(const std::string& name);   ///< false if there is none
  /// An empty state with what `fill` puts into it. `fill` sees the state that is being left; if it throws, nothing
  /// happens.
  using Fill = std::function<void(const Reader& former, Txn& fresh)>;
  void reset(const Fill& fill);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::store
