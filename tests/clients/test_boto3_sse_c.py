"""SSE-C: objects encrypted with keys that the client sends along."""

import hashlib
import os

import pytest
from botocore.exceptions import ClientError

KEY, OTHER = b"0123456789abcdef0123456789abcdef", os.urandom(32)
MIB = 1 << 20
MARKER = b"the plain text must not reach the disk; "


def with_key(key=KEY, prefix=""):
    return {f"{prefix}SSECustomerAlgorithm": "AES256", f"{prefix}SSECustomerKey": key}  # boto3 adds the MD5


def refused(status, code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code), answer
    return answer["Error"]["Message"]


@pytest.mark.parametrize("size", [0, 5, 2000, 30_000, 300_000, 3 * MIB + 7])
def test_bodies_of_every_placement_come_back_whole_and_by_range(root, bucket, size):
    s3, body = root.s3, os.urandom(size)
    put = s3.put_object(Bucket=bucket, Key="k", Body=body, ChecksumAlgorithm="SHA256", **with_key())
    assert put["SSECustomerAlgorithm"] == "AES256" and put["SSECustomerKeyMD5"]
    assert "ServerSideEncryption" not in put
    assert put["ETag"].strip('"') != hashlib.md5(body).hexdigest()
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED", **with_key())
    assert got["Body"].read() == body  # boto3 checks SHA-256 here: of the plain bytes
    assert (got["ETag"], got["ChecksumSHA256"]) == (put["ETag"], put["ChecksumSHA256"])
    head = s3.head_object(Bucket=bucket, Key="k", **with_key())
    assert (head["ContentLength"], head["SSECustomerKeyMD5"]) == (size, put["SSECustomerKeyMD5"])
    for first, last in [(0, 0), (3, 3), (17, 1999), (size // 2 + 1, size - 2), (MIB - 3, MIB + 30)]:
        if first <= last < size:
            part = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={first}-{last}", **with_key())
            assert part["Body"].read() == body[first:last + 1], (first, last)


def test_only_its_key_opens_an_object(root, bucket):
    s3, name = root.s3, {"Bucket": bucket, "Key": "k"}
    s3.put_object(**name, Body=b"secret", **with_key())
    assert refused(400, "InvalidRequest", s3.get_object, **name) == (
        "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to "
        "retrieve the object.")
    refused(403, "AccessDenied", s3.get_object, **name, **with_key(OTHER))
    refused(400, "400", s3.head_object, **name)
    refused(403, "403", s3.head_object, **name, **with_key(OTHER))
    refused(400, "InvalidRequest", s3.get_object_attributes, **name, ObjectAttributes=["ETag"])
    s3.put_object(**name, Body=b"plain")
    refused(400, "InvalidRequest", s3.get_object, **name, **with_key())


def test_the_three_headers_belong_together(root, bucket):
    s3, name = root.s3, {"Bucket": bucket, "Key": "k"}
    assert "valid encryption algorithm" in refused(400, "InvalidArgument", s3.put_object, **name, SSECustomerKey=KEY)
    assert "appropriate secret key" in refused(400, "InvalidArgument", s3.put_object, **name,
                                               SSECustomerAlgorithm="AES256")
    assert "invalid for the specified algorithm" in refused(400, "InvalidArgument", s3.put_object, **name,
                                                            **with_key(b"short"))
    refused(400, "InvalidArgument", s3.put_object, **name, ServerSideEncryption="AES256", **with_key())
    refused(400, "InvalidEncryptionAlgorithmError", s3.put_object, **name, SSECustomerKey=KEY,
            SSECustomerAlgorithm="AES128")
    handler = lambda params, **_: params["headers"].update(  # noqa: E731
        {"x-amz-server-side-encryption-customer-key-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
    s3.meta.events.register("before-call.s3.PutObject", handler)
    try:
        assert "did not match" in refused(400, "InvalidArgument", s3.put_object, **name, **with_key())
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", handler)


def test_parts_have_the_key_of_their_upload(root, bucket):
    s3, name = root.s3, {"Bucket": bucket, "Key": "k"}
    bodies = [os.urandom(5 * MIB + 11), os.urandom(5 * MIB), b"the end"]
    s3.put_object(Bucket=bucket, Key="source", Body=bodies[1], **with_key(OTHER))
    created = s3.create_multipart_upload(**name, **with_key())
    assert created["SSECustomerAlgorithm"] == "AES256"
    upload = {**name, "UploadId": created["UploadId"]}
    refused(400, "InvalidRequest", s3.upload_part, **upload, PartNumber=1, Body=b"x")
    refused(400, "InvalidRequest", s3.upload_part, **upload, PartNumber=1, Body=b"x", **with_key(OTHER))
    first = s3.upload_part(**upload, PartNumber=1, Body=bodies[0], **with_key())
    refused(400, "InvalidRequest", s3.upload_part_copy, **upload, PartNumber=2, CopySource=f"{bucket}/source",
            **with_key())
    second = s3.upload_part_copy(**upload, PartNumber=2, CopySource=f"{bucket}/source", **with_key(),
                                 **with_key(OTHER, "CopySource"))["CopyPartResult"]
    third = s3.upload_part(**upload, PartNumber=3, Body=bodies[2], **with_key())
    parts = [{"PartNumber": n, "ETag": part["ETag"]} for n, part in enumerate([first, second, third], 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    whole = b"".join(bodies)
    assert s3.get_object(**name, **with_key())["Body"].read() == whole
    for begin in (5 * MIB, 10 * MIB - 5):  # over the seams
        got = s3.get_object(**name, Range=f"bytes={begin}-{begin + 99}", **with_key())["Body"].read()
        assert got == whole[begin:begin + 100]
    assert s3.get_object(**name, PartNumber=3, **with_key())["Body"].read() == bodies[2]
    refused(403, "AccessDenied", s3.get_object, **name, **with_key(OTHER))


@pytest.mark.parametrize("size", [0, 100, 2 * MIB])
def test_copies_change_keys_and_shed_them(root, bucket, size):
    s3, body, source = root.s3, os.urandom(size), f"{bucket}/a"
    s3.put_object(Bucket=bucket, Key="a", Body=body, **with_key())
    refused(400, "InvalidRequest", s3.copy_object, Bucket=bucket, Key="b", CopySource=source)
    refused(403, "AccessDenied", s3.copy_object, Bucket=bucket, Key="b", CopySource=source,
            **with_key(OTHER, "CopySource"))
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource=source, **with_key(prefix="CopySource"),
                            **with_key(OTHER))
    assert copied["SSECustomerAlgorithm"] == "AES256"
    assert s3.get_object(Bucket=bucket, Key="b", **with_key(OTHER))["Body"].read() == body
    plain = s3.copy_object(Bucket=bucket, Key="c", CopySource=source, **with_key(prefix="CopySource"))
    assert plain["CopyObjectResult"]["ETag"].strip('"') == hashlib.md5(body).hexdigest()
    assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == body
    s3.copy_object(Bucket=bucket, Key="d", CopySource=f"{bucket}/c", **with_key())
    assert s3.get_object(Bucket=bucket, Key="d", **with_key())["Body"].read() == body
    s3.copy_object(Bucket=bucket, Key="a", CopySource=source, **with_key(prefix="CopySource"), **with_key(OTHER))
    assert s3.get_object(Bucket=bucket, Key="a", **with_key(OTHER))["Body"].read() == body


def test_neither_text_nor_key_lies_in_the_data_directory(root, server, bucket):
    s3, key = root.s3, os.urandom(32)
    bodies = {"inline": MARKER, "row": MARKER * 1000, "file": MARKER * 100_000}
    for name, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=name, Body=body, **with_key(key))
    witness = os.urandom(8).hex().encode()
    s3.put_object(Bucket=bucket, Key="witness", Body=witness)
    kept = [path.read_bytes() for path in server.data.rglob("*") if path.is_file()]
    assert any(witness in content for content in kept), "the search does not see what is stored plainly"
    assert not any(MARKER in content or key in content for content in kept)
    for name, body in bodies.items():
        assert s3.get_object(Bucket=bucket, Key=name, **with_key(key))["Body"].read() == body
