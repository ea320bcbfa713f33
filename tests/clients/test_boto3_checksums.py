"""The checksums of S3 that SDKs do not compute by themselves: MD5, SHA-512 and the xxHash family."""

import base64
import hashlib

import pytest
import rawhttp
import requests
from aws import refused

# xxHash's own values for "abc", big-endian; the others are computed.
ABC = {
    "MD5": base64.b64encode(hashlib.md5(b"abc").digest()).decode(),
    "SHA512": base64.b64encode(hashlib.sha512(b"abc").digest()).decode(),
    "XXHASH64": base64.b64encode(bytes.fromhex("44bc2cf5ad770999")).decode(),
    "XXHASH3": base64.b64encode(bytes.fromhex("78af5f94892f3950")).decode(),
    "XXHASH128": base64.b64encode(bytes.fromhex("06b05ab6733a618578af5f94892f3950")).decode(),
}
NEW = sorted(ABC)


@pytest.mark.parametrize("name", NEW)
def test_a_given_checksum_is_verified_kept_and_shown(root, bucket, name):
    s3, member = root.s3, f"Checksum{name}"
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"abc", **{member: ABC[name]})
    assert (put[member], put["ChecksumType"]) == (ABC[name], "FULL_OBJECT")
    for read in (s3.get_object, s3.head_object):
        shown = read(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
        assert (shown[member], shown["ChecksumType"]) == (ABC[name], "FULL_OBJECT")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum"])
    assert attributes["Checksum"][member] == ABC[name]
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["ChecksumAlgorithm"] == [name]


@pytest.mark.parametrize("name", NEW)
def test_a_wrong_or_malformed_checksum_stores_nothing(root, bucket, name):
    s3, member = root.s3, f"Checksum{name}"
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"abd", **{member: ABC[name]})
    with refused("InvalidRequest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"abc", **{member: "YWJj"})
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("name", NEW)
def test_a_copy_may_ask_for_another_algorithm(root, bucket, name):
    root.s3.put_object(Bucket=bucket, Key="from", Body=b"abc")
    copy = root.s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/from", ChecksumAlgorithm=name)
    assert copy["CopyObjectResult"][f"Checksum{name}"] == ABC[name]
    assert root.s3.head_object(Bucket=bucket, Key="to", ChecksumMode="ENABLED")[f"Checksum{name}"] == ABC[name]


@pytest.mark.parametrize("name", NEW)
def test_parts_have_them_and_the_object_a_checksum_of_checksums(root, bucket, name):
    s3, member = root.s3, f"Checksum{name}"
    created = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=name)
    assert (created["ChecksumAlgorithm"], created["ChecksumType"]) == (name, "COMPOSITE")
    upload = {"Bucket": bucket, "Key": "k", "UploadId": created["UploadId"]}
    part = s3.upload_part(**upload, PartNumber=1, Body=b"abc", **{member: ABC[name]})
    assert part[member] == ABC[name]
    assert s3.list_parts(**upload)["Parts"][0][member] == ABC[name]
    with refused("InvalidRequest", 400):
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    named = {"PartNumber": 1, "ETag": part["ETag"], member: ABC[name]}
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [named]})
    assert done["ChecksumType"] == "COMPOSITE" and done[member].endswith("-1")
    if name in ("MD5", "SHA512"):
        whole = hashlib.new(name.lower(), base64.b64decode(ABC[name])).digest()
        assert done[member] == base64.b64encode(whole).decode() + "-1"
    assert s3.get_object(Bucket=bucket, Key="k", PartNumber=1, ChecksumMode="ENABLED")[member] == done[member]
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts"])
    assert attributes["ObjectParts"]["Parts"][0][member] == ABC[name]


@pytest.mark.parametrize("name", NEW)
def test_only_the_crcs_can_cover_all_parts_at_once(root, bucket, name):
    with refused("InvalidRequest", 400) as caught:
        root.s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=name, ChecksumType="FULL_OBJECT")
    assert caught[0].response["Error"]["Message"] == ("The FULL_OBJECT checksum type cannot be used with the "
                                                      f"{name.lower()} checksum algorithm.")


def test_an_sdk_that_computes_sha512_is_understood(root, bucket):
    put = root.s3.put_object(Bucket=bucket, Key="k", Body=b"abc", ChecksumAlgorithm="SHA512")
    assert put["ChecksumSHA512"] == ABC["SHA512"]
    assert root.s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"abc"


@pytest.mark.parametrize("name", NEW)
def test_a_trailer_brings_them_too(server, bucket, name):
    signer = rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port)
    trailer = f"x-amz-checksum-{name.lower()}"
    body = b"3\r\nabc\r\n0\r\n" + f"{trailer}:{ABC[name]}\r\n\r\n".encode()
    headers = {"x-amz-trailer": trailer, "x-amz-decoded-content-length": "3", "Content-Encoding": "aws-chunked"}
    options = {"payload_hash": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    answer = signer.call("PUT", f"/{bucket}/k", body, headers, **options)
    assert answer.status == 200, answer.body
    assert answer.headers[trailer] == ABC[name]
    wrong = body.replace(b"\r\nabc\r\n", b"\r\nabd\r\n")
    assert signer.call("PUT", f"/{bucket}/k", wrong, headers, **options).status == 400


@pytest.mark.parametrize("name", NEW)
def test_a_form_brings_one_in_a_field(root, bucket, name):
    field = f"x-amz-checksum-{name.lower()}"
    form = root.s3.generate_presigned_post(bucket, "k", Fields={field: ABC[name]}, Conditions=[{field: ABC[name]}])
    wrong = requests.post(form["url"], data=form["fields"], files={"file": b"abd"}, timeout=30)
    assert (wrong.status_code, "BadDigest" in wrong.text) == (400, True), wrong.text
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"abc"}, timeout=30)
    assert (answer.status_code, answer.headers[field]) == (204, ABC[name])
    assert root.s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[f"Checksum{name}"] == ABC[name]
