#include "store/changes.h"

namespace keymill::store {
namespace {

// Of the mutation that runs on this thread.
thread_local std::vector<Change>* watcher = nullptr;

}  // namespace

Watching::Watching(std::vector<Change>& changes) {
  watcher = &changes;
}

Watching::~Watching() {
  watcher = nullptr;
}

bool IsWatched() {
  return watcher != nullptr;
}

void NoteChange(Txn& txn, Change::Kind kind, const Object& object) {
  if (watcher == nullptr) return;
  const auto sequence = kind == Change::Kind::kErased ? txn.next_id() : object.sequence;
  watcher->push_back({kind, object.key, object.version_id, object.etag, object.size, sequence});
}

}  // namespace keymill::store
