#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/txn.h"

namespace keymill::store {

std::optional<Bucket> FindBucket(const Reader& reader, std::string_view name);
/// Buckets of an account in name order, names after `after` that start with `prefix`, at most `limit`.
std::vector<Bucket> ListBuckets(const Reader& reader, std::string_view account, std::string_view prefix,
                                std::string_view after, std::size_t limit);
/// What Txn::touched() is told when the record or a document of a bucket changes: "bucket:" and the id.
std::string BucketTouch(BucketId bucket);
inline constexpr std::string_view kBucketTouch = "bucket:";

/// Stores or replaces. A new bucket (id 0) is given an id. This and the other writers below mark the bucket touched.
void PutBucket(Txn& txn, Bucket& bucket);
/// Removes the bucket, its documents and uploads. It must be empty: nothing could find what it still held.
void EraseBucket(Txn& txn, const Bucket& bucket);
/// True if no object version is left. Uploads in progress do not count.
bool BucketIsEmpty(const Reader& reader, BucketId bucket);

/// A bucket's configuration documents by name (policy, cors, lifecycle, …; with an id where AWS has several:
/// inventory/x). The store does not interpret them.
std::optional<std::string> FindDocument(const Reader& reader, BucketId bucket, std::string_view name);
void PutDocument(Txn& txn, BucketId bucket, std::string_view name, std::string_view text);
void EraseDocument(Txn& txn, BucketId bucket, std::string_view name);
std::vector<std::string> ListDocuments(const Reader& reader, BucketId bucket);  ///< names, in order

}  // namespace keymill::store
