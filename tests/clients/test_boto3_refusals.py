"""The refusals of S3's bucket and object operations that no other test is about: the code, the status, and who is named."""

import keymill
import pytest
from aws import Clients, refused

GRANTEE = {"Type": "CanonicalUser", "ID": "0" * 64}


def test_a_bucket_is_made_where_it_says_and_once(root, bucket, unique):
    create = root.s3.create_bucket
    with refused("InvalidLocationConstraint", 400):
        create(Bucket=unique("bucket"), CreateBucketConfiguration={"LocationConstraint": "us-east-1"})
    with refused("BucketAlreadyOwnedByYou", 409) as error:
        create(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert error[0].response["Error"]["BucketName"] == bucket


def test_a_younger_regions_endpoint_makes_buckets_in_that_region_only(unique):
    running = keymill.Server(None, "--in-memory", "--region", "eu-west-1").start()
    try:
        s3 = Clients(running.endpoint, running.access_key, running.secret_key, region="eu-west-1").s3
        elsewhere = {"LocationConstraint": "eu-central-1"}
        with refused("IllegalLocationConstraintException", 400) as error:
            s3.create_bucket(Bucket=unique("bucket"), CreateBucketConfiguration=elsewhere)
        assert "The eu-central-1 location constraint is incompatible" in str(error[0])
        s3.create_bucket(Bucket=unique("bucket"), CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    finally:
        running.cleanup()


@pytest.mark.parametrize("operation, code", [
    ("get_bucket_policy", "NoSuchBucketPolicy"),
    ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_tagging", "NoSuchTagSet"),
    ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
])
def test_a_configuration_that_was_never_put_is_missing(root, bucket, operation, code):
    with refused(code, 404) as error:
        getattr(root.s3, operation)(Bucket=bucket)
    assert error[0].response["Error"]["BucketName"] == bucket


def test_what_every_bucket_starts_with_is_missing_once_deleted(root, bucket):
    root.s3.delete_public_access_block(Bucket=bucket)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        root.s3.get_public_access_block(Bucket=bucket)
    root.s3.delete_bucket_ownership_controls(Bucket=bucket)
    with refused("OwnershipControlsNotFoundError", 404):
        root.s3.get_bucket_ownership_controls(Bucket=bucket)
    with refused("NoSuchConfiguration", 404):
        root.s3.get_bucket_metrics_configuration(Bucket=bucket, Id="none")


def test_configurations_that_cannot_be_are_refused(root, bucket):
    s3 = root.s3
    with refused("IllegalVersioningConfigurationException", 400):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={})
    with refused("MalformedPolicy", 400):
        s3.put_bucket_policy(Bucket=bucket, Policy="{")
    with refused("MalformedXML", 400):
        s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Nobody"})
    with refused("InvalidTag", 400):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "aws:own", "Value": "x"}]})


def test_acls_are_refused_in_the_words_of_what_is_wrong(root, bucket):
    s3 = root.s3
    with refused("AccessControlListNotSupported", 400):
        s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    with refused("MissingSecurityHeader", 400) as error:
        s3.put_bucket_acl(Bucket=bucket)
    assert error[0].response["Error"]["MissingHeaderName"] == "x-amz-acl"
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    policy = {"Owner": owner, "Grants": [{"Grantee": GRANTEE, "Permission": "READ"}]}
    with refused("UnexpectedContent", 400):
        s3.put_bucket_acl(Bucket=bucket, ACL="private", AccessControlPolicy=policy)
    with refused("MalformedACLError", 400):
        bad = {"Owner": owner, "Grants": [{"Grantee": GRANTEE, "Permission": "SOME"}]}
        s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=bad)


def test_a_bucket_with_grants_keeps_its_acls_until_they_are_gone(root, bucket):
    s3 = root.s3
    s3.delete_public_access_block(Bucket=bucket)
    with_acls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    without = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=with_acls)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=without)
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=without)


def test_objects_of_a_class_or_version_that_is_not_are_refused(root, bucket):
    with refused("InvalidStorageClass", 400) as error:
        root.s3.put_object(Bucket=bucket, Key="k", Body=b"", StorageClass="ATTIC")
    assert error[0].response["Error"]["StorageClassRequested"] == "ATTIC"
    root.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    gone = root.s3.put_object(Bucket=bucket, Key="k", Body=b"")["VersionId"]
    root.s3.delete_object(Bucket=bucket, Key="k", VersionId=gone)
    with refused("NoSuchVersion", 404) as error:
        root.s3.get_object(Bucket=bucket, Key="k", VersionId=gone)
    assert error[0].response["Error"]["VersionId"] == gone
