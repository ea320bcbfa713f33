"""Requester Pays buckets as another account's boto3 sees them."""

import configparser
import json
import os
import urllib.error
import urllib.request

import keymill
import pytest
from aws import Clients, refused
from commands import Program


@pytest.fixture
def other(server, tmp_path):
    """The clients of another account's root user."""
    command = Program([os.path.abspath(keymill.binary())], tmp_path, AWS_ENDPOINT_URL=server.endpoint,
                      AWS_ACCESS_KEY_ID=server.access_key, AWS_SECRET_ACCESS_KEY=server.secret_key)
    printed = configparser.ConfigParser()
    printed.read_string(command("accounts", "create", "--account-id", "333344445555").text)
    profile = printed[printed.sections()[0]]
    yield Clients(server.endpoint, profile["aws_access_key_id"], profile["aws_secret_access_key"])
    command("accounts", "delete", "333344445555", "--force")


def test_another_account_reads_once_it_says_that_it_pays(root, bucket, other):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"paid")
    root.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333344445555:root"}, "Action": "s3:*",
         "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}]}))
    assert root.s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    free = other.s3.get_object(Bucket=bucket, Key="k", RequestPayer="requester")
    assert "RequestCharged" not in free

    root.s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    with refused("AccessDenied", 403):
        other.s3.get_object(Bucket=bucket, Key="k")
    paid = other.s3.get_object(Bucket=bucket, Key="k", RequestPayer="requester")
    assert (paid["Body"].read(), paid["RequestCharged"]) == (b"paid", "requester")
    assert other.s3.list_objects_v2(Bucket=bucket, RequestPayer="requester")["RequestCharged"] == "requester"
    assert other.s3.head_object(Bucket=bucket, Key="k", RequestPayer="requester")["RequestCharged"] == "requester"
    with refused("404", 404) as error:
        other.s3.head_object(Bucket=bucket, Key="missing", RequestPayer="requester")
    assert "x-amz-request-charged" not in error[0].response["ResponseMetadata"]["HTTPHeaders"]
    assert "RequestCharged" not in root.s3.get_object(Bucket=bucket, Key="k", RequestPayer="requester")


def test_a_presigned_url_says_it_in_its_query(root, bucket, other):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"paid")
    root.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "333344445555"}, "Action": "s3:GetObject",
         "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    root.s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    silent = other.s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(silent, timeout=20)
    assert caught.value.code == 403
    agreed = other.s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k",
                                                                   "RequestPayer": "requester"})
    with urllib.request.urlopen(agreed, timeout=20) as answer:
        assert (answer.read(), answer.headers["x-amz-request-charged"]) == (b"paid", "requester")
