"""Listings from the outside: markers, delimiters, limits of nothing, and keys that XML cannot carry."""

import urllib.parse

import pytest
from aws import refused


@pytest.fixture
def tree(root, bucket):
    for key in ("a", "b/1", "b/2", "c/1", "d"):
        root.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    return bucket


def test_version_1_names_its_next_marker_only_with_a_delimiter(root, tree):
    plain = root.s3.list_objects(Bucket=tree, MaxKeys=2)
    assert plain["IsTruncated"] and "NextMarker" not in plain
    grouped = root.s3.list_objects(Bucket=tree, MaxKeys=2, Delimiter="/")
    assert grouped["NextMarker"] == "b/"
    rest = root.s3.list_objects(Bucket=tree, Delimiter="/", Marker=grouped["NextMarker"])
    assert [each["Prefix"] for each in rest["CommonPrefixes"]] == ["c/"]
    assert [each["Key"] for each in rest["Contents"]] == ["d"]
    assert not rest["IsTruncated"] and "NextMarker" not in rest


def test_no_keys_asked_for_are_none_given_and_nothing_more_promised(root, tree):
    for operation in (root.s3.list_objects, root.s3.list_objects_v2, root.s3.list_object_versions):
        page = operation(Bucket=tree, MaxKeys=0)
        assert (page["IsTruncated"], page["MaxKeys"]) == (False, 0)
        assert not page.get("Contents") and not page.get("Versions")
    with refused("InvalidArgument", 400):
        root.s3.list_objects_v2(Bucket=tree, MaxKeys=-1)
    assert root.s3.list_objects_v2(Bucket=tree, MaxKeys=5000)["MaxKeys"] == 1000


def test_a_page_of_exactly_all_keys_is_the_last(root, tree):
    assert not root.s3.list_objects_v2(Bucket=tree, MaxKeys=5)["IsTruncated"]
    assert root.s3.list_objects_v2(Bucket=tree, MaxKeys=4)["IsTruncated"]
    grouped = root.s3.list_objects_v2(Bucket=tree, MaxKeys=4, Delimiter="/")
    assert (grouped["KeyCount"], grouped["IsTruncated"]) == (4, False)


def test_versions_go_on_after_a_common_prefix_or_within_a_key(root, tree):
    root.s3.put_bucket_versioning(Bucket=tree, VersioningConfiguration={"Status": "Enabled"})
    newer = root.s3.put_object(Bucket=tree, Key="a", Body=b"newer")["VersionId"]
    page = root.s3.list_object_versions(Bucket=tree, MaxKeys=1)
    assert [(each["Key"], each["VersionId"]) for each in page["Versions"]] == [("a", newer)]
    assert (page["NextKeyMarker"], page["NextVersionIdMarker"]) == ("a", newer)
    page = root.s3.list_object_versions(Bucket=tree, KeyMarker="a", VersionIdMarker=newer, MaxKeys=1)
    assert [(each["Key"], each["VersionId"]) for each in page["Versions"]] == [("a", "null")]
    page = root.s3.list_object_versions(Bucket=tree, KeyMarker="a", Delimiter="/", MaxKeys=1)
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["b/"]
    assert (page["IsTruncated"], page["NextKeyMarker"]) == (True, "b/")
    assert "NextVersionIdMarker" not in page
    page = root.s3.list_object_versions(Bucket=tree, KeyMarker="b/", Delimiter="/")
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["c/"]
    assert [each["Key"] for each in page["Versions"]] == ["d"]
    with refused("InvalidArgument", 400):
        root.s3.list_object_versions(Bucket=tree, VersionIdMarker=newer)
    root.s3.delete_object(Bucket=tree, Key="a", VersionId=newer)
    for key in ("a", "b/1", "b/2", "c/1", "d"):
        root.s3.delete_object(Bucket=tree, Key=key, VersionId="null")


CONTROL = "".join(chr(octet) for octet in range(1, 32)) + "\x7f￾￿"


def test_keys_that_xml_cannot_carry_come_back_url_encoded(root, bucket):
    key = f"odd{CONTROL}/key"
    root.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    # boto3 asks for encoding-type=url by itself and decodes what it gets.
    assert [each["Key"] for each in root.s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [each["Key"] for each in root.s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    assert [each["Key"] for each in root.s3.list_object_versions(Bucket=bucket)["Versions"]] == [key]
    page = root.s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="odd\x01")
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == [f"odd{CONTROL}/"]
    assert page["Prefix"] == "odd\x01"
    upload = root.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    listed = root.s3.list_multipart_uploads(Bucket=bucket, EncodingType="url")["Uploads"]
    assert [urllib.parse.unquote_plus(each["Key"]) for each in listed] == [key]
    root.s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    with refused("InvalidArgument", 400):
        root.s3.list_objects_v2(Bucket=bucket, EncodingType="base64")
    root.s3.delete_object(Bucket=bucket, Key=key)
