"""Server-side encryption as clients see it: AES256, aws:kms, aws:kms:dsse, bucket keys and the bucket's default."""

import pytest
from botocore.exceptions import ClientError

import keymill

KEY = f"arn:aws:kms:{keymill.REGION}:{keymill.ACCOUNT}:key/0123-4567"


def shown(answer):
    return answer.get("ServerSideEncryption"), answer.get("SSEKMSKeyId"), answer.get("BucketKeyEnabled")


def configure(s3, bucket, bucket_key=False, **default):
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}]})


def test_aes256_without_a_word(root, bucket):
    assert shown(root.s3.put_object(Bucket=bucket, Key="k", Body=b"x")) == ("AES256", None, None)
    assert shown(root.s3.head_object(Bucket=bucket, Key="k")) == ("AES256", None, None)


@pytest.mark.parametrize("algorithm", ["aws:kms", "aws:kms:dsse"])
def test_a_named_key_is_shown_by_its_arn(root, bucket, algorithm):
    for given in (KEY, "0123-4567"):
        put = root.s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption=algorithm, SSEKMSKeyId=given)
        assert shown(put) == (algorithm, KEY, None)
        assert shown(root.s3.get_object(Bucket=bucket, Key="k")) == (algorithm, KEY, None)


def test_the_accounts_own_key_stays_the_same(root, bucket):
    first = root.s3.put_object(Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="aws:kms")
    second = root.s3.put_object(Bucket=bucket, Key="b", Body=b"x", ServerSideEncryption="aws:kms", BucketKeyEnabled=True)
    assert first["SSEKMSKeyId"] == second["SSEKMSKeyId"]
    assert first["SSEKMSKeyId"].startswith(f"arn:aws:kms:{keymill.REGION}:{keymill.ACCOUNT}:key/")
    assert second["BucketKeyEnabled"] is True
    assert root.s3.head_object(Bucket=bucket, Key="b")["BucketKeyEnabled"] is True


def test_the_buckets_default_reaches_every_way_to_make_an_object(root, bucket):
    s3, expected = root.s3, ("aws:kms", KEY, True)
    configure(s3, bucket, True, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    assert shown(s3.put_object(Bucket=bucket, Key="put", Body=b"x")) == expected
    assert shown(s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/put")) == expected
    created = s3.create_multipart_upload(Bucket=bucket, Key="parts")
    assert shown(created) == expected
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=created["UploadId"], PartNumber=1, Body=b"x")
    assert shown(part) == expected
    whole = s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=created["UploadId"],
                                         MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert shown(whole) == expected
    for key in ("put", "copy", "parts"):
        assert shown(s3.head_object(Bucket=bucket, Key=key)) == expected, key


def test_a_request_overrides_the_default_and_deleting_it_restores_aes256(root, bucket):
    configure(root.s3, bucket, SSEAlgorithm="aws:kms:dsse")
    assert root.s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "aws:kms:dsse"
    assert shown(root.s3.put_object(Bucket=bucket, Key="k", Body=b"x",
                                    ServerSideEncryption="AES256")) == ("AES256", None, None)
    root.s3.delete_bucket_encryption(Bucket=bucket)
    assert shown(root.s3.put_object(Bucket=bucket, Key="k", Body=b"x")) == ("AES256", None, None)


def test_copies_do_not_inherit_the_sources_encryption(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY)
    copy = root.s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    assert shown(copy) == ("AES256", None, None)


@pytest.mark.parametrize("wrong, code", [
    (dict(ServerSideEncryption="rot13"), "InvalidEncryptionAlgorithmError"),
    (dict(SSEKMSKeyId=KEY), "InvalidArgument"),
    (dict(ServerSideEncryption="AES256", SSEKMSKeyId=KEY), "InvalidArgument"),
])
def test_what_does_not_fit_is_refused(root, bucket, wrong, code):
    with pytest.raises(ClientError) as caught:
        root.s3.put_object(Bucket=bucket, Key="k", Body=b"x", **wrong)
    assert caught.value.response["Error"]["Code"] == code


def test_a_key_is_no_part_of_an_aes256_default(root, bucket):
    with pytest.raises(ClientError) as caught:
        configure(root.s3, bucket, SSEAlgorithm="AES256", KMSMasterKeyID=KEY)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
