#pragma once

#include <optional>
#include <string>

#include "server/s3/lifecycle.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::s3 {

inline constexpr std::string_view kExpirationHeader = "x-amz-expiration";
/// What a lifecycle document is marked with unless its request says otherwise: the smallest object that transitions
/// take.
inline constexpr std::string_view kUsualMinimumSize = "all_storage_classes_128K";

/// The bucket's rules. Costs nothing for a bucket without: its record says so.
std::optional<LifecycleConfiguration> FindLifecycle(const store::Reader& reader, const store::Bucket& bucket);

/// x-amz-expiration of a current version: when it expires, and by which rule; nullopt if by none.
std::optional<std::string> ExpirationHeader(const store::Reader& reader, const store::Bucket& bucket,
                                            const store::Object& current);

}  // namespace keymill::s3
