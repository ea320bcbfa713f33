#pragma once

#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/records.h"
#include "store/txn.h"

/// Object lock: versions that cannot be deleted before their time (retention) or while they are held (legal hold).
namespace keymill::s3 {

/// Takes x-amz-object-lock-* of a request that makes an object. Errors: InvalidArgument for a mode without a date, an
/// unknown mode, a date that has passed or cannot be read, a hold that is neither ON nor OFF.
Result<> ReadLockHeaders(const pipeline::Call& call, store::Object& object);
/// Lock parameters need a bucket with object lock. Errors: InvalidRequest.
Result<> CheckLockable(const store::Bucket& bucket, const store::Object& object);
/// Gives a new version the bucket's default retention, counted from its modification, unless it has one of its own.
void ApplyDefaultRetention(const store::Reader& reader, const store::Bucket& bucket, store::Object& object);

/// x-amz-bypass-governance-retention is an error on a bucket without object lock, even when it says false.
Result<> CheckBypassHeader(const pipeline::Call& call, const store::Bucket& bucket);
/// The error of deleting a protected version; none if it may go. A legal hold and compliance protect always, governance
/// unless the caller asks for the bypass and has s3:BypassGovernanceRetention.
Result<> CheckDeletable(const pipeline::Call& call, const store::Object& object);
/// The same for nobody in particular, as the lifecycle job asks.
bool IsLocked(const store::Object& object, store::Millis now);

void WriteLockHeaders(http::Response& response, const store::Object& object);

}  // namespace keymill::s3
