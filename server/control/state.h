#pragma once

#include <functional>

#include "server/config.h"
#include "server/pipeline/call.h"
#include "store/snapshots.h"

namespace keymill::control {

/// The whole of what the server remembers, as the operations below swap it. Owned by App.
class State {
 public:
  /// `reload` (committer thread) reads the identities anew; `ensure_root` (any other) sees to it that the server's
  /// account has a root key and that the credentials file holds one that works.
  State(const Config& config, store::Db& db, store::Committer& committer, std::function<void()> reload,
        std::function<void()> ensure_root);

  store::Snapshots& snapshots() { return snapshots_; }
  bool restore(const std::string& name);
  /// Back to the server's own account with its root keys, which stay as they are.
  void reset();

 private:
  const Config& config_;
  std::function<void()> ensure_root_;
  store::Snapshots snapshots_;
};

/// POST /reset
Task<Result<http::Response>> Reset(pipeline::Call& call);
/// POST /snapshots {name, replace?}: 201
Task<Result<http::Response>> SaveSnapshot(pipeline::Call& call);
Task<Result<http::Response>> ListSnapshots(pipeline::Call& call);
/// POST /snapshots/{name}/restore
Task<Result<http::Response>> RestoreSnapshot(pipeline::Call& call);
/// DELETE /snapshots/{name}
Task<Result<http::Response>> DeleteSnapshot(pipeline::Call& call);

}  // namespace keymill::control
