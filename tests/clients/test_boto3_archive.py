"""Storage classes, and objects in archives: what they refuse until they are restored."""

import keymill
import pytest
from aws import Clients, refused

CLASSES = ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY"]


def restore(s3, bucket, key="k", days=1, **more):
    answer = s3.restore_object(Bucket=bucket, Key=key, RestoreRequest={"Days": days, **more})
    return answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_kept_and_shown_and_read_at_once(root, bucket, name):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=name)
    assert s3.get_object(Bucket=bucket, Key="k")["StorageClass"] == name
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["StorageClass"] == name
    assert s3.list_object_versions(Bucket=bucket)["Versions"][0]["StorageClass"] == name
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["StorageClass"])
    assert attributes["StorageClass"] == name
    with refused("InvalidObjectState", 403):
        restore(s3, bucket)


@pytest.mark.parametrize("name", ["OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "standard"])
def test_classes_of_other_stores_are_refused(root, bucket, name):
    with refused("InvalidStorageClass", 400):
        root.s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=name)


@pytest.mark.parametrize("name", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_is_described_but_not_read(root, bucket, name):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"secret", StorageClass=name)
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["StorageClass"], head["ContentLength"], "Restore" in head) == (name, 6, False)
    with refused("InvalidObjectState", 403) as caught:
        s3.get_object(Bucket=bucket, Key="k")
    assert caught[0].response["Error"]["StorageClass"] == name
    with refused("InvalidObjectState", 403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    with refused("InvalidObjectState", 403):
        s3.upload_part_copy(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, CopySource=f"{bucket}/k")
    s3.abort_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload)


@pytest.mark.parametrize("name", ["GLACIER", "DEEP_ARCHIVE"])
def test_a_restored_copy_is_read_and_copied(root, bucket, name):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"secret", StorageClass=name)
    assert restore(s3, bucket, days=2, GlacierJobParameters={"Tier": "Bulk"}) == 202
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"secret"
    assert got["StorageClass"] == name, "the object itself stays where it is"
    assert got["Restore"].startswith('ongoing-request="false", expiry-date="') and "00:00:00 GMT" in got["Restore"]
    s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", StorageClass="STANDARD")
    assert "Restore" not in s3.head_object(Bucket=bucket, Key="k")
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="k")


def test_restoring_again_prolongs(root, bucket):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="GLACIER")
    assert restore(s3, bucket, days=1, Tier="Expedited") == 202
    before = s3.head_object(Bucket=bucket, Key="k")["Restore"]
    assert restore(s3, bucket, days=9) == 200
    assert s3.head_object(Bucket=bucket, Key="k")["Restore"] != before


def test_bad_restorations_are_refused(root, bucket):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="DEEP_ARCHIVE")
    with refused("InvalidArgument", 400):
        restore(s3, bucket, GlacierJobParameters={"Tier": "Expedited"})
    with refused("InvalidArgument", 400):
        restore(s3, bucket, days=0)
    with refused("MalformedXML", 400):
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={})
    with refused("MalformedXML", 400):
        restore(s3, bucket, Tier="Fast")
    with refused("NoSuchKey", 404):
        restore(s3, bucket, key="nothing")
    assert "Restore" not in s3.head_object(Bucket=bucket, Key="k")


def test_listings_tell_of_restorations_when_asked(root, bucket):
    s3 = root.s3
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="GLACIER")
    s3.put_object(Bucket=bucket, Key="never", Body=b"x", StorageClass="GLACIER")
    restore(s3, bucket)
    asked = {"Bucket": bucket, "OptionalObjectAttributes": ["RestoreStatus"]}
    for listed in (s3.list_objects_v2(**asked)["Contents"], s3.list_objects(**asked)["Contents"],
                   s3.list_object_versions(**asked)["Versions"]):
        assert listed[0]["RestoreStatus"]["IsRestoreInProgress"] is False
        assert listed[0]["RestoreStatus"]["RestoreExpiryDate"].hour == 0
        assert "RestoreStatus" not in listed[1]
    assert "RestoreStatus" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]


def test_a_delay_makes_restorations_take_their_time():
    server = keymill.Server(None, "--restore-delay", "3600").start()
    try:
        s3 = Clients(server.endpoint, server.access_key, server.secret_key).s3
        s3.create_bucket(Bucket="slow")
        s3.put_object(Bucket="slow", Key="k", Body=b"x", StorageClass="GLACIER")
        assert restore(s3, "slow") == 202
        assert s3.head_object(Bucket="slow", Key="k")["Restore"] == 'ongoing-request="true"'
        with refused("RestoreAlreadyInProgress", 409):
            restore(s3, "slow")
        with refused("InvalidObjectState", 403):
            s3.get_object(Bucket="slow", Key="k")
        listed = s3.list_objects_v2(Bucket="slow", OptionalObjectAttributes=["RestoreStatus"])["Contents"][0]
        assert listed["RestoreStatus"] == {"IsRestoreInProgress": True}
    finally:
        server.cleanup()
