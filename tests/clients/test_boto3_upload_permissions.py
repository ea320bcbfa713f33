"""What an upload asks for besides bytes needs permissions of its own: tags, ACLs, retention and legal holds."""

import datetime
import json

import pytest
import requests
from aws import refused

FUTURE = datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc)
TAGS = {"Tagging": "a=b"}
ACL = {"ACL": "bucket-owner-full-control"}
RETENTION = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": FUTURE}
HOLD = {"ObjectLockLegalHoldStatus": "ON"}
WISHES = [("PutObjectTagging", TAGS), ("PutObjectAcl", ACL), ("PutObjectRetention", RETENTION),
          ("PutObjectLegalHold", HOLD)]


@pytest.fixture
def locked(root, unique):
    """A bucket with object lock; its versions are removed with the bypass, and without their holds."""
    name = unique("locked")
    root.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    yield name
    for version in root.s3.list_object_versions(Bucket=name).get("Versions", []):
        one = {"Bucket": name, "Key": version["Key"], "VersionId": version["VersionId"]}
        root.s3.put_object_legal_hold(**one, LegalHold={"Status": "OFF"})
        root.s3.delete_object(**one, BypassGovernanceRetention=True)
    root.s3.delete_bucket(Bucket=name)


@pytest.fixture
def allow(root, user):
    def give(*actions):
        document = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": "*"}]}
        root.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=json.dumps(document))

    yield give
    root.iam.delete_user_policy(UserName=user.name, PolicyName="p")


def uploads(s3, bucket, **wish):
    yield lambda: s3.put_object(Bucket=bucket, Key="put", Body=b"x", **wish)
    copied = {**wish, "TaggingDirective": "REPLACE"} if "Tagging" in wish else wish
    yield lambda: s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/source", **copied)
    yield lambda: s3.create_multipart_upload(Bucket=bucket, Key="parts", **wish)


@pytest.mark.parametrize("permission, wish", WISHES)
def test_each_wish_needs_its_permission(root, user, locked, allow, permission, wish):
    root.s3.put_object(Bucket=locked, Key="source", Body=b"x")
    s3 = user.clients.s3
    allow("PutObject", "GetObject")
    for upload in uploads(s3, locked):
        upload()
    for upload in uploads(s3, locked, **wish):
        with refused("AccessDenied", 403) as caught:
            upload()
        assert f"s3:{permission}" in caught[0].response["Error"]["Message"]
    allow("PutObject", "GetObject", permission)
    for upload in uploads(s3, locked, **wish):
        upload()
    for upload in root.s3.list_multipart_uploads(Bucket=locked)["Uploads"]:
        root.s3.abort_multipart_upload(Bucket=locked, Key=upload["Key"], UploadId=upload["UploadId"])


def test_a_forms_tags_need_it_too(root, user, bucket, allow):
    tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    form = user.clients.s3.generate_presigned_post(bucket, "k", Fields={"tagging": tags},
                                                   Conditions=[{"tagging": tags}])
    allow("PutObject")
    assert requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30).status_code == 403
    allow("PutObject", "PutObjectTagging")
    assert requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30).status_code == 204
    assert root.s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "b"}]
