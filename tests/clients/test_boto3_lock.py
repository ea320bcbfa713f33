"""Object lock: retention, legal hold, default retention and the bypass of governance."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError


def later(**delta):
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(**delta)


def code_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def erase(s3, bucket):
    """All versions, held or under governance; compliance in these tests is never left behind."""
    for kind in ("Versions", "DeleteMarkers"):
        for version in s3.list_object_versions(Bucket=bucket).get(kind, []):
            named = dict(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
            if kind == "Versions":
                s3.put_object_legal_hold(**named, LegalHold={"Status": "OFF"})
            s3.delete_object(**named, BypassGovernanceRetention=True)
    s3.delete_bucket(Bucket=bucket)


@pytest.fixture
def locked(root, unique):
    name = unique("lock")
    root.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    yield name
    erase(root.s3, name)


def test_a_bucket_with_object_lock_keeps_versions_and_says_so(root, locked):
    assert root.s3.get_bucket_versioning(Bucket=locked)["Status"] == "Enabled"
    shown = root.s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"]
    assert shown == {"ObjectLockEnabled": "Enabled"}
    assert code_of(root.s3.put_bucket_versioning, Bucket=locked,
                   VersioningConfiguration={"Status": "Suspended"}) == ("InvalidBucketState", 409)


def test_configuration_needs_versioning_and_a_good_period(root, bucket):
    def rule(**period):
        return dict(Bucket=bucket, ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", **period}}})

    assert code_of(root.s3.get_object_lock_configuration, Bucket=bucket) == ("ObjectLockConfigurationNotFoundError", 404)
    assert code_of(root.s3.put_object_lock_configuration, **rule(Days=1)) == ("InvalidBucketState", 409)
    root.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert code_of(root.s3.put_object_lock_configuration, **rule(Days=1, Years=1)) == ("MalformedXML", 400)
    assert code_of(root.s3.put_object_lock_configuration, **rule()) == ("MalformedXML", 400)
    assert code_of(root.s3.put_object_lock_configuration, **rule(Days=0)) == ("InvalidArgument", 400)
    root.s3.put_object_lock_configuration(**rule(Years=2))
    shown = root.s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert shown["Rule"] == {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 2}}


def test_default_retention_reaches_every_way_to_make_an_object(root, locked):
    s3 = root.s3
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}})
    s3.put_object(Bucket=locked, Key="put", Body=b"x")
    s3.copy_object(Bucket=locked, Key="copy", CopySource=f"{locked}/put")
    upload = s3.create_multipart_upload(Bucket=locked, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=locked, Key="parts", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=locked, Key="parts", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    for key in ("put", "copy", "parts"):
        head = s3.head_object(Bucket=locked, Key=key)
        assert head["ObjectLockMode"] == "GOVERNANCE", key
        assert head["ObjectLockRetainUntilDate"] == head["LastModified"] + datetime.timedelta(days=3)
        assert code_of(s3.delete_object, Bucket=locked, Key=key, VersionId=head["VersionId"]) == ("AccessDenied", 403)


def test_own_retention_wins_over_the_default_and_copies_inherit_none(root, locked):
    s3, until = root.s3, later(days=1)
    s3.put_object(Bucket=locked, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until,
                  ObjectLockLegalHoldStatus="ON")
    got = s3.get_object(Bucket=locked, Key="k")
    assert (got["ObjectLockMode"], got["ObjectLockRetainUntilDate"], got["ObjectLockLegalHoldStatus"]) == (
        "GOVERNANCE", until, "ON")
    s3.copy_object(Bucket=locked, Key="copy", CopySource=f"{locked}/k")
    copy = s3.head_object(Bucket=locked, Key="copy")
    assert "ObjectLockMode" not in copy and "ObjectLockLegalHoldStatus" not in copy


def test_a_marker_may_hide_what_no_one_may_delete(root, locked):
    s3 = root.s3
    version = s3.put_object(Bucket=locked, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE",
                            ObjectLockRetainUntilDate=later(days=1))["VersionId"]
    assert s3.delete_object(Bucket=locked, Key="k")["DeleteMarker"] is True
    many = s3.delete_objects(Bucket=locked, Delete={"Objects": [{"Key": "k", "VersionId": version}]})
    assert [error["Code"] for error in many["Errors"]] == ["AccessDenied"]
    assert s3.get_object(Bucket=locked, Key="k", VersionId=version)["Body"].read() == b"x"
    many = s3.delete_objects(Bucket=locked, BypassGovernanceRetention=True,
                             Delete={"Objects": [{"Key": "k", "VersionId": version}]})
    assert [entry["Key"] for entry in many["Deleted"]] == ["k"] and "Errors" not in many


def test_governance_can_be_lengthened_and_only_bypassed_to_be_shortened(root, locked):
    s3 = root.s3
    s3.put_object(Bucket=locked, Key="k", Body=b"x")
    assert code_of(s3.get_object_retention, Bucket=locked, Key="k") == ("NoSuchObjectLockConfiguration", 404)

    def retain(until, mode="GOVERNANCE", **extra):
        return dict(Bucket=locked, Key="k", Retention={"Mode": mode, "RetainUntilDate": until}, **extra)

    assert code_of(s3.put_object_retention, **retain(later(days=-1))) == ("InvalidArgument", 400)
    s3.put_object_retention(**retain(later(days=2)))
    s3.put_object_retention(**retain(later(days=3)))
    assert code_of(s3.put_object_retention, **retain(later(days=1))) == ("AccessDenied", 403)
    until = later(hours=1)
    s3.put_object_retention(**retain(until, BypassGovernanceRetention=True))
    assert s3.get_object_retention(Bucket=locked, Key="k")["Retention"] == {"Mode": "GOVERNANCE",
                                                                            "RetainUntilDate": until}


def test_compliance_binds_even_the_root_user_until_its_time(root, unique):
    import time

    s3, name = root.s3, unique("compliance")
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    until = later(seconds=3)
    version = s3.put_object(Bucket=name, Key="k", Body=b"x", ObjectLockMode="COMPLIANCE",
                            ObjectLockRetainUntilDate=until)["VersionId"]
    gone = dict(Bucket=name, Key="k", VersionId=version, BypassGovernanceRetention=True)
    assert code_of(s3.delete_object, **gone) == ("AccessDenied", 403)
    assert code_of(s3.put_object_retention, Bucket=name, Key="k", BypassGovernanceRetention=True, Retention={
        "Mode": "GOVERNANCE", "RetainUntilDate": later(days=1)}) == ("AccessDenied", 403)
    time.sleep(max(0.0, (until - later()).total_seconds()) + 1.1)
    s3.delete_object(**gone)
    s3.delete_bucket(Bucket=name)


def test_a_legal_hold_has_no_end_and_no_bypass(root, locked):
    s3 = root.s3
    version = s3.put_object(Bucket=locked, Key="k", Body=b"x")["VersionId"]
    assert code_of(s3.get_object_legal_hold, Bucket=locked, Key="k") == ("NoSuchObjectLockConfiguration", 404)
    s3.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "ON"})
    assert code_of(s3.delete_object, Bucket=locked, Key="k", VersionId=version,
                   BypassGovernanceRetention=True) == ("AccessDenied", 403)
    assert code_of(s3.put_object_legal_hold, Bucket=locked, Key="k",
                   LegalHold={"Status": "MAYBE"}) == ("MalformedXML", 400)
    s3.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(Bucket=locked, Key="k")["LegalHold"] == {"Status": "OFF"}
    s3.delete_object(Bucket=locked, Key="k", VersionId=version)


def test_lock_needs_a_bucket_that_has_it(root, bucket):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    lock = dict(ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=later(days=1))
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", **lock) == ("InvalidRequest", 400)
    assert code_of(s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/k", **lock) == ("InvalidRequest", 400)
    assert code_of(s3.create_multipart_upload, Bucket=bucket, Key="m", **lock) == ("InvalidRequest", 400)
    assert code_of(s3.get_object_retention, Bucket=bucket, Key="k") == ("InvalidRequest", 400)
    assert code_of(s3.get_object_legal_hold, Bucket=bucket, Key="k") == ("InvalidRequest", 400)
    for bypass in (True, False):
        assert code_of(s3.delete_object, Bucket=bucket, Key="k",
                       BypassGovernanceRetention=bypass) == ("InvalidArgument", 400)


def test_lock_headers_come_in_pairs_and_in_the_future(root, locked):
    put = dict(Bucket=locked, Key="k", Body=b"x")
    for wrong in (dict(ObjectLockMode="GOVERNANCE"), dict(ObjectLockRetainUntilDate=later(days=1)),
                  dict(ObjectLockMode="SOMETIMES", ObjectLockRetainUntilDate=later(days=1)),
                  dict(ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=later(days=-1)),
                  dict(ObjectLockLegalHoldStatus="PERHAPS")):
        assert code_of(root.s3.put_object, **put, **wrong) == ("InvalidArgument", 400), wrong


def test_the_bypass_is_a_permission_of_its_own(root, user, locked):
    version = root.s3.put_object(Bucket=locked, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE",
                                 ObjectLockRetainUntilDate=later(days=1))["VersionId"]

    def grant(*actions):
        root.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": f"arn:aws:s3:::{locked}/*"}]}))

    gone = dict(Bucket=locked, Key="k", VersionId=version, BypassGovernanceRetention=True)
    try:
        grant("s3:DeleteObjectVersion")
        assert code_of(user.clients.s3.delete_object, **gone) == ("AccessDenied", 403)
        grant("s3:DeleteObjectVersion", "s3:BypassGovernanceRetention")
        user.clients.s3.delete_object(**gone)
    finally:
        root.iam.delete_user_policy(UserName=user.name, PolicyName="p")
