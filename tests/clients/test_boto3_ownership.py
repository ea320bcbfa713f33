"""boto3: whose an object is, and what access control lists grant between accounts."""

import pytest
from aws import refused
from principals import allow, bucket_arn, lists, may, objects, reads, refusal, to, unique, writes

GROUPS = "http://acs.amazonaws.com/groups/global/"
ANONYMOUS = "65a011a29cdf8ec533ec3d1ccaae921c"


def set_ownership(account, bucket: str, ownership: str) -> None:
    account.root.s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})


@pytest.fixture
def shared(home, other):
    """Makes a bucket of the home account with these ownership controls, to which the other account may write."""

    def make(ownership: str) -> str:
        bucket = home.bucket("k")
        set_ownership(home, bucket, ownership)
        home.set_policy(bucket, allow(["s3:PutObject", "s3:PutObjectAcl", "s3:GetObject"], objects(bucket),
                                      Principal=to(other.id)))
        return bucket

    return make


def owner(account, bucket: str, key: str) -> str:
    (entry,) = account.root.s3.list_objects_v2(Bucket=bucket, Prefix=key, FetchOwner=True)["Contents"]
    (version,) = account.root.s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    (older,) = account.root.s3.list_objects(Bucket=bucket, Prefix=key)["Contents"]
    assert entry["Owner"] == version["Owner"] == older["Owner"]
    return entry["Owner"]["ID"]


def grants(answer: dict) -> set:
    return {(entry["Grantee"].get("ID") or entry["Grantee"]["URI"], entry["Permission"]) for entry in answer["Grants"]}


# --- Ownership --------------------------------------------------------------------------------------------------------

def test_the_writer_owns_its_object_and_the_bucket_owner_may_not_even_read_it(home, other, shared):
    bucket = shared("ObjectWriter")
    assert writes(other.root, bucket, "theirs")
    assert owner(home, bucket, "theirs") == other.canonical_id
    assert reads(other.root, bucket, "theirs")
    assert not reads(home.root, bucket, "theirs")
    assert not reads(home.user(allow("s3:*")), bucket, "theirs")
    assert not may(home.root.s3.get_object_acl, Bucket=bucket, Key="theirs")
    answer = other.root.s3.get_object_acl(Bucket=bucket, Key="theirs")
    assert answer["Owner"]["ID"] == other.canonical_id
    assert grants(answer) == {(other.canonical_id, "FULL_CONTROL")}
    home.root.s3.delete_object(Bucket=bucket, Key="theirs")


def test_an_owner_in_anothers_bucket_needs_only_its_own_policies_unless_the_bucket_denies(home, other, shared):
    bucket = shared("ObjectWriter")
    assert writes(other.root, bucket, "theirs")
    home.root.s3.delete_bucket_policy(Bucket=bucket)
    assert reads(other.user(allow("s3:GetObject")), bucket, "theirs")
    assert not reads(other.user(), bucket, "theirs")
    assert not reads(other.root, bucket, "k"), "the bucket owner's object"
    home.set_policy(bucket, {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": objects(bucket)})
    assert not reads(other.root, bucket, "theirs")


def test_a_bucket_policy_grants_nothing_on_anothers_object(home, other, strict, shared):
    bucket = shared("ObjectWriter")
    assert writes(other.root, bucket, "theirs")
    third = strict.account()
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(third.id)))
    assert reads(third.root, bucket, "k")
    assert not reads(third.root, bucket, "theirs")


@pytest.mark.parametrize("ownership", ["ObjectWriter", "BucketOwnerPreferred"])
def test_canned_acls_for_the_bucket_owner(home, other, shared, ownership):
    bucket = shared(ownership)
    assert writes(other.root, bucket, "read", ACL="bucket-owner-read")
    assert grants(other.root.s3.get_object_acl(Bucket=bucket, Key="read")) == {
        (other.canonical_id, "FULL_CONTROL"), (home.canonical_id, "READ")}
    assert reads(home.root, bucket, "read")
    assert not may(home.root.s3.get_object_acl, Bucket=bucket, Key="read")
    assert writes(other.root, bucket, "all", ACL="bucket-owner-full-control")
    assert reads(home.root, bucket, "all")
    answer = home.root.s3.get_object_acl(Bucket=bucket, Key="all")
    if ownership == "ObjectWriter":
        assert owner(home, bucket, "all") == other.canonical_id
        assert grants(answer) == {(other.canonical_id, "FULL_CONTROL"), (home.canonical_id, "FULL_CONTROL")}
    else:
        assert owner(home, bucket, "all") == home.canonical_id, "preferred: it is handed over"
        assert grants(answer) == {(home.canonical_id, "FULL_CONTROL")}
    assert owner(home, bucket, "read") == other.canonical_id


def test_copies_and_multipart_uploads_belong_to_whoever_makes_them(home, other, shared):
    bucket = shared("ObjectWriter")
    other.root.s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    upload = other.root.s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    (listed,) = home.root.s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert listed["Owner"]["ID"] == other.canonical_id
    part = other.root.s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"v")
    other.root.s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    for key in ("copy", "parts"):
        assert owner(home, bucket, key) == other.canonical_id
        assert not reads(home.root, bucket, key)


def test_without_acls_everything_is_the_bucket_owners(home, other, shared):
    bucket = shared("BucketOwnerEnforced")
    assert writes(other.root, bucket, "theirs")
    assert owner(home, bucket, "theirs") == home.canonical_id
    assert reads(home.root, bucket, "theirs")
    assert writes(other.root, bucket, "theirs", ACL="bucket-owner-full-control")
    for acl in ("public-read", "public-read-write", "authenticated-read"):
        with refused("AccessControlListNotSupported", 400):
            other.root.s3.put_object(Bucket=bucket, Key="theirs", ACL=acl)
    with refused("AccessControlListNotSupported", 400):
        other.root.s3.put_object(Bucket=bucket, Key="theirs", GrantFullControl=f'id="{other.canonical_id}"')
    with refused("AccessControlListNotSupported", 400) as error:
        home.root.s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")
    assert error[0].response["Error"]["Message"] == "The bucket does not allow ACLs"
    with refused("AccessControlListNotSupported", 400):
        home.root.s3.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")


def test_switching_acls_off_hands_objects_over_and_switching_them_on_gives_them_back(home, other, shared):
    bucket = shared("ObjectWriter")
    assert writes(other.root, bucket, "theirs", ACL="bucket-owner-read")
    set_ownership(home, bucket, "BucketOwnerEnforced")
    assert owner(home, bucket, "theirs") == home.canonical_id
    assert reads(home.root, bucket, "theirs")
    assert grants(home.root.s3.get_object_acl(Bucket=bucket, Key="theirs")) == {(home.canonical_id, "FULL_CONTROL")}
    set_ownership(home, bucket, "ObjectWriter")
    assert owner(home, bucket, "theirs") == other.canonical_id
    assert grants(other.root.s3.get_object_acl(Bucket=bucket, Key="theirs")) == {
        (other.canonical_id, "FULL_CONTROL"), (home.canonical_id, "READ")}


def test_anonymous_uploads_belong_to_nobody(home):
    bucket = home.bucket()
    set_ownership(home, bucket, "ObjectWriter")
    home.open(bucket)
    home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal="*"))
    home.root.clients.unsigned().put_object(Bucket=bucket, Key="drop", Body=b"v")
    assert owner(home, bucket, "drop") == ANONYMOUS
    assert not reads(home.root, bucket, "drop")
    home.root.s3.delete_object(Bucket=bucket, Key="drop")


# --- Lists between accounts -------------------------------------------------------------------------------------------

def test_a_list_may_name_another_account_whose_policies_must_confirm(home, other):
    bucket = home.bucket("k", "private")
    set_ownership(home, bucket, "ObjectWriter")
    home.root.s3.put_object_acl(Bucket=bucket, Key="k", GrantRead=f'id="{other.canonical_id}"')
    assert reads(other.root, bucket)
    assert reads(other.user(allow("s3:GetObject")), bucket)
    assert not reads(other.user(), bucket)
    assert not reads(other.root, bucket, "private")
    assert not may(other.root.s3.get_object_acl, Bucket=bucket, Key="k"), "READ is not READ_ACP"
    home.root.s3.put_bucket_acl(Bucket=bucket, GrantRead=f'id="{other.canonical_id}"')
    assert lists(other.root, bucket)
    assert not may(other.root.s3.get_bucket_acl, Bucket=bucket)
    home.root.s3.put_bucket_acl(Bucket=bucket, GrantReadACP=f'id="{other.canonical_id}"')
    assert may(other.root.s3.get_bucket_acl, Bucket=bucket)
    assert not lists(other.root, bucket)


def test_write_is_for_new_objects_and_for_ones_own(home, other, strict):
    bucket = home.bucket("k")
    set_ownership(home, bucket, "ObjectWriter")
    home.root.s3.put_bucket_acl(Bucket=bucket, GrantWrite=f'id="{other.canonical_id}"')
    assert writes(other.root, bucket, "theirs") and writes(other.root, bucket, "theirs")
    assert reads(other.root, bucket, "theirs")
    assert not writes(other.root, bucket, "k"), "the bucket owner's object is not overwritten"
    assert not may(other.root.s3.delete_object, Bucket=bucket, Key="k")
    answer = other.root.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}, {"Key": "theirs"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["theirs"]
    assert [entry["Code"] for entry in answer["Errors"]] == ["AccessDenied"]
    assert not lists(other.root, bucket), "nor is it READ"
    assert not writes(strict.account().root, bucket, "third")
    mine = home.root.s3.create_multipart_upload(Bucket=bucket, Key="u")["UploadId"]
    theirs = other.root.s3.create_multipart_upload(Bucket=bucket, Key="u")["UploadId"]
    assert not may(other.root.s3.abort_multipart_upload, Bucket=bucket, Key="u", UploadId=mine)
    assert may(other.root.s3.abort_multipart_upload, Bucket=bucket, Key="u", UploadId=theirs)


def test_full_control_of_an_object_is_every_permission_on_it(home, other):
    bucket = home.bucket("k")
    set_ownership(home, bucket, "ObjectWriter")
    home.root.s3.put_object_acl(Bucket=bucket, Key="k", GrantFullControl=f'id="{other.canonical_id}"')
    assert reads(other.root, bucket)
    acl = other.root.s3.get_object_acl(Bucket=bucket, Key="k")
    other.root.s3.put_object_acl(Bucket=bucket, Key="k",
                                 AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})
    assert not writes(other.root, bucket), "an object's list says nothing of replacing it"


def test_groups_and_the_public_access_block(home, other):
    bucket = home.bucket("k")
    set_ownership(home, bucket, "BucketOwnerPreferred")
    message = refusal(home.root.s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read")
    assert message.endswith("because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")
    assert not writes(home.root, bucket, "n", ACL="public-read")
    home.open(bucket)
    everybody = home.root.clients.unsigned()
    home.root.s3.put_object_acl(Bucket=bucket, Key="k", ACL="authenticated-read")
    assert reads(other.user(), bucket) is False, "an account's users need its leave"
    assert reads(other.root, bucket)
    assert not may(everybody.get_object, Bucket=bucket, Key="k")
    home.root.s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")
    assert may(everybody.get_object, Bucket=bucket, Key="k")
    home.root.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert not may(everybody.get_object, Bucket=bucket, Key="k")
    assert reads(home.root, bucket)


# --- New buckets ------------------------------------------------------------------------------------------------------

def test_a_new_bucket_takes_no_public_list(home):
    create = home.root.s3.create_bucket
    with refused("InvalidBucketAclWithObjectOwnership", 400) as error:
        create(Bucket=unique("bucket"), ACL="public-read")
    assert error[0].response["Error"]["Message"] == (
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
    with refused("InvalidBucketAclWithBlockPublicAccessError", 400) as error:
        create(Bucket=unique("bucket"), ACL="public-read", ObjectOwnership="ObjectWriter")
    assert error[0].response["Error"]["Message"] == "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
    create(Bucket=unique("bucket"), ACL="private")
    name = unique("bucket")
    create(Bucket=name, ACL="log-delivery-write", ObjectOwnership="BucketOwnerPreferred")
    assert (GROUPS.replace("global/", "s3/LogDelivery"), "WRITE") in grants(home.root.s3.get_bucket_acl(Bucket=name))
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        set_ownership(home, name, "BucketOwnerEnforced")


def test_deleted_ownership_controls_mean_that_writers_own(home, other):
    bucket = home.bucket()
    home.root.s3.delete_bucket_ownership_controls(Bucket=bucket)
    with refused("OwnershipControlsNotFoundError", 404):
        home.root.s3.get_bucket_ownership_controls(Bucket=bucket)
    home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal=to(other.id)),
                    allow("s3:ListBucket", bucket_arn(bucket), Principal=to(other.id)))
    assert writes(other.root, bucket, "theirs")
    assert owner(home, bucket, "theirs") == other.canonical_id
