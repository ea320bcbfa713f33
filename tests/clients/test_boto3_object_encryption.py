"""UpdateObjectEncryption: another KMS key for an object that stays what it is."""

import keymill
import pytest
from aws import refused

KEY = f"arn:aws:kms:{keymill.REGION}:{keymill.ACCOUNT}:key/0123-4567"
OTHER = f"arn:aws:kms:{keymill.REGION}:{keymill.ACCOUNT}:key/89ab-cdef"


def update(s3, bucket, key="k", **kms):
    return s3.update_object_encryption(Bucket=bucket, Key=key, ObjectEncryption={"SSEKMS": kms})


def test_the_key_changes_and_nothing_else(root, bucket):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="GLACIER", Metadata={"a": "b"}, Tagging="c=d")
    before = s3.head_object(Bucket=bucket, Key="k")
    update(s3, bucket, KMSKeyArn=KEY, BucketKeyEnabled=True)
    after = s3.head_object(Bucket=bucket, Key="k")
    assert (after["ServerSideEncryption"], after["SSEKMSKeyId"], after["BucketKeyEnabled"]) == ("aws:kms", KEY, True)
    for name in ("ETag", "LastModified", "StorageClass", "Metadata", "TagCount"):
        assert after[name] == before[name]
    update(s3, bucket, KMSKeyArn=OTHER)
    after = s3.head_object(Bucket=bucket, Key="k")
    assert (after["SSEKMSKeyId"], "BucketKeyEnabled" in after) == (OTHER, False)


def test_a_former_version_may_be_meant(root, bucket):
    s3 = root.s3
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    new = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    s3.update_object_encryption(Bucket=bucket, Key="k", VersionId=old, ObjectEncryption={"SSEKMS": {"KMSKeyArn": KEY}})
    assert s3.head_object(Bucket=bucket, Key="k", VersionId=old)["SSEKMSKeyId"] == KEY
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
    for version in (old, new):
        s3.delete_object(Bucket=bucket, Key="k", VersionId=version)


@pytest.mark.parametrize("arn, code", [
    ("arn:aws:kms:us-east-1:123456789012:alias/mine", "InvalidRequest"),
    ("arn:aws:s3:::not-a-key-at-all", "InvalidRequest"),
    ("arn:aws:kms:us-east-1:210987654321:key/0123-4567", "AccessDenied"),
])
def test_other_keys_are_refused(root, bucket, arn, code):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused(code):
        update(root.s3, bucket, KMSKeyArn=arn)
    assert root.s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"


def test_two_layers_cannot_be_changed(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms:dsse")
    with refused("InvalidRequest", 400):
        update(root.s3, bucket, KMSKeyArn=KEY)


def test_there_must_be_an_object(root, bucket):
    with refused("NoSuchKey", 404):
        update(root.s3, bucket, KMSKeyArn=KEY)
