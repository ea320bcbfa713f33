#include "server/s3/operations.h"

#include <algorithm>
#include <iterator>

#include "server/s3/handlers.h"

// The rows are botocore's S3 model, and the actions those of the Service Authorization Reference. Left out are names
// that look like another one on the wire: GetBucketLifecycle, PutBucketLifecycle, GetBucketNotification and
// PutBucketNotification (older names), and ListDirectoryBuckets (GET / of another host).

namespace keymill::s3 {
namespace {

using pipeline::Operation;
using pipeline::Target;

constexpr auto kService = Target::kService;
constexpr auto kBucket = Target::kBucket;
constexpr auto kObject = Target::kObject;
constexpr pipeline::Handler kNone = nullptr;

// clang-format off
constexpr Operation kOperations[] = {
  {"ListBuckets", "s3:ListAllMyBuckets", ListBuckets, "GET", kService},

  // Buckets, by sub-resource.
  {"GetBucketAbac", "s3:GetBucketAbac", kNone, "GET", kBucket, "abac"},
  {"PutBucketAbac", "s3:PutBucketAbac", kNone, "PUT", kBucket, "abac"},
  {"GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", GetBucketAccelerateConfiguration, "GET", kBucket, "accelerate"},
  {"PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", PutBucketAccelerateConfiguration, "PUT", kBucket, "accelerate"},
  {"GetBucketAcl", "s3:GetBucketAcl", GetBucketAcl, "GET", kBucket, "acl"},
  {"PutBucketAcl", "s3:PutBucketAcl", PutBucketAcl, "PUT", kBucket, "acl"},
  {"GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration", GetBucketAnalyticsConfiguration, "GET", kBucket, "analytics&id"},
  {"ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", ListBucketAnalyticsConfigurations, "GET", kBucket, "analytics"},
  {"PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", PutBucketAnalyticsConfiguration, "PUT", kBucket, "analytics"},
  {"DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", DeleteBucketAnalyticsConfiguration, "DELETE", kBucket, "analytics"},
  {"GetBucketCors", "s3:GetBucketCORS", GetBucketCors, "GET", kBucket, "cors"},
  {"PutBucketCors", "s3:PutBucketCORS", PutBucketCors, "PUT", kBucket, "cors"},
  {"DeleteBucketCors", "s3:PutBucketCORS", DeleteBucketCors, "DELETE", kBucket, "cors"},
  {"GetBucketEncryption", "s3:GetEncryptionConfiguration", GetBucketEncryption, "GET", kBucket, "encryption"},
  {"PutBucketEncryption", "s3:PutEncryptionConfiguration", PutBucketEncryption, "PUT", kBucket, "encryption"},
  {"DeleteBucketEncryption", "s3:PutEncryptionConfiguration", DeleteBucketEncryption, "DELETE", kBucket, "encryption"},
  {"GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration", GetBucketIntelligentTieringConfiguration, "GET", kBucket, "intelligent-tiering&id"},
  {"ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration", ListBucketIntelligentTieringConfigurations, "GET", kBucket, "intelligent-tiering"},
  {"PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", PutBucketIntelligentTieringConfiguration, "PUT", kBucket, "intelligent-tiering"},
  {"DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", DeleteBucketIntelligentTieringConfiguration, "DELETE", kBucket, "intelligent-tiering"},
  {"GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration", GetBucketInventoryConfiguration, "GET", kBucket, "inventory&id"},
  {"ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", ListBucketInventoryConfigurations, "GET", kBucket, "inventory"},
  {"PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration", PutBucketInventoryConfiguration, "PUT", kBucket, "inventory"},
  {"DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", DeleteBucketInventoryConfiguration, "DELETE", kBucket, "inventory"},
  {"GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", GetBucketLifecycleConfiguration, "GET", kBucket, "lifecycle"},
  {"PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", PutBucketLifecycleConfiguration, "PUT", kBucket, "lifecycle"},
  {"DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", DeleteBucketLifecycle, "DELETE", kBucket, "lifecycle"},
  {"GetBucketLocation", "s3:GetBucketLocation", GetBucketLocation, "GET", kBucket, "location"},
  {"GetBucketLogging", "s3:GetBucketLogging", GetBucketLogging, "GET", kBucket, "logging"},
  {"PutBucketLogging", "s3:PutBucketLogging", PutBucketLogging, "PUT", kBucket, "logging"},
  {"GetBucketMetadataConfiguration", "s3:GetBucketMetadataTableConfiguration", kNone, "GET", kBucket, "metadataConfiguration"},
  {"CreateBucketMetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration", kNone, "POST", kBucket, "metadataConfiguration"},
  {"DeleteBucketMetadataConfiguration", "s3:DeleteBucketMetadataTableConfiguration", kNone, "DELETE", kBucket, "metadataConfiguration"},
  {"GetBucketMetadataTableConfiguration", "s3:GetBucketMetadataTableConfiguration", kNone, "GET", kBucket, "metadataTable"},
  {"CreateBucketMetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration", kNone, "POST", kBucket, "metadataTable"},
  {"DeleteBucketMetadataTableConfiguration", "s3:DeleteBucketMetadataTableConfiguration", kNone, "DELETE", kBucket, "metadataTable"},
  {"UpdateBucketMetadataAnnotationTableConfiguration", "s3:UpdateBucketMetadataAnnotationTableConfiguration", kNone, "PUT", kBucket, "metadataAnnotationTable"},
  {"UpdateBucketMetadataInventoryTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration", kNone, "PUT", kBucket, "metadataInventoryTable"},
  {"UpdateBucketMetadataJournalTableConfiguration", "s3:UpdateBucketMetadataJournalTableConfiguration", kNone, "PUT", kBucket, "metadataJournalTable"},
  {"GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration", GetBucketMetricsConfiguration, "GET", kBucket, "metrics&id"},
  {"ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration", ListBucketMetricsConfigurations, "GET", kBucket, "metrics"},
  {"PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration", PutBucketMetricsConfiguration, "PUT", kBucket, "metrics"},
  {"DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration", DeleteBucketMetricsConfiguration, "DELETE", kBucket, "metrics"},
  {"GetBucketNotificationConfiguration", "s3:GetBucketNotification", GetBucketNotificationConfiguration, "GET", kBucket, "notification"},
  {"PutBucketNotificationConfiguration", "s3:PutBucketNotification", PutBucketNotificationConfiguration, "PUT", kBucket, "notification"},
  {"GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", GetObjectLockConfiguration, "GET", kBucket, "object-lock"},
  {"PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", PutObjectLockConfiguration, "PUT", kBucket, "object-lock"},
  {"GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", GetBucketOwnershipControls, "GET", kBucket, "ownershipControls"},
  {"PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", PutBucketOwnershipControls, "PUT", kBucket, "ownershipControls"},
  {"DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", DeleteBucketOwnershipControls, "DELETE", kBucket, "ownershipControls"},
  {"GetBucketPolicy", "s3:GetBucketPolicy", GetBucketPolicy, "GET", kBucket, "policy"},
  {"PutBucketPolicy", "s3:PutBucketPolicy", PutBucketPolicy, "PUT", kBucket, "policy"},
  {"DeleteBucketPolicy", "s3:DeleteBucketPolicy", DeleteBucketPolicy, "DELETE", kBucket, "policy"},
  {"GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", GetBucketPolicyStatus, "GET", kBucket, "policyStatus"},
  {"GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", GetPublicAccessBlock, "GET", kBucket, "publicAccessBlock"},
  {"PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", PutPublicAccessBlock, "PUT", kBucket, "publicAccessBlock"},
  {"DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", DeletePublicAccessBlock, "DELETE", kBucket, "publicAccessBlock"},
  {"GetBucketReplication", "s3:GetReplicationConfiguration", GetBucketReplication, "GET", kBucket, "replication"},
  {"PutBucketReplication", "s3:PutReplicationConfiguration", PutBucketReplication, "PUT", kBucket, "replication"},
  {"DeleteBucketReplication", "s3:PutReplicationConfiguration", DeleteBucketReplication, "DELETE", kBucket, "replication"},
  {"GetBucketRequestPayment", "s3:GetBucketRequestPayment", GetBucketRequestPayment, "GET", kBucket, "requestPayment"},
  {"PutBucketRequestPayment", "s3:PutBucketRequestPayment", PutBucketRequestPayment, "PUT", kBucket, "requestPayment"},
  {"CreateSession", "s3express:CreateSession", kNone, "GET", kBucket, "session"},
  {"GetBucketTagging", "s3:GetBucketTagging", GetBucketTagging, "GET", kBucket, "tagging"},
  {"PutBucketTagging", "s3:PutBucketTagging", PutBucketTagging, "PUT", kBucket, "tagging"},
  {"DeleteBucketTagging", "s3:PutBucketTagging", DeleteBucketTagging, "DELETE", kBucket, "tagging"},
  {"ListMultipartUploads", "s3:ListBucketMultipartUploads", ListMultipartUploads, "GET", kBucket, "uploads"},
  {"GetBucketVersioning", "s3:GetBucketVersioning", GetBucketVersioning, "GET", kBucket, "versioning"},
  {"PutBucketVersioning", "s3:PutBucketVersioning", PutBucketVersioning, "PUT", kBucket, "versioning"},
  {"ListObjectVersions", "s3:ListBucketVersions", ListObjectVersions, "GET", kBucket, "versions"},
  {"GetBucketWebsite", "s3:GetBucketWebsite", GetBucketWebsite, "GET", kBucket, "website"},
  {"PutBucketWebsite", "s3:PutBucketWebsite", PutBucketWebsite, "PUT", kBucket, "website"},
  {"DeleteBucketWebsite", "s3:DeleteBucketWebsite", DeleteBucketWebsite, "DELETE", kBucket, "website"},

  // Buckets themselves.
  {"WriteGetObjectResponse", "s3-object-lambda:WriteGetObjectResponse", kNone, "POST", kBucket, "", "x-amz-request-route"},
  {"DeleteObjects", "s3:DeleteObject", DeleteObjects, "POST", kBucket, "delete"},
  {"ListObjectsV2", "s3:ListBucket", ListObjectsV2, "GET", kBucket, "list-type=2"},
  {"ListObjects", "s3:ListBucket", ListObjects, "GET", kBucket},
  {"HeadBucket", "s3:ListBucket", HeadBucket, "HEAD", kBucket},
  {"CreateBucket", "s3:CreateBucket", CreateBucket, "PUT", kBucket},
  {"DeleteBucket", "s3:DeleteBucket", DeleteBucket, "DELETE", kBucket},
  {"PostObject", "s3:PutObject", PostObject, "POST", kBucket},

  // Multipart uploads.
  {"CreateMultipartUpload", "s3:PutObject", CreateMultipartUpload, "POST", kObject, "uploads"},
  {"UploadPartCopy", "s3:PutObject", UploadPartCopy, "PUT", kObject, "partNumber&uploadId", "x-amz-copy-source"},
  {"UploadPart", "s3:PutObject", UploadPart, "PUT", kObject, "partNumber&uploadId"},
  {"CompleteMultipartUpload", "s3:PutObject", CompleteMultipartUpload, "POST", kObject, "uploadId"},
  {"AbortMultipartUpload", "s3:AbortMultipartUpload", AbortMultipartUpload, "DELETE", kObject, "uploadId"},
  {"ListParts", "s3:ListMultipartUploadParts", ListParts, "GET", kObject, "uploadId"},

  // Objects, by sub-resource. A version id asks for another permission.
  {"GetObjectAcl", "s3:GetObjectVersionAcl", GetObjectAcl, "GET", kObject, "acl&versionId"},
  {"GetObjectAcl", "s3:GetObjectAcl", GetObjectAcl, "GET", kObject, "acl"},
  {"PutObjectAcl", "s3:PutObjectVersionAcl", PutObjectAcl, "PUT", kObject, "acl&versionId"},
  {"PutObjectAcl", "s3:PutObjectAcl", PutObjectAcl, "PUT", kObject, "acl"},
  {"GetObjectAnnotation", "s3:GetObjectAnnotation", kNone, "GET", kObject, "annotation&annotationName"},
  {"ListObjectAnnotations", "s3:ListObjectAnnotations", kNone, "GET", kObject, "annotation"},
  {"PutObjectAnnotation", "s3:PutObjectAnnotation", kNone, "PUT", kObject, "annotation"},
  {"DeleteObjectAnnotation", "s3:DeleteObjectAnnotation", kNone, "DELETE", kObject, "annotation"},
  {"GetObjectAttributes", "s3:GetObjectVersionAttributes", GetObjectAttributes, "GET", kObject, "attributes&versionId"},
  {"GetObjectAttributes", "s3:GetObjectAttributes", GetObjectAttributes, "GET", kObject, "attributes"},
  {"UpdateObjectEncryption", "s3:UpdateObjectEncryption", UpdateObjectEncryption, "PUT", kObject, "encryption"},
  {"GetObjectLegalHold", "s3:GetObjectLegalHold", GetObjectLegalHold, "GET", kObject, "legal-hold"},
  {"PutObjectLegalHold", "s3:PutObjectLegalHold", PutObjectLegalHold, "PUT", kObject, "legal-hold"},
  {"RenameObject", "s3:PutObject", kNone, "PUT", kObject, "renameObject"},
  {"RestoreObject", "s3:RestoreObject", RestoreObject, "POST", kObject, "restore"},
  {"GetObjectRetention", "s3:GetObjectRetention", GetObjectRetention, "GET", kObject, "retention"},
  {"PutObjectRetention", "s3:PutObjectRetention", PutObjectRetention, "PUT", kObject, "retention"},
  {"SelectObjectContent", "s3:GetObject", kNone, "POST", kObject, "select"},
  {"GetObjectTagging", "s3:GetObjectVersionTagging", GetObjectTagging, "GET", kObject, "tagging&versionId"},
  {"GetObjectTagging", "s3:GetObjectTagging", GetObjectTagging, "GET", kObject, "tagging"},
  {"PutObjectTagging", "s3:PutObjectVersionTagging", PutObjectTagging, "PUT", kObject, "tagging&versionId"},
  {"PutObjectTagging", "s3:PutObjectTagging", PutObjectTagging, "PUT", kObject, "tagging"},
  {"DeleteObjectTagging", "s3:DeleteObjectVersionTagging", DeleteObjectTagging, "DELETE", kObject, "tagging&versionId"},
  {"DeleteObjectTagging", "s3:DeleteObjectTagging", DeleteObjectTagging, "DELETE", kObject, "tagging"},
  {"GetObjectTorrent", "s3:GetObjectTorrent", kNone, "GET", kObject, "torrent"},

  // Objects themselves.
  {"GetObject", "s3:GetObjectVersion", GetObject, "GET", kObject, "versionId"},
  {"GetObject", "s3:GetObject", GetObject, "GET", kObject},
  {"HeadObject", "s3:GetObjectVersion", HeadObject, "HEAD", kObject, "versionId"},
  {"HeadObject", "s3:GetObject", HeadObject, "HEAD", kObject},
  {"CopyObject", "s3:PutObject", CopyObject, "PUT", kObject, "", "x-amz-copy-source"},
  {"PutObject", "s3:PutObject", PutObject, "PUT", kObject},
  {"DeleteObject", "s3:DeleteObjectVersion", DeleteObject, "DELETE", kObject, "versionId"},
  {"DeleteObject", "s3:DeleteObject", DeleteObject, "DELETE", kObject},
};
// clang-format on

static_assert(pipeline::AllReachable(kOperations));

/// Sub-resources of buckets: their configurations wait for what obeys them. Take the name out with its arrival.
constexpr std::string_view kStoredOnly[] = {"accelerate", "analytics", "intelligent-tiering",
                                            "inventory",  "metrics",   "replication"};

}  // namespace

std::span<const pipeline::Operation> Operations() {
  return kOperations;
}

bool IsStoredOnly(const pipeline::Operation& operation) {
  const std::string_view name = operation.query.substr(0, operation.query.find('&'));
  return operation.target == kBucket && operation.handler != nullptr &&
         std::find(std::begin(kStoredOnly), std::end(kStoredOnly), name) != std::end(kStoredOnly);
}

}  // namespace keymill::s3
