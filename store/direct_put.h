#pragma once

#include <string_view>

#include "store/db.h"

namespace keymill::store {

/// Writes one row in the calling thread and waits for it, leaving the grouping of concurrent writes to RocksDB: what
/// the committer is measured against. In a target of its own, which only the benchmark links.
void DirectPut(Db& db, Family family, std::string_view key, std::string_view value);

}  // namespace keymill::store
