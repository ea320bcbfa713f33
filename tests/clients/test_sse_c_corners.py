"""SSE-C where no SDK helps: forms, presigned URLs, completed uploads, archives, and what a wrong signature leaves."""

import base64
import hashlib
import os

import boto3
import pytest
import requests
from aws import refused
from botocore.config import Config

KEY = b"0123456789abcdef0123456789abcdef"
OTHER = b"another key, thirty-two octets.."
MIB = 1 << 20


def with_key(key=KEY, prefix=""):
    return {f"{prefix}SSECustomerAlgorithm": "AES256", f"{prefix}SSECustomerKey": key}  # boto3 adds the MD5


def lines(key=KEY):
    name = "x-amz-server-side-encryption-customer-"
    return {f"{name}algorithm": "AES256", f"{name}key": base64.b64encode(key).decode(),
            f"{name}key-MD5": base64.b64encode(hashlib.md5(key).digest()).decode()}


@pytest.fixture
def v4(server):
    """A client whose presigned URLs and forms are of version 4."""
    return boto3.client("s3", endpoint_url=server.endpoint, aws_access_key_id=server.access_key,
                        aws_secret_access_key=server.secret_key, region_name="us-east-1",
                        config=Config(signature_version="s3v4"))


def test_a_form_brings_the_key_in_its_fields(root, v4, bucket):
    body = os.urandom(3000)
    form = v4.generate_presigned_post(bucket, "k", Fields=lines(), Conditions=[{n: v} for n, v in lines().items()])
    answer = requests.post(form["url"], data=form["fields"], files={"file": body}, timeout=30)
    assert answer.status_code == 204, answer.text
    assert answer.headers["x-amz-server-side-encryption-customer-algorithm"] == "AES256"
    assert root.s3.get_object(Bucket=bucket, Key="k", **with_key())["Body"].read() == body
    with refused("InvalidRequest", 400):
        root.s3.get_object(Bucket=bucket, Key="k")


def test_a_forms_key_must_be_whole(root, v4, bucket):
    fields = lines()
    del fields["x-amz-server-side-encryption-customer-key"]
    form = v4.generate_presigned_post(bucket, "k", Fields=fields, Conditions=[{n: v} for n, v in fields.items()])
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30)
    assert (answer.status_code, "appropriate secret key" in answer.text) == (400, True), answer.text


def test_presigned_urls_leave_the_key_to_the_headers(v4, bucket):
    name, body = {"Bucket": bucket, "Key": "k"}, os.urandom(70_000)
    put = v4.generate_presigned_url("put_object", Params={**name, **with_key()})
    assert requests.put(put, data=body, headers=lines(), timeout=30).status_code == 200
    get = v4.generate_presigned_url("get_object", Params={**name, **with_key()})
    assert requests.get(get, headers=lines(), timeout=30).content == body
    assert requests.get(get, timeout=30).status_code == 403, "its headers are signed"
    bare = v4.generate_presigned_url("get_object", Params=name)
    answer = requests.get(bare, timeout=30)
    assert (answer.status_code, "stored using a form of Server Side Encryption" in answer.text) == (400, True)


def test_encrypted_parts_are_read_one_by_one(root, bucket):
    s3, name = root.s3, {"Bucket": bucket, "Key": "k"}
    upload = {**name, "UploadId": s3.create_multipart_upload(**name, **with_key())["UploadId"]}
    bodies = [os.urandom(5 * MIB), b"end"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=body, **with_key())["ETag"]}
             for n, body in enumerate(bodies, 1)]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **with_key())
    assert done["ETag"].strip('"').endswith("-2")
    whole = b"".join(bodies)
    for number, body in enumerate(bodies, 1):
        part = s3.get_object(**name, PartNumber=number, **with_key())
        assert (part["Body"].read() == body, part["PartsCount"]) == (True, 2)
        with refused("InvalidRequest", 400):
            s3.get_object(**name, PartNumber=number)
        with refused("AccessDenied", 403):
            s3.get_object(**name, PartNumber=number, **with_key(OTHER))
    tail = s3.get_object(**name, Range="bytes=-5", **with_key())["Body"].read()
    assert tail == whole[-5:]


def test_an_archived_object_keeps_its_key(root, bucket):
    s3, name = root.s3, {"Bucket": bucket, "Key": "k"}
    s3.put_object(**name, Body=b"secret", StorageClass="GLACIER", **with_key())
    with refused("InvalidObjectState", 403):
        s3.get_object(**name, **with_key())
    s3.restore_object(**name, RestoreRequest={"Days": 1})
    with refused("InvalidRequest", 400):
        s3.get_object(**name)
    assert s3.get_object(**name, **with_key())["Body"].read() == b"secret"
    with refused("InvalidRequest", 400):
        s3.update_object_encryption(**name, ObjectEncryption={"SSEKMS": {
            "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0123-4567"}})


def test_the_key_does_not_reach_the_log(server, bucket):
    wrong = boto3.client("s3", endpoint_url=server.endpoint, aws_access_key_id=server.access_key,
                         aws_secret_access_key=server.secret_key[:-1] + "!", region_name="us-east-1")
    with refused("SignatureDoesNotMatch", 403):
        wrong.put_object(Bucket=bucket, Key="k", Body=b"x", **with_key())
    encoded = lines()["x-amz-server-side-encryption-customer-key"]
    assert not any(encoded in line for line in server.log)
