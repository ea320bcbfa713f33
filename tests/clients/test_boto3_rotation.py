"""boto3: users, access keys, and the rotation that Keymill exists for."""

import base64
import datetime
import re

import pytest
from aws import Clients, refused

KEY_ID = re.compile(r"AKIA[A-Z2-7]{16}")
SECRET = re.compile(r"[A-Za-z0-9/+]{40}")


def works(clients, bucket: str, key: str = "probe") -> None:
    """The pair is accepted by all three services."""
    clients.s3.put_object(Bucket=bucket, Key=key, Body=b"probe")
    assert clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"probe"
    assert clients.sts.get_caller_identity()["Arn"]
    assert clients.iam.get_user()["User"]["Arn"]


def is_refused(clients, bucket: str) -> None:
    """The pair is refused by all three services with the codes that SDKs act on."""
    access_key = clients.s3._request_signer._credentials.access_key
    for call in (
        lambda: clients.s3.get_object(Bucket=bucket, Key="probe"),
        lambda: clients.s3.put_object(Bucket=bucket, Key="probe", Body=b"refused"),
        lambda: clients.s3.delete_object(Bucket=bucket, Key="probe"),
        lambda: clients.s3.list_objects_v2(Bucket=bucket),
        lambda: clients.s3.list_buckets(),
    ):
        with refused("InvalidAccessKeyId", 403) as error:
            call()
        details = error[0].response["Error"]
        assert details["AWSAccessKeyId"] == access_key
        assert details["Message"] == "The AWS Access Key Id you provided does not exist in our records."
    with refused("403", 403):  # HEAD has no body to carry a code
        clients.s3.head_bucket(Bucket=bucket)
    for call in (clients.iam.get_user, clients.iam.list_access_keys, clients.sts.get_caller_identity):
        with refused("InvalidClientTokenId", 403) as error:
            call()
        assert error[0].response["Error"]["Message"] == "The security token included in the request is invalid."


# --- the rotation ----------------------------------------------------------------------------------------------------


def test_a_user_rotates_its_own_key(root, user, bucket):
    old = user.clients
    works(old, bucket)
    old.s3.put_object(Bucket=bucket, Key="written-by-old", Body=b"old")

    pair = old.iam.create_access_key()["AccessKey"]
    assert pair["UserName"] == user.name and pair["Status"] == "Active"
    new = user.with_key(pair).clients
    works(old, bucket)
    works(new, bucket)

    with refused("LimitExceeded", 409) as error:
        new.iam.create_access_key()
    assert isinstance(error[0], new.iam.exceptions.LimitExceededException)
    assert error[0].response["Error"]["Message"] == "Cannot exceed quota for AccessKeysPerUser: 2"

    new.iam.update_access_key(AccessKeyId=user.access_key, Status="Inactive")
    is_refused(old, bucket)
    works(new, bucket)
    assert new.s3.get_object(Bucket=bucket, Key="written-by-old")["Body"].read() == b"old"

    with refused("LimitExceeded", 409):  # an Inactive key counts
        new.iam.create_access_key()

    new.iam.update_access_key(AccessKeyId=user.access_key, Status="Active")
    works(old, bucket)
    old.iam.update_access_key(AccessKeyId=user.access_key, Status="Inactive")  # a key can retire itself
    is_refused(old, bucket)

    new.iam.delete_access_key(AccessKeyId=user.access_key)
    is_refused(old, bucket)
    works(new, bucket)
    listed = new.iam.list_access_keys()["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"], key["UserName"]) for key in listed] == [
        (pair["AccessKeyId"], "Active", user.name)
    ]
    assert "SecretAccessKey" not in listed[0]
    with refused("NoSuchEntity", 404) as error:
        new.iam.delete_access_key(AccessKeyId=user.access_key)
    assert isinstance(error[0], new.iam.exceptions.NoSuchEntityException)
    with refused("NoSuchEntity", 404):
        new.iam.update_access_key(AccessKeyId=user.access_key, Status="Active")

    third = new.iam.create_access_key()["AccessKey"]
    works(user.with_key(third).clients, bucket)


def test_root_rotates_for_a_user_on_connections_that_stay_open(root, user, bucket):
    """Keep-alive must not keep an identity alive: the same client object, hence connection, is used throughout."""
    client = user.clients
    for _ in range(5):
        works(client, bucket)
        root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
        is_refused(client, bucket)
        root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Active")
    works(client, bucket)


def test_ten_rotations_leave_exactly_one_working_key(root, user, bucket):
    current, retired = user, []
    for _ in range(10):
        following = current.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"])
        works(following.clients, bucket)
        root.iam.delete_access_key(UserName=user.name, AccessKeyId=current.access_key)
        retired.append(current)
        current = following
    works(current.clients, bucket)
    for pair in retired:
        with refused("InvalidAccessKeyId", 403):
            pair.clients.s3.list_buckets()
        with refused("InvalidClientTokenId", 403):
            pair.clients.sts.get_caller_identity()


def test_a_download_that_began_before_the_key_was_retired_ends_well(root, user, bucket):
    import os

    body = os.urandom(8 * 1024 * 1024)
    root.s3.put_object(Bucket=bucket, Key="big", Body=body)
    stream = user.clients.s3.get_object(Bucket=bucket, Key="big")["Body"]
    begun = stream.read(10)
    root.iam.delete_access_key(UserName=user.name, AccessKeyId=user.access_key)
    assert begun + stream.read() == body
    is_refused(user.clients, bucket)


# --- secrets and ids -------------------------------------------------------------------------------------------------


def test_ids_and_secrets_look_like_awss(root, server, user):
    assert KEY_ID.fullmatch(user.access_key)
    assert SECRET.fullmatch(user.secret_key)
    assert KEY_ID.fullmatch(server.access_key)
    account = root.sts.get_caller_identity()["Account"]
    # The account is in the id: 40 bits from the second one on, as public decoders read it.
    number = int.from_bytes(base64.b32decode(user.access_key[4:])[:6], "big")
    assert f"{(number & 0x7FFFFFFFFF80) >> 7:012}" == account == "123456789012"
    assert root.sts.get_access_key_info(AccessKeyId=user.access_key)["Account"] == account


def test_the_wrong_secret_is_a_signature_error_in_every_service(server, user, bucket):
    forged = Clients(server.endpoint, user.access_key, "x" * 40)
    with refused("SignatureDoesNotMatch", 403) as error:
        forged.s3.list_objects_v2(Bucket=bucket)
    details = error[0].response["Error"]
    assert details["AWSAccessKeyId"] == user.access_key
    assert details["StringToSign"].startswith("AWS4-HMAC-SHA256\n")
    assert details["CanonicalRequest"].startswith(f"GET\n/{bucket}\n")
    assert bytes.fromhex(details["StringToSignBytes"]).decode() == details["StringToSign"]
    assert bytes.fromhex(details["CanonicalRequestBytes"]).decode() == details["CanonicalRequest"]
    assert re.fullmatch("[0-9a-f]{64}", details["SignatureProvided"])
    for call in (forged.iam.get_user, forged.sts.get_caller_identity):
        with refused("SignatureDoesNotMatch", 403) as error:
            call()
        assert error[0].response["Error"]["Message"].startswith("The request signature we calculated does not match")


def test_a_key_that_never_existed_is_refused(server, bucket):
    is_refused(Clients(server.endpoint, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), bucket)


def test_the_secret_of_another_key_is_refused(server, root, user, bucket):
    second = root.iam.create_access_key(UserName=user.name)["AccessKey"]
    mixed = Clients(server.endpoint, user.access_key, second["SecretAccessKey"])
    with refused("SignatureDoesNotMatch", 403):
        mixed.s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
def test_a_foreign_region_in_the_scope_is_named(server, user, bucket, region):
    elsewhere = Clients(server.endpoint, user.access_key, user.secret_key, region=region)
    with refused("AuthorizationHeaderMalformed", 400) as error:
        elsewhere.s3.list_buckets()
    assert error[0].response["Error"]["Region"] == "us-east-1"
    assert "expecting 'us-east-1'" in error[0].response["Error"]["Message"]


# --- users and keys --------------------------------------------------------------------------------------------------


def test_who_am_i(server, root, user):
    me = user.clients.sts.get_caller_identity()
    assert me["Arn"] == f"arn:aws:iam::123456789012:user/{user.name}"
    assert me["UserId"].startswith("AIDA") and me["Account"] == "123456789012"
    assert user.clients.iam.get_user()["User"]["UserId"] == me["UserId"]
    assert root.sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
    assert root.sts.get_caller_identity()["UserId"] == "123456789012"


def test_last_use_is_recorded(root, user, bucket):
    fresh = root.iam.create_access_key(UserName=user.name)["AccessKey"]
    unused = root.iam.get_access_key_last_used(AccessKeyId=fresh["AccessKeyId"])
    assert unused["UserName"] == user.name
    assert unused["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    user.with_key(fresh).clients.s3.list_objects_v2(Bucket=bucket)
    used = root.iam.get_access_key_last_used(AccessKeyId=fresh["AccessKeyId"])["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", "us-east-1")
    assert before <= used["LastUsedDate"] <= datetime.datetime.now(datetime.timezone.utc)


def test_a_refused_request_is_not_a_use(server, root, user):
    forged = Clients(server.endpoint, user.access_key, "x" * 40)
    with refused("SignatureDoesNotMatch"):
        forged.s3.list_buckets()
    used = root.iam.get_access_key_last_used(AccessKeyId=user.access_key)["AccessKeyLastUsed"]
    assert used == {"ServiceName": "N/A", "Region": "N/A"}


def test_users_are_created_listed_renamed_and_deleted(root, unique):
    iam, name = root.iam, unique("Synergist")
    made = iam.create_user(UserName=name, Path="/fleet/a/")["User"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:user/fleet/a/{name}"
    assert made["UserId"].startswith("AIDA") and len(made["UserId"]) == 21
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=name.upper())
    assert name in [user["UserName"] for user in iam.list_users(PathPrefix="/fleet/")["Users"]]
    assert name not in [user["UserName"] for user in iam.list_users(PathPrefix="/other/")["Users"]]
    pair = iam.create_access_key(UserName=name)["AccessKey"]
    iam.update_user(UserName=name, NewUserName=f"{name}-2", NewPath="/fleet/b/")
    renamed = iam.get_user(UserName=f"{name}-2")["User"]
    assert (renamed["UserId"], renamed["Path"]) == (made["UserId"], "/fleet/b/")
    listed = iam.list_access_keys(UserName=f"{name}-2")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [pair["AccessKeyId"]]
    with pytest.raises(iam.exceptions.NoSuchEntityException) as error:
        iam.get_user(UserName=name)
    assert error.value.response["Error"]["Message"] == f"The user with name {name} cannot be found."
    with pytest.raises(iam.exceptions.DeleteConflictException) as error:
        iam.delete_user(UserName=f"{name}-2")
    assert error.value.response["Error"]["Message"] == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(UserName=f"{name}-2", AccessKeyId=pair["AccessKeyId"])
    iam.delete_user(UserName=f"{name}-2")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_user(UserName=f"{name}-2")


def test_users_are_listed_in_pages(root, unique):
    iam, prefix = root.iam, f"/{unique('pages')}/"
    names = [f"{prefix.strip('/')}-{number:02}" for number in range(7)]
    for name in names:
        iam.create_user(UserName=name, Path=prefix)
    for size in (1, 3, 7, 100):
        pages = iam.get_paginator("list_users").paginate(PathPrefix=prefix, PaginationConfig={"PageSize": size})
        assert [user["UserName"] for page in pages for user in page["Users"]] == names
    for name in names:
        iam.delete_user(UserName=name)


def test_missing_users_and_keys(root, user, unique):
    nobody = unique("nobody")
    for call in (
        lambda: root.iam.create_access_key(UserName=nobody),
        lambda: root.iam.list_access_keys(UserName=nobody),
        lambda: root.iam.delete_access_key(UserName=nobody, AccessKeyId=user.access_key),
        lambda: root.iam.update_access_key(UserName=nobody, AccessKeyId=user.access_key, Status="Inactive"),
    ):
        with pytest.raises(root.iam.exceptions.NoSuchEntityException):
            call()
    other = unique("other")
    root.iam.create_user(UserName=other)
    with pytest.raises(root.iam.exceptions.NoSuchEntityException):  # another user's key is not there
        root.iam.delete_access_key(UserName=other, AccessKeyId=user.access_key)
    root.iam.delete_user(UserName=other)
    assert user.clients.iam.list_access_keys()["AccessKeyMetadata"]


def test_a_user_has_no_say_over_others(root, user, unique):
    other = unique("other")
    root.iam.create_user(UserName=other)
    for call in (
        lambda: user.clients.iam.create_access_key(UserName=other),
        lambda: user.clients.iam.list_access_keys(UserName=other),
        lambda: user.clients.iam.create_user(UserName=unique("new")),
        lambda: user.clients.iam.delete_user(UserName=other),
        lambda: user.clients.iam.list_users(),
        lambda: user.clients.iam.get_user(UserName="does-not-exist-either"),
    ):
        with refused("AccessDenied", 403) as error:
            call()
        assert f":user/{user.name} is not authorized to perform: iam:" in error[0].response["Error"]["Message"]
    root.iam.delete_user(UserName=other)


def test_a_user_made_again_does_not_get_the_old_keys_back(root, unique, server, bucket):
    name = unique("phoenix")
    root.iam.create_user(UserName=name)
    pair = root.iam.create_access_key(UserName=name)["AccessKey"]
    root.iam.delete_access_key(UserName=name, AccessKeyId=pair["AccessKeyId"])
    root.iam.delete_user(UserName=name)
    root.iam.create_user(UserName=name)
    assert root.iam.list_access_keys(UserName=name)["AccessKeyMetadata"] == []
    is_refused(Clients(server.endpoint, pair["AccessKeyId"], pair["SecretAccessKey"]), bucket)
    root.iam.delete_user(UserName=name)


def test_root_has_keys_of_its_own(server, root, bucket):
    listed = [key["AccessKeyId"] for key in root.iam.list_access_keys()["AccessKeyMetadata"]]
    assert server.access_key in listed
    pair = root.iam.create_access_key()["AccessKey"]
    assert pair["AccessKeyId"] not in listed
    second = Clients(server.endpoint, pair["AccessKeyId"], pair["SecretAccessKey"])
    works(second, bucket)
    with refused("LimitExceeded", 409):
        root.iam.create_access_key()
    root.iam.delete_access_key(AccessKeyId=pair["AccessKeyId"])
    is_refused(second, bucket)


def test_nobody_gets_in_unsigned(server, bucket):
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    anonymous = boto3.session.Session(region_name="us-east-1").client(
        "s3", endpoint_url=server.endpoint, config=Config(signature_version=UNSIGNED)
    )
    for call in (
        lambda: anonymous.list_objects_v2(Bucket=bucket),
        lambda: anonymous.get_object(Bucket=bucket, Key="k"),
        lambda: anonymous.put_object(Bucket=bucket, Key="k", Body=b"v"),
        lambda: anonymous.list_buckets(),
    ):
        with refused("AccessDenied", 403):
            call()


def test_names_are_checked_by_the_server(root, user):
    import botocore.config

    lax = botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1})
    import boto3

    credentials = root.iam._request_signer._credentials
    iam = boto3.session.Session(credentials.access_key, credentials.secret_key, region_name="us-east-1").client(
        "iam", endpoint_url=root.iam.meta.endpoint_url, config=lax
    )
    for name in ("a b", "a/b", "ä", "x" * 65):
        with refused("ValidationError", 400):
            iam.create_user(UserName=name)
    with refused("ValidationError", 400):
        iam.create_user(UserName="fine", Path="no-slashes")
    with refused("ValidationError", 400):
        iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Sleeping")


