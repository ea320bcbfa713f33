"""boto3: buckets and objects, as an IAM user."""

import hashlib
import io
import os

import pytest
from aws import ODD_KEYS, keys_in, refused
from boto3.s3.transfer import TransferConfig

MIB = 1024 * 1024


def md5(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


@pytest.fixture
def s3(user):
    return user.clients.s3


# --- buckets ---------------------------------------------------------------------------------------------------------


def test_a_bucket_is_created_listed_and_deleted(s3, unique):
    name = unique("bucket")
    assert s3.create_bucket(Bucket=name)["Location"] == f"/{name}"
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    s3.delete_bucket(Bucket=name)
    assert name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    with refused("404", 404):
        s3.head_bucket(Bucket=name)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket=name)


def test_a_full_bucket_is_not_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"


def test_a_deleted_bucket_can_be_made_again_and_is_empty(s3, unique):
    name = unique("again")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="old", Body=b"old")
    s3.delete_object(Bucket=name, Key="old")
    s3.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)
    assert keys_in(s3, name) == []
    s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize("name", ["ab", "UPPER-case", "192.168.5.4", "-dash", "xn--bucket", "double..dot", "a" * 64])
def test_bad_bucket_names_are_refused_by_the_server(server, user, name):
    import rawhttp

    signer = rawhttp.Signer(user.access_key, user.secret_key, server.host, server.port)
    answer = signer.call("PUT", f"/{name}")  # boto3 itself refuses some of them
    assert (answer.status, answer.code) == (400, "InvalidBucketName"), answer


# --- objects ---------------------------------------------------------------------------------------------------------


def test_put_then_get_gives_the_same_bytes_and_headers(s3, bucket):
    body = os.urandom(10_000)
    put = s3.put_object(
        Bucket=bucket, Key="dir/key", Body=body, ContentType="text/x-test", CacheControl="max-age=60",
        ContentDisposition='attachment; filename="a b"', ContentLanguage="de", Metadata={"Owner": "me", "n": "a  b"},
    )
    assert put["ETag"] == md5(body)
    got = s3.get_object(Bucket=bucket, Key="dir/key")
    assert got["Body"].read() == body
    assert (got["ETag"], got["ContentLength"], got["ContentType"]) == (md5(body), 10_000, "text/x-test")
    assert got["CacheControl"] == "max-age=60"
    assert got["ContentDisposition"] == 'attachment; filename="a b"'
    assert got["ContentLanguage"] == "de"
    assert got["Metadata"] == {"owner": "me", "n": "a  b"}
    assert got["AcceptRanges"] == "bytes"
    head = s3.head_object(Bucket=bucket, Key="dir/key")
    assert (head["ETag"], head["ContentLength"], head["Metadata"]) == (md5(body), 10_000, got["Metadata"])
    assert head["LastModified"] == got["LastModified"]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, MIB - 1, MIB, MIB + 1, 3 * MIB + 17])
def test_every_size_class_round_trips(s3, bucket, size):
    body = os.urandom(size)
    assert s3.put_object(Bucket=bucket, Key="k", Body=body)["ETag"] == md5(body)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [(item["Key"], item["Size"], item["ETag"]) for item in listed] == [("k", size, md5(body))]


def test_overwriting_replaces_body_and_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=os.urandom(2 * MIB), Metadata={"a": "1"}, ContentType="text/plain")
    s3.put_object(Bucket=bucket, Key="k", Body=b"short")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (b"short", {}, "binary/octet-stream")


def test_a_missing_key_raises_the_sdks_own_class(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey) as error:
        s3.get_object(Bucket=bucket, Key="missing")
    assert error.value.response["Error"]["Key"] == "missing"
    assert error.value.response["Error"]["Message"] == "The specified key does not exist."
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="missing")


def test_a_missing_bucket_raises_the_sdks_own_class(s3, unique):
    name = unique("none")
    for call in (
        lambda: s3.get_object(Bucket=name, Key="k"),
        lambda: s3.put_object(Bucket=name, Key="k", Body=b"v"),
        lambda: s3.list_objects_v2(Bucket=name),
        lambda: s3.delete_object(Bucket=name, Key="k"),
    ):
        with pytest.raises(s3.exceptions.NoSuchBucket) as error:
            call()
        assert error.value.response["Error"]["BucketName"] == name


def test_delete_is_idempotent(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    for _ in range(2):
        assert s3.delete_object(Bucket=bucket, Key="k")["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="k")


def test_delete_objects_removes_a_list(s3, bucket):
    keys = [f"k{number:03}" for number in range(120)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"v")
    result = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": key} for key in [*keys[:100], "never-there", "<&>"]]}
    )
    assert sorted(item["Key"] for item in result["Deleted"]) == sorted([*keys[:100], "never-there", "<&>"])
    assert keys_in(s3, bucket) == keys[100:]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": keys[100]}], "Quiet": True})
    assert "Deleted" not in quiet
    assert keys_in(s3, bucket) == keys[101:]


# --- ranges and conditions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, 3 * MIB])
@pytest.mark.parametrize("wanted", ["0-4", "5-", "-3", "0-0", "100-999999999", "700-800", "-999999999"])
def test_ranged_get(s3, bucket, size, wanted):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    first, last = wanted.split("-")
    if first:
        begin, end = int(first), min(int(last or size - 1), size - 1) + 1
    else:
        begin, end = max(0, size - int(last)), size
    got = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={wanted}")
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == f"bytes {begin}-{end - 1}/{size}"
    assert got["Body"].read() == body[begin:end]
    assert got["ETag"] == md5(body)


def test_ranges_across_every_chunk_boundary(s3, bucket):
    body = os.urandom(4 * MIB + 5)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    for middle in (65_536, MIB, 2 * MIB, 3 * MIB, 4 * MIB):
        for begin, end in ((middle - 3, middle + 3), (middle, middle + 1), (middle - 1, middle)):
            got = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={begin}-{end - 1}")
            assert got["Body"].read() == body[begin:end], (begin, end)


def test_an_unsatisfiable_range_is_refused_and_a_nonsensical_one_ignored(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    with refused("InvalidRange", 416) as error:
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-20")
    assert error[0].response["Error"]["ActualObjectSize"] == "10"
    for ignored in ("bytes=5-2", "lines=0-1", "bytes=0-1,3-4", "bytes=x"):
        got = s3.get_object(Bucket=bucket, Key="k", Range=ignored)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert got["Body"].read() == b"0123456789"


def test_conditional_get(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"v")["ETag"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)["Body"].read() == b"v"
    with refused("PreconditionFailed", 412):
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"0123"')
    with refused("304", 304):
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    with refused("304", 304):
        s3.get_object(Bucket=bucket, Key="k", IfModifiedSince=modified)
    assert s3.get_object(Bucket=bucket, Key="k", IfUnmodifiedSince=modified)["Body"].read() == b"v"


def test_response_headers_can_be_overridden(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"v", ContentType="text/plain")
    got = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/csv",
                        ResponseContentDisposition='attachment; filename="x y.csv"')
    assert (got["ContentType"], got["ContentDisposition"]) == ("text/csv", 'attachment; filename="x y.csv"')


# --- large bodies ----------------------------------------------------------------------------------------------------


def test_eight_mebibytes_in_one_put_and_parallel_ranged_download(s3, bucket):
    body = os.urandom(8 * MIB)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=TransferConfig(multipart_threshold=64 * MIB))
    assert s3.head_object(Bucket=bucket, Key="big")["ETag"] == md5(body)
    got = io.BytesIO()
    s3.download_fileobj(bucket, "big", got, Config=TransferConfig(multipart_threshold=MIB, multipart_chunksize=MIB))
    assert got.getvalue() == body


def test_a_large_object_is_read_in_small_pieces(s3, bucket):
    body = os.urandom(8 * MIB)
    s3.put_object(Bucket=bucket, Key="big", Body=body)
    digest = hashlib.md5()
    for chunk in s3.get_object(Bucket=bucket, Key="big")["Body"].iter_chunks(10_007):
        digest.update(chunk)
    assert digest.digest() == hashlib.md5(body).digest()


def test_a_download_given_up_half_way_leaves_the_server_usable(s3, bucket):
    body = os.urandom(8 * MIB)
    s3.put_object(Bucket=bucket, Key="big", Body=body)
    for _ in range(5):
        stream = s3.get_object(Bucket=bucket, Key="big")["Body"]
        stream.read(1000)
        stream.close()
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == body


def test_multipart_upload_and_download_as_boto3_does_them_by_itself(s3, bucket):
    body = os.urandom(20 * MIB + 1)
    s3.upload_fileobj(io.BytesIO(body), bucket, "parts")
    parts = [body[at:at + 8 * MIB] for at in range(0, len(body), 8 * MIB)]
    etag = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    assert s3.head_object(Bucket=bucket, Key="parts")["ETag"] == f'"{etag}-3"'
    got = io.BytesIO()
    s3.download_fileobj(bucket, "parts", got)
    assert got.getvalue() == body
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


# --- copies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [11, 2 * MIB])
def test_copy_keeps_or_replaces_metadata(s3, bucket, unique, size):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="source", Body=body, Metadata={"a": "1"}, ContentType="text/plain")
    source = {"Bucket": bucket, "Key": "source"}
    assert s3.copy_object(Bucket=bucket, Key="kept", CopySource=source)["CopyObjectResult"]["ETag"] == md5(body)
    s3.copy_object(Bucket=bucket, Key="replaced", CopySource=source, Metadata={"b": "2"}, MetadataDirective="REPLACE")
    kept, replaced = (s3.get_object(Bucket=bucket, Key=key) for key in ("kept", "replaced"))
    assert (kept["Body"].read(), kept["Metadata"], kept["ContentType"]) == (body, {"a": "1"}, "text/plain")
    assert (replaced["Body"].read(), replaced["Metadata"]) == (body, {"b": "2"})
    s3.delete_object(Bucket=bucket, Key="source")
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == body
    s3.delete_object(Bucket=bucket, Key="kept")
    assert s3.get_object(Bucket=bucket, Key="replaced")["Body"].read() == body


def test_copy_between_buckets_and_from_nowhere(s3, bucket, unique):
    other = unique("other")
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=bucket, Key="a b+c/ä", Body=b"v")
    s3.copy_object(Bucket=other, Key="copy", CopySource={"Bucket": bucket, "Key": "a b+c/ä"})
    assert s3.get_object(Bucket=other, Key="copy")["Body"].read() == b"v"
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=other, Key="copy", CopySource={"Bucket": bucket, "Key": "missing"})
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=other, Key="copy", CopySource={"Bucket": other, "Key": "copy"})
    s3.delete_object(Bucket=other, Key="copy")
    s3.delete_bucket(Bucket=other)


# --- listing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(s3, bucket):
    keys = ["a", "a-b", "a/1", "a/2", "a/b/3", "b", "photos/2025/x", "photos/2026/y", "z/é", "z/ü"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return sorted(keys, key=lambda key: key.encode())


def test_listing_is_in_utf8_order(s3, bucket, tree):
    assert keys_in(s3, bucket) == tree
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == tree


def test_listing_with_prefix_and_delimiter(s3, bucket, tree):
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [item["Key"] for item in page["Contents"]] == ["a", "a-b", "b"]
    assert [item["Prefix"] for item in page["CommonPrefixes"]] == ["a/", "photos/", "z/"]
    assert page["KeyCount"] == 6
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="a/")
    assert [item["Key"] for item in page["Contents"]] == ["a/1", "a/2"]
    assert [item["Prefix"] for item in page["CommonPrefixes"]] == ["a/b/"]
    assert s3.list_objects_v2(Bucket=bucket, Prefix="nothing")["KeyCount"] == 0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 11])
@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
def test_pages_of_every_size_add_up(s3, bucket, tree, operation, size):
    for delimiter in ("", "/"):
        keys, prefixes = [], []
        pages = s3.get_paginator(operation).paginate(
            Bucket=bucket, Delimiter=delimiter, PaginationConfig={"PageSize": size}
        )
        for page in pages:
            entries = [item["Key"] for item in page.get("Contents", [])]
            groups = [item["Prefix"] for item in page.get("CommonPrefixes", [])]
            assert len(entries) + len(groups) <= size
            keys, prefixes = keys + entries, prefixes + groups
        assert keys == (["a", "a-b", "b"] if delimiter else tree)
        assert prefixes == (["a/", "photos/", "z/"] if delimiter else [])


def test_start_after(s3, bucket, tree):
    assert keys_in(s3, bucket, StartAfter="b") == tree[tree.index("b") + 1:]


def test_more_than_a_thousand_keys(s3, bucket):
    from concurrent.futures import ThreadPoolExecutor

    keys = [f"{number:05}" for number in range(1050)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b""), keys))
    first = s3.list_objects_v2(Bucket=bucket)
    assert (first["KeyCount"], first["IsTruncated"]) == (1000, True)
    assert keys_in(s3, bucket) == keys


# --- odd keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ODD_KEYS, ids=lambda key: ascii(key)[1:31])
def test_odd_keys_round_trip(s3, bucket, key):
    # boto3's paths keep ".." and "//" for S3, so each of these reaches the server as it is.
    body = key.encode() + b" body"
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(body)
    assert keys_in(s3, bucket) == [key]
    assert keys_in(s3, bucket, Prefix=key) == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body
    result = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert [item["Key"] for item in result["Deleted"]] == [key]
    assert keys_in(s3, bucket) == ["copy"]


def test_odd_keys_side_by_side_are_different_objects(s3, bucket):
    for key in ODD_KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert keys_in(s3, bucket) == sorted(ODD_KEYS, key=lambda key: key.encode())
    for key in ODD_KEYS:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


def test_a_key_of_1025_bytes_is_too_long(s3, bucket):
    with refused("KeyTooLongError", 400) as error:
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")
    assert error[0].response["Error"]["Size"] == "1025"


# --- what is not there yet -------------------------------------------------------------------------------------------


def test_an_operation_that_is_missing_says_so(s3, bucket):
    with refused("NotImplemented", 501):
        s3.get_object_torrent(Bucket=bucket, Key="k")
