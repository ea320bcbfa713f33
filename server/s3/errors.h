#pragma once

#include "server/aws/error.h"
#include "server/pipeline/errors.h"

// S3's errors, one line each. Those that the pipeline raises too are the pipeline's.

namespace keymill::s3 {

using aws::Error;
using aws::ErrorKind;

using pipeline::AccessDenied;
using pipeline::BadRequest;
using pipeline::EntityTooLarge;
using pipeline::EntityTooSmall;
using pipeline::InvalidArgument;
using pipeline::InvalidArgumentNamed;
using pipeline::InvalidRequest;
using pipeline::KeyTooLongError;
using pipeline::MaxMessageLengthExceeded;
using pipeline::MethodNotAllowed;
using pipeline::NotImplemented;
using pipeline::PreconditionFailed;

inline constexpr ErrorKind AccessControlListNotSupported{"AccessControlListNotSupported", 400,
                                                         "The bucket does not allow ACLs"};
inline constexpr ErrorKind BadDigest{"BadDigest", 400, "The Content-MD5 you specified did not match what we received."};
inline constexpr ErrorKind BucketAlreadyExists{
    "BucketAlreadyExists", 409,
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please "
    "select a different name and try again."};
inline constexpr ErrorKind BucketAlreadyOwnedByYou{
    "BucketAlreadyOwnedByYou", 409,
    "Your previous request to create the named bucket succeeded and you already own it."};
inline constexpr ErrorKind BucketNotEmpty{"BucketNotEmpty", 409, "The bucket you tried to delete is not empty"};
inline constexpr ErrorKind ConditionalRequestConflict{
    "ConditionalRequestConflict", 409,
    "The conditional request cannot succeed due to a conflicting operation against this resource."};
inline constexpr ErrorKind IllegalLocationConstraintException{
    "IllegalLocationConstraintException", 400,
    "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."};
inline constexpr ErrorKind IllegalVersioningConfigurationException{"IllegalVersioningConfigurationException", 400,
                                                                   "The Versioning element must be specified"};
inline constexpr ErrorKind IncompleteBody{
    "IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header"};
inline constexpr ErrorKind InvalidBucketAclWithBlockPublicAccess{
    "InvalidBucketAclWithBlockPublicAccessError", 400,
    "Bucket cannot have public ACLs set with BlockPublicAccess enabled"};
inline constexpr ErrorKind InvalidBucketAclWithObjectOwnership{
    "InvalidBucketAclWithObjectOwnership", 400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"};
inline constexpr ErrorKind InvalidBucketName{"InvalidBucketName", 400, "The specified bucket is not valid."};
inline constexpr ErrorKind InvalidBucketOwnerAWSAccountID{
    "InvalidBucketOwnerAWSAccountID", 400,
    "The value of the expected bucket owner parameter must be an AWS Account ID"};
inline constexpr ErrorKind InvalidBucketState{
    "InvalidBucketState", 409, "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"};
inline constexpr ErrorKind InvalidDigest{"InvalidDigest", 400, "The Content-MD5 you specified was invalid."};
inline constexpr ErrorKind InvalidEncryptionAlgorithmError{
    "InvalidEncryptionAlgorithmError", 400,
    "The Encryption request you specified is not valid. Supported value: AES256."};
inline constexpr ErrorKind InvalidLocationConstraint{"InvalidLocationConstraint", 400,
                                                     "The specified location-constraint is not valid"};
inline constexpr ErrorKind InvalidObjectState{"InvalidObjectState", 403,
                                              "The operation is not valid for the object's storage class"};
inline constexpr ErrorKind InvalidPart{
    "InvalidPart", 400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
    "entity tag may not match the part's entity tag."};
inline constexpr ErrorKind InvalidPartNumber{"InvalidPartNumber", 416, "The requested partnumber is not satisfiable"};
inline constexpr ErrorKind InvalidPartOrder{
    "InvalidPartOrder", 400, "The list of parts was not in ascending order. Parts must be ordered by part number."};
inline constexpr ErrorKind InvalidRange{"InvalidRange", 416, "The requested range is not satisfiable"};
inline constexpr ErrorKind InvalidRedirectLocation{
    "InvalidRedirectLocation", 400,
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."};
inline constexpr ErrorKind InvalidStorageClass{"InvalidStorageClass", 400,
                                               "The storage class you specified is not valid"};
inline constexpr ErrorKind InvalidTag{"InvalidTag", 400, "The TagKey you have provided is invalid"};
inline constexpr ErrorKind InvalidTargetBucketForLogging{"InvalidTargetBucketForLogging", 400,
                                                         "The target bucket for logging does not exist"};
inline constexpr ErrorKind MalformedACLError{
    "MalformedACLError", 400,
    "The XML you provided was not well-formed or did not validate against our published schema"};
inline constexpr ErrorKind MalformedPolicy{"MalformedPolicy", 400, "This policy contains invalid Json"};
inline constexpr ErrorKind MalformedXML{
    "MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema"};
inline constexpr ErrorKind MetadataTooLarge{"MetadataTooLarge", 400,
                                            "Your metadata headers exceed the maximum allowed metadata size"};
inline constexpr ErrorKind MissingContentLength{"MissingContentLength", 411,
                                                "You must provide the Content-Length HTTP header."};
inline constexpr ErrorKind MissingRequestBodyError{"MissingRequestBodyError", 400, "Request Body is empty"};
inline constexpr ErrorKind MissingSecurityHeader{"MissingSecurityHeader", 400,
                                                 "Your request was missing a required header"};
inline constexpr ErrorKind NoSuchBucket{"NoSuchBucket", 404, "The specified bucket does not exist"};
inline constexpr ErrorKind NoSuchBucketPolicy{"NoSuchBucketPolicy", 404, "The bucket policy does not exist"};
inline constexpr ErrorKind NoSuchConfiguration{"NoSuchConfiguration", 404,
                                               "The specified configuration does not exist."};
inline constexpr ErrorKind NoSuchCORSConfiguration{"NoSuchCORSConfiguration", 404,
                                                   "The CORS configuration does not exist"};
inline constexpr ErrorKind NoSuchKey{"NoSuchKey", 404, "The specified key does not exist."};
inline constexpr ErrorKind NoSuchLifecycleConfiguration{"NoSuchLifecycleConfiguration", 404,
                                                        "The lifecycle configuration does not exist"};
inline constexpr ErrorKind NoSuchObjectLockConfiguration{
    "NoSuchObjectLockConfiguration", 404, "The specified object does not have a ObjectLock configuration"};
inline constexpr ErrorKind NoSuchPublicAccessBlockConfiguration{"NoSuchPublicAccessBlockConfiguration", 404,
                                                                "The public access block configuration was not found"};
inline constexpr ErrorKind NoSuchTagSet{"NoSuchTagSet", 404, "The TagSet does not exist"};
inline constexpr ErrorKind NoSuchUpload{"NoSuchUpload", 404,
                                        "The specified upload does not exist. The upload ID may be invalid, or the "
                                        "upload may have been aborted or completed."};
inline constexpr ErrorKind NoSuchVersion{"NoSuchVersion", 404, "The specified version does not exist."};
inline constexpr ErrorKind NoSuchWebsiteConfiguration{"NoSuchWebsiteConfiguration", 404,
                                                      "The specified bucket does not have a website configuration"};
inline constexpr ErrorKind ObjectLockConfigurationNotFoundError{
    "ObjectLockConfigurationNotFoundError", 404, "Object Lock configuration does not exist for this bucket"};
inline constexpr ErrorKind OwnershipControlsNotFoundError{"OwnershipControlsNotFoundError", 404,
                                                          "The bucket ownership controls were not found"};
inline constexpr ErrorKind ReplicationConfigurationNotFoundError{"ReplicationConfigurationNotFoundError", 404,
                                                                 "The replication configuration was not found"};
inline constexpr ErrorKind RestoreAlreadyInProgress{"RestoreAlreadyInProgress", 409,
                                                    "Object restore is already in progress"};
inline constexpr ErrorKind UnexpectedContent{"UnexpectedContent", 400, "This request does not support content"};

}  // namespace keymill::s3
