#pragma once

#include "server/http/response.h"
#include "server/pipeline/call.h"

// The operations that S3 answers here: one function each, in the files named. All are pipeline::Handler.

namespace keymill::s3 {

using pipeline::Call;
using Answer = Task<Result<http::Response>>;

// buckets.cc
Answer ListBuckets(Call& call);
Answer CreateBucket(Call& call);
Answer HeadBucket(Call& call);
Answer GetBucketLocation(Call& call);
Answer DeleteBucket(Call& call);

// list.cc
Answer ListObjects(Call& call);
Answer ListObjectsV2(Call& call);

// attributes.cc
Answer GetObjectAttributes(Call& call);

// access.cc
Answer GetBucketOwnershipControls(Call& call);
Answer PutBucketOwnershipControls(Call& call);
Answer DeleteBucketOwnershipControls(Call& call);
Answer GetBucketAcl(Call& call);
Answer PutBucketAcl(Call& call);
Answer GetObjectAcl(Call& call);
Answer PutObjectAcl(Call& call);

// get.cc
Answer GetObject(Call& call);
Answer HeadObject(Call& call);

// restore.cc
Answer RestoreObject(Call& call);

// object_encryption.cc
Answer UpdateObjectEncryption(Call& call);

// lock_configuration.cc
Answer GetObjectLockConfiguration(Call& call);
Answer PutObjectLockConfiguration(Call& call);

// retention.cc
Answer GetObjectRetention(Call& call);
Answer PutObjectRetention(Call& call);
Answer GetObjectLegalHold(Call& call);
Answer PutObjectLegalHold(Call& call);

// put.cc, post.cc, copy.cc, delete.cc
Answer PutObject(Call& call);
Answer PostObject(Call& call);
Answer CopyObject(Call& call);
Answer DeleteObject(Call& call);
Answer DeleteObjects(Call& call);

// bucket_config.cc
Answer GetBucketAccelerateConfiguration(Call& call);
Answer PutBucketAccelerateConfiguration(Call& call);
Answer GetBucketCors(Call& call);
Answer PutBucketCors(Call& call);
Answer DeleteBucketCors(Call& call);
Answer GetBucketEncryption(Call& call);
Answer PutBucketEncryption(Call& call);
Answer DeleteBucketEncryption(Call& call);
Answer GetBucketLogging(Call& call);
Answer PutBucketLogging(Call& call);
Answer GetBucketNotificationConfiguration(Call& call);
Answer PutBucketNotificationConfiguration(Call& call);
Answer GetPublicAccessBlock(Call& call);
Answer PutPublicAccessBlock(Call& call);
Answer DeletePublicAccessBlock(Call& call);
Answer GetBucketReplication(Call& call);
Answer PutBucketReplication(Call& call);
Answer DeleteBucketReplication(Call& call);
Answer GetBucketRequestPayment(Call& call);
Answer PutBucketRequestPayment(Call& call);
Answer GetBucketWebsite(Call& call);
Answer PutBucketWebsite(Call& call);
Answer DeleteBucketWebsite(Call& call);
Answer GetBucketAnalyticsConfiguration(Call& call);
Answer PutBucketAnalyticsConfiguration(Call& call);
Answer DeleteBucketAnalyticsConfiguration(Call& call);
Answer ListBucketAnalyticsConfigurations(Call& call);
Answer GetBucketIntelligentTieringConfiguration(Call& call);
Answer PutBucketIntelligentTieringConfiguration(Call& call);
Answer DeleteBucketIntelligentTieringConfiguration(Call& call);
Answer ListBucketIntelligentTieringConfigurations(Call& call);
Answer GetBucketInventoryConfiguration(Call& call);
Answer PutBucketInventoryConfiguration(Call& call);
Answer DeleteBucketInventoryConfiguration(Call& call);
Answer ListBucketInventoryConfigurations(Call& call);
Answer GetBucketMetricsConfiguration(Call& call);
Answer PutBucketMetricsConfiguration(Call& call);
Answer DeleteBucketMetricsConfiguration(Call& call);
Answer ListBucketMetricsConfigurations(Call& call);

// lifecycle_configuration.cc
Answer GetBucketLifecycleConfiguration(Call& call);
Answer PutBucketLifecycleConfiguration(Call& call);
Answer DeleteBucketLifecycle(Call& call);

// bucket_policy.cc
Answer GetBucketPolicy(Call& call);
Answer PutBucketPolicy(Call& call);
Answer DeleteBucketPolicy(Call& call);
Answer GetBucketPolicyStatus(Call& call);

// bucket_tagging.cc
Answer GetBucketTagging(Call& call);
Answer PutBucketTagging(Call& call);
Answer DeleteBucketTagging(Call& call);

// object_tagging.cc
Answer GetObjectTagging(Call& call);
Answer PutObjectTagging(Call& call);
Answer DeleteObjectTagging(Call& call);

// versioning.cc, list_versions.cc
Answer GetBucketVersioning(Call& call);
Answer PutBucketVersioning(Call& call);
Answer ListObjectVersions(Call& call);

// uploads.cc, parts.cc, complete.cc, list_uploads.cc
Answer CreateMultipartUpload(Call& call);
Answer AbortMultipartUpload(Call& call);
Answer UploadPart(Call& call);
Answer UploadPartCopy(Call& call);
Answer CompleteMultipartUpload(Call& call);
Answer ListParts(Call& call);
Answer ListMultipartUploads(Call& call);

}  // namespace keymill::s3
