#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

std::optional<Bucket> FindBucket(const Reader& reader, std::string_view name);
/// Buckets of an account in name order, names after `after` that start with `prefix`, at most `limit`.
std::vector<Bucket> ListBuckets(const Reader& reader, std::string_view account, std::string_view prefix,
                                std::string_view after, std::size_t limit);
/// Stores or replaces. A new bucket (id 0) is given an id.
void PutBucket(Txn& txn, Bucket& bucket);
void EraseBucket(Txn& txn, const Bucket& bucket);
/// True if no object version and no upload is left.
bool BucketIsEmpty(const Reader& reader, BucketId bucket);

}  // namespace keymill::store
