"""Small print of single objects: conditions, ranges, metadata, and whose bucket it is expected to be."""

import pytest
import rawhttp
from aws import refused

MINE, OTHER = "123456789012", "210987654321"


@pytest.fixture
def signer(server):
    return rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port)


@pytest.fixture
def etag(root, bucket):
    """Of the object `k`."""
    return root.s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")["ETag"]


def test_the_first_condition_that_fails_is_the_answer(root, bucket, etag):
    get, other = root.s3.get_object, '"other"'
    modified = root.s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    with refused("PreconditionFailed", 412) as error:
        get(Bucket=bucket, Key="k", IfMatch=other, IfNoneMatch=etag)
    assert error[0].response["Error"]["Condition"] == "If-Match"
    with refused("304", 304):
        get(Bucket=bucket, Key="k", IfMatch=etag, IfNoneMatch=etag)
    with refused("304", 304):
        get(Bucket=bucket, Key="k", IfNoneMatch=etag, IfModifiedSince="2000-01-01")
    with refused("PreconditionFailed", 412) as error:
        get(Bucket=bucket, Key="k", IfUnmodifiedSince="2000-01-01", IfNoneMatch=etag)
    assert error[0].response["Error"]["Condition"] == "If-Unmodified-Since"
    assert get(Bucket=bucket, Key="k", IfMatch=etag, IfUnmodifiedSince="2000-01-01")["ETag"] == etag
    assert get(Bucket=bucket, Key="k", IfNoneMatch=other, IfModifiedSince=modified)["ETag"] == etag


def test_a_deletion_may_depend_on_the_etag(root, bucket, etag):
    delete = root.s3.delete_object
    with refused("PreconditionFailed", 412) as error:
        delete(Bucket=bucket, Key="k", IfMatch='"other"')
    assert error[0].response["Error"]["Condition"] == "If-Match"
    with refused("PreconditionFailed", 412):
        delete(Bucket=bucket, Key="missing", IfMatch=etag)
    with refused("NotImplemented", 501):
        delete(Bucket=bucket, Key="k", IfMatchSize=10)
    delete(Bucket=bucket, Key="k", IfMatch=etag)
    with refused("404", 404):
        root.s3.head_object(Bucket=bucket, Key="k")


def test_a_put_takes_one_condition_of_two_kinds(root, bucket, etag):
    put = root.s3.put_object
    with refused("PreconditionFailed", 412):
        put(Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        put(Bucket=bucket, Key="k", Body=b"", IfMatch='"other"')
    with refused("NoSuchKey", 404):
        put(Bucket=bucket, Key="missing", Body=b"", IfMatch=etag)
    for conditions in ({"IfNoneMatch": etag}, {"IfMatch": "*"}, {"IfMatch": etag, "IfNoneMatch": "*"}):
        with refused("NotImplemented", 501):
            put(Bucket=bucket, Key="k", Body=b"", **conditions)
    put(Bucket=bucket, Key="k", Body=b"new", IfMatch=etag)


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "bytes=5-2", "lines=1-2", "bytes=a-b", "0-1"])
def test_ranges_that_mean_nothing_to_s3_are_ignored(root, bucket, etag, wanted):
    answer = root.s3.get_object(Bucket=bucket, Key="k", Range=wanted)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()) == (200, b"0123456789")


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"])
def test_ranges_beyond_the_end_are_refused(root, bucket, etag, wanted):
    with refused("InvalidRange", 416) as error:
        root.s3.get_object(Bucket=bucket, Key="k", Range=wanted)
    assert error[0].response["Error"]["RangeRequested"] == wanted
    assert error[0].response["Error"]["ActualObjectSize"] == "10"


def test_an_owner_other_than_expected_is_refused(root, bucket, etag):
    s3 = root.s3
    for call in (lambda owner: s3.get_object(Bucket=bucket, Key="k", ExpectedBucketOwner=owner),
                 lambda owner: s3.put_object(Bucket=bucket, Key="n", Body=b"", ExpectedBucketOwner=owner),
                 lambda owner: s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner=owner),
                 lambda owner: s3.get_bucket_versioning(Bucket=bucket, ExpectedBucketOwner=owner),
                 lambda owner: s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k",
                                              ExpectedSourceBucketOwner=owner)):
        call(MINE)
        with refused("AccessDenied", 403):
            call(OTHER)
        with refused("InvalidBucketOwnerAWSAccountID", 400):
            call("nobody")


def test_user_metadata_has_two_kibibytes(root, bucket):
    put = root.s3.put_object
    put(Bucket=bucket, Key="m", Metadata={"a": "x" * 2047})
    with refused("MetadataTooLarge", 400) as error:
        put(Bucket=bucket, Key="m", Metadata={"ab": "x" * 2047})
    assert error[0].response["Error"]["Size"] == "2049"
    assert error[0].response["Error"]["MaxSizeAllowed"] == "2048"


def test_metadata_beyond_ascii_is_read_as_latin_1_or_rfc_2047_and_shown_as_rfc_2047(root, bucket, signer):
    def stored(value: str) -> str:
        """What HEAD shows of a value that was sent in UTF-8."""
        headers = signer.headers("PUT", f"/{bucket}/m", extra={"x-amz-meta-nonascii": value})
        headers.update({"x-amz-meta-nonascii": value.encode().decode("latin-1"), "Content-Length": "0"})
        connection = rawhttp.Connection(signer.host, signer.port)
        connection.send(rawhttp.head("PUT", f"/{bucket}/m", headers))
        answer = connection.read("PUT")
        connection.close()
        assert answer.status == 200, answer
        return root.s3.head_object(Bucket=bucket, Key="m")["Metadata"]["nonascii"]

    assert stored("=?UTF-8?B?w7xiZXI=?=") == "=?UTF-8?Q?=C3=BCber?="
    assert stored("=?ISO-8859-1?Q?=FCber?=") == "=?UTF-8?Q?=C3=BCber?="
    assert stored("plain =?nothing?=") == "plain =?nothing?="
    # The example of "Working with object metadata": S3 takes each octet of UTF-8 for a character of ISO-8859-1.
    assert stored("ÄMÄZÕÑ S3") == "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?="


def test_keys_end_at_1024_bytes_of_utf_8(root, bucket):
    root.s3.put_object(Bucket=bucket, Key="é" * 512, Body=b"")
    for call in (root.s3.put_object, root.s3.get_object, root.s3.delete_object, root.s3.create_multipart_upload):
        with refused("KeyTooLongError", 400) as error:
            call(Bucket=bucket, Key="é" * 512 + "x")
        assert (error[0].response["Error"]["Size"], error[0].response["Error"]["MaxSizeAllowed"]) == ("1025", "1024")


def test_select_and_torrents_are_not_there(root, bucket, etag):
    with refused("NotImplemented", 501):
        root.s3.select_object_content(Bucket=bucket, Key="k", Expression="SELECT * FROM S3Object",
                                      ExpressionType="SQL", InputSerialization={"CSV": {}},
                                      OutputSerialization={"CSV": {}})
    with refused("NotImplemented", 501):
        root.s3.get_object_torrent(Bucket=bucket, Key="k")
