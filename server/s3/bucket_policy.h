#pragma once

#include <string_view>

#include "server/policy/document.h"
#include "server/result.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::s3 {

/// A policy that may be stored on the bucket of this name: its form and what S3 demands of its actions and resources.
/// Errors: MalformedPolicy with what AWS says is wrong.
Result<policy::Document> ParseNewPolicy(std::string_view text, std::string_view bucket);

/// Stores the parsed text, tied to the unique ids of those whom it names. False: it was there already, and meant the
/// same. Errors: MalformedPolicy if it names somebody who is not there.
Result<bool> SetBucketPolicy(store::Txn& txn, store::BucketId bucket, const policy::Document& document,
                             std::string_view text);

}  // namespace keymill::s3
