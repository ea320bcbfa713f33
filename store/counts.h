#pragma once

#include <cstddef>
#include <string_view>

#include "store/txn.h"

/// How many rows an index has below one prefix: quotas ask at every creation, so the numbers are kept beside the index,
/// not counted. For this directory's own files; a database from before they were kept is counted once.
namespace keymill::store {

std::size_t CountedRows(const Reader& reader, std::string_view index);
/// To be called before the row is written or erased; `change` is 1 or -1.
void CountRow(Txn& txn, std::string_view index, int change);

}  // namespace keymill::store
