"""boto3: presigned URLs, of both signature versions that boto3 makes, and how they die with their key."""

import time

import boto3
import pytest
import rawhttp
import requests
from aws import REGION
from botocore.config import Config


@pytest.fixture(params=["s3v4", None], ids=["v4", "default"])
def s3(request, user):
    """Without being told otherwise, boto3 presigns for us-east-1 with signature version 2."""
    config = Config(signature_version=request.param) if request.param else None
    return boto3.session.Session(user.access_key, user.secret_key, region_name=REGION).client(
        "s3", endpoint_url=user.endpoint, config=config
    )


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, rawhttp.Response(body=answer.content).code


def url(s3, operation: str, bucket: str, key: str = "a b+c/ä", seconds: int = 60, **parameters) -> str:
    return s3.generate_presigned_url(operation, {"Bucket": bucket, "Key": key, **parameters}, seconds)


def test_put_get_head_and_delete(s3, bucket):
    assert requests.put(url(s3, "put_object", bucket), data=b"presigned").status_code == 200
    got = requests.get(url(s3, "get_object", bucket))
    assert (got.status_code, got.content) == (200, b"presigned")
    assert requests.head(url(s3, "head_object", bucket)).headers["Content-Length"] == "9"
    ranged = requests.get(url(s3, "get_object", bucket), headers={"Range": "bytes=3-5"})
    assert (ranged.status_code, ranged.content) == (206, b"sig")
    assert requests.delete(url(s3, "delete_object", bucket)).status_code == 204
    assert refusal(requests.get(url(s3, "get_object", bucket))) == (404, "NoSuchKey")


def test_a_url_is_good_for_what_was_signed_only(s3, bucket):
    requests.put(url(s3, "put_object", bucket), data=b"x")
    get = url(s3, "get_object", bucket)
    mismatch = (403, "SignatureDoesNotMatch")
    assert refusal(requests.put(get, data=b"y")) == mismatch
    assert refusal(requests.delete(get)) == mismatch
    assert refusal(requests.get(get.replace("a%20b", "a%20c"))) == mismatch
    assert refusal(requests.get(get.replace("Signature=", "Signature=0"))) == mismatch
    assert requests.get(get).content == b"x"


def test_response_headers_are_part_of_the_url(s3, bucket):
    requests.put(url(s3, "put_object", bucket), data=b"x")
    named = url(s3, "get_object", bucket, ResponseContentDisposition='attachment; filename="x y.csv"')
    assert requests.get(named).headers["Content-Disposition"] == 'attachment; filename="x y.csv"'
    assert refusal(requests.get(named.replace("csv", "exe"))) == (403, "SignatureDoesNotMatch")


def test_a_url_expires(s3, bucket):
    requests.put(url(s3, "put_object", bucket), data=b"x")
    short = url(s3, "get_object", bucket, seconds=1)
    assert requests.get(short).content == b"x"
    time.sleep(2.1)
    late = requests.get(short)
    assert refusal(late) == (403, "AccessDenied")
    assert "<Message>Request has expired</Message>" in late.text


def test_a_url_dies_with_its_key(s3, root, user, bucket):
    requests.put(url(s3, "put_object", bucket), data=b"x")
    get = url(s3, "get_object", bucket, seconds=3600)
    which = {"UserName": user.name, "AccessKeyId": user.access_key}
    assert requests.get(get).content == b"x"
    root.iam.update_access_key(**which, Status="Inactive")
    assert refusal(requests.get(get)) == (403, "InvalidAccessKeyId")
    root.iam.update_access_key(**which, Status="Active")
    assert requests.get(get).content == b"x"
    root.iam.delete_access_key(**which)
    assert refusal(requests.get(get)) == (403, "InvalidAccessKeyId")
