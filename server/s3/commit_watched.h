#pragma once

#include <utility>
#include <vector>

#include "server/s3/events.h"
#include "server/s3/handlers.h"
#include "store/changes.h"

namespace keymill::s3 {

/// Call::commit() for operations that change objects: what the commit has changed is told, once it is durable, to those
/// who asked for it in the bucket's notification configuration. Other buckets pay for a look at their record.
template <class F>
Task<std::invoke_result_t<F&, store::Txn&>> CommitWatched(Call& call, F& f) {
  std::vector<store::Change> changes;
  const bool watched = HasNotifications(call);
  auto watching = [&](store::Txn& txn) {
    if (!watched) return f(txn);
    changes.clear();
    const store::Watching watch(changes);
    return f(txn);
  };
  auto result = co_await call.commit(watching);
  if (result && !changes.empty()) co_await PublishCallChanges(call, changes);
  co_return std::move(result);
}

}  // namespace keymill::s3
