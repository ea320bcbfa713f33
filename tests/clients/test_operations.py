"""The table of operations is the document's, and knows every operation of the services' models."""

import json
import subprocess

import botocore.session
import pytest

import keymill

# Names that are another operation on the wire: older ones, and one of another host.
ALIASES = {"GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification",
           "ListDirectoryBuckets"}


def printed(flag):
    return subprocess.run([keymill.binary(), "operations", flag], capture_output=True, text=True, timeout=30,
                          check=True).stdout


def test_the_document_is_up_to_date():
    document = (keymill.ROOT / "server/OPERATIONS.md").read_text()
    assert document == printed("--markdown"), "run: keymill operations --markdown > server/OPERATIONS.md"


@pytest.mark.parametrize("service", ["s3", "iam", "sts"])
def test_no_operation_of_the_model_is_left_out(service):
    known = set(json.loads(printed("--json"))[service.upper()])
    model = set(botocore.session.get_session().get_service_model(service).operation_names)
    assert model - ALIASES - known == set()


def test_a_row_that_works_is_answered_and_one_that_does_not_says_so(root, bucket):
    table = json.loads(printed("--json"))["S3"]
    assert table["GetBucketVersioning"] == "works" and "Status" not in root.s3.get_bucket_versioning(Bucket=bucket)
    assert table["GetObjectTorrent"] == "501 NotImplemented"
    with pytest.raises(root.s3.exceptions.ClientError, match="NotImplemented"):
        root.s3.get_object_torrent(Bucket=bucket, Key="k")
