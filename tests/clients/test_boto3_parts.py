"""Multipart uploads from the outside: what reading by part number gives, and what the end of an upload is refused for."""

import pytest
from aws import refused

FIVE = 5 * 1024 * 1024


def begin(s3, bucket, key, **more):
    return s3.create_multipart_upload(Bucket=bucket, Key=key, **more)["UploadId"]


def send(s3, bucket, key, upload, number, body):
    etag = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
    return {"PartNumber": number, "ETag": etag}


def complete(s3, bucket, key, upload, parts, **more):
    return s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **more)


@pytest.fixture
def gaps(root, bucket):
    """The object `k` of three parts, uploaded as the numbers 1, 5 and 9."""
    upload = begin(root.s3, bucket, "k")
    parts = [send(root.s3, bucket, "k", upload, number, body)
             for number, body in ((1, b"a" * FIVE), (5, b"b" * FIVE), (9, b"end"))]
    complete(root.s3, bucket, "k", upload, parts)
    return bucket


def test_a_part_is_read_by_its_place_among_the_completed_ones(root, gaps):
    third = root.s3.get_object(Bucket=gaps, Key="k", PartNumber=3)
    assert third["Body"].read() == b"end"
    assert third["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert third["PartsCount"] == 3
    assert third["ContentRange"] == f"bytes {2 * FIVE}-{2 * FIVE + 2}/{2 * FIVE + 3}"
    second = root.s3.head_object(Bucket=gaps, Key="k", PartNumber=2)
    assert (second["PartsCount"], second["ContentLength"]) == (3, FIVE)
    assert "PartsCount" not in root.s3.head_object(Bucket=gaps, Key="k")


def test_part_numbers_that_are_not_there_are_refused(root, gaps):
    with refused("InvalidPartNumber", 416) as error:
        root.s3.get_object(Bucket=gaps, Key="k", PartNumber=4)
    assert error[0].response["Error"]["ActualPartCount"] == "3"
    assert error[0].response["Error"]["PartNumberRequested"] == "4"
    with refused("416", 416):
        root.s3.head_object(Bucket=gaps, Key="k", PartNumber=9)
    for number in (0, 10001):
        with refused("InvalidArgument", 400):
            root.s3.get_object(Bucket=gaps, Key="k", PartNumber=number)
    with refused("InvalidRequest", 400):
        root.s3.get_object(Bucket=gaps, Key="k", PartNumber=1, Range="bytes=0-1")


def test_an_object_put_whole_is_its_own_part_1(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="whole", Body=b"12345")
    part = root.s3.get_object(Bucket=bucket, Key="whole", PartNumber=1)
    assert (part["Body"].read(), part["ContentRange"]) == (b"12345", "bytes 0-4/5")
    assert "PartsCount" not in part
    with refused("InvalidPartNumber", 416) as error:
        root.s3.get_object(Bucket=bucket, Key="whole", PartNumber=2)
    assert error[0].response["Error"]["ActualPartCount"] == "1"


def test_completing_names_what_is_wrong_with_the_list(root, bucket):
    s3 = root.s3
    upload = begin(s3, bucket, "k")
    small = send(s3, bucket, "k", upload, 1, b"small")
    last = send(s3, bucket, "k", upload, 2, b"last")
    with refused("EntityTooSmall", 400) as error:
        complete(s3, bucket, "k", upload, [small, last])
    wrong = error[0].response["Error"]
    assert (wrong["PartNumber"], wrong["ProposedSize"], wrong["MinSizeAllowed"]) == ("1", "5", str(FIVE))
    with refused("InvalidPartOrder", 400):
        complete(s3, bucket, "k", upload, [last, small])
    with refused("InvalidPart", 400) as error:
        complete(s3, bucket, "k", upload, [small, last, {"PartNumber": 3, "ETag": small["ETag"]}])
    assert error[0].response["Error"]["PartNumber"] == "3", "a part that is missing is named before one that is small"
    with refused("InvalidPart", 400):
        complete(s3, bucket, "k", upload, [{"PartNumber": 1, "ETag": last["ETag"]}])
    with refused("MalformedXML", 400):
        complete(s3, bucket, "k", upload, [])
    complete(s3, bucket, "k", upload, [last])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"last", "parts left out are dropped"
    with refused("NoSuchUpload", 404):
        s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)


def test_completing_conflicts_with_what_happened_since_the_upload_began(root, bucket):
    s3 = root.s3
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"same")["ETag"]
    upload = begin(s3, bucket, "k")
    part = send(s3, bucket, "k", upload, 1, b"new")
    with refused("PreconditionFailed", 412):
        complete(s3, bucket, "k", upload, [part], IfMatch='"00000000000000000000000000000000"')
    with refused("PreconditionFailed", 412):
        complete(s3, bucket, "k", upload, [part], IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="k", Body=b"same")
    with refused("ConditionalRequestConflict", 409) as error:
        complete(s3, bucket, "k", upload, [part], IfMatch=etag)
    assert error[0].response["Error"]["Condition"] == "If-Match"
    s3.delete_object(Bucket=bucket, Key="k")
    with refused("ConditionalRequestConflict", 409) as error:
        complete(s3, bucket, "k", upload, [part], IfNoneMatch="*")
    assert error[0].response["Error"]["Condition"] == "If-None-Match"
    fresh = begin(s3, bucket, "k")
    complete(s3, bucket, "k", fresh, [send(s3, bucket, "k", fresh, 1, b"new")], IfNoneMatch="*")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)


def test_a_delete_marker_laid_during_the_upload_is_a_conflict_too(root, bucket):
    s3 = root.s3
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    upload = begin(s3, bucket, "k")
    part = send(s3, bucket, "k", upload, 1, b"new")
    s3.put_object(Bucket=bucket, Key="k", Body=b"came")
    s3.delete_object(Bucket=bucket, Key="k")
    with refused("ConditionalRequestConflict", 409):
        complete(s3, bucket, "k", upload, [part], IfNoneMatch="*")
    complete(s3, bucket, "k", upload, [part])
    shown = s3.list_object_versions(Bucket=bucket)
    for each in shown["Versions"] + shown["DeleteMarkers"]:
        s3.delete_object(Bucket=bucket, Key="k", VersionId=each["VersionId"])


def test_uploads_in_progress_do_not_keep_a_bucket(root, unique):
    name = unique("bucket")
    root.s3.create_bucket(Bucket=name)
    upload = begin(root.s3, name, "k")
    send(root.s3, name, "k", upload, 1, b"part")
    root.s3.delete_bucket(Bucket=name)
    root.s3.create_bucket(Bucket=name)
    with refused("NoSuchUpload", 404):
        root.s3.list_parts(Bucket=name, Key="k", UploadId=upload)
    assert "Uploads" not in root.s3.list_multipart_uploads(Bucket=name)
    root.s3.delete_bucket(Bucket=name)


def test_uploads_are_listed_by_prefix_delimiter_and_markers(root, bucket):
    s3 = root.s3
    ids = {key: begin(s3, bucket, key) for key in ("a/1", "a/2", "b c", "d")}
    second = begin(s3, bucket, "d")
    page = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["a/"]
    assert [(each["Key"], each["UploadId"]) for each in page["Uploads"]] == [
        ("b c", ids["b c"]), ("d", ids["d"]), ("d", second)]
    assert not page["IsTruncated"]
    page = s3.list_multipart_uploads(Bucket=bucket, KeyMarker="b c", MaxUploads=1)
    assert (page["IsTruncated"], page["NextKeyMarker"], page["NextUploadIdMarker"]) == (True, "d", ids["d"])
    page = s3.list_multipart_uploads(Bucket=bucket, KeyMarker="d", UploadIdMarker=ids["d"])
    assert [each["UploadId"] for each in page["Uploads"]] == [second]
    with refused("InvalidArgument", 400):
        s3.list_multipart_uploads(Bucket=bucket, KeyMarker="d", UploadIdMarker=ids["a/1"])
    assert len(s3.list_multipart_uploads(Bucket=bucket, UploadIdMarker="ignored without a key")["Uploads"]) == 5
    none = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=0)
    assert "Uploads" not in none and not none["IsTruncated"]
    for key, upload in [*ids.items(), ("d", second)]:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
