#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace keymill::store {

/// `base` without its syncs, for `--durability none`: RocksDB syncs files that it takes in, whatever it is told. What
/// was written is then as safe as the kernel's memory. `base` must outlive the result.
std::unique_ptr<rocksdb::Env> WithoutSyncs(rocksdb::Env& base);

}  // namespace keymill::store
