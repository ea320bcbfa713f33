"""boto3: temporary credentials, from the role to the bucket."""

import datetime
import json

import pytest
from aws import REGION, Clients, refused
from boto3.session import Session
from botocore.config import Config

ACCOUNT = "123456789012"


def policy(*actions: str, resource: str = "*", effect: str = "Allow", **more) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: str, **condition) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class SessionClients:
    """S3, IAM and STS for the credentials that an operation of STS answered."""

    def __init__(self, endpoint: str, answer: dict):
        given = answer["Credentials"]
        session = Session(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=REGION
        )
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, signature_version="v4")
        self.iam, self.sts = (session.client(name, endpoint_url=endpoint, config=config) for name in ("iam", "sts"))
        self.s3 = session.client(
            "s3", endpoint_url=endpoint, config=config.merge(Config(signature_version="s3v4"))
        )


@pytest.fixture
def as_session(server):
    return lambda answer: SessionClients(server.endpoint, answer)


@pytest.fixture
def caller(root, user):
    """A user who may do all of STS and S3."""
    root.iam.put_user_policy(UserName=user.name, PolicyName="caller", PolicyDocument=policy("sts:*", "s3:*"))
    yield user
    root.iam.delete_user_policy(UserName=user.name, PolicyName="caller")


@pytest.fixture
def make_role(root, unique):
    made = []

    def make(trusted: str, *actions: str, **settings) -> str:
        name = unique("role")
        made.append(name)
        arn = root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **settings)["Role"]["Arn"]
        root.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*actions))
        return arn

    yield make
    for name in made:
        root.iam.delete_role_policy(RoleName=name, PolicyName="p")
        root.iam.delete_role(RoleName=name)


def test_a_role_reads_and_writes(caller, make_role, as_session, bucket):
    arn = make_role(trust(ACCOUNT), "s3:*")
    answer = caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work")
    name = arn.rpartition("/")[2]
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/work"
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 3500 < left.total_seconds() <= 3600
    clients = as_session(answer)
    clients.s3.put_object(Bucket=bucket, Key="k", Body=b"v" * 100_000)
    assert clients.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v" * 100_000
    assert clients.sts.get_caller_identity()["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    with refused("AccessDenied", 403):
        clients.iam.list_users()


def test_a_presigned_url_of_a_session_works(caller, make_role, as_session, bucket, root):
    import requests

    root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    arn = make_role(trust(ACCOUNT), "s3:GetObject")
    clients = as_session(caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work"))
    url = clients.s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert "X-Amz-Security-Token=" in url
    assert requests.get(url, timeout=10).content == b"v"


def test_a_session_policy_narrows(caller, make_role, as_session, bucket, root):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    arn = make_role(trust(ACCOUNT), "s3:*")
    answer = caller.clients.sts.assume_role(
        RoleArn=arn, RoleSessionName="work", Policy=policy("s3:GetObject", "iam:*")
    )
    assert 0 < answer["PackedPolicySize"] < 100
    clients = as_session(answer)
    assert clients.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
    with refused("AccessDenied", 403) as error:
        clients.s3.put_object(Bucket=bucket, Key="k", Body=b"w")
    assert error[0].response["Error"]["Message"].endswith(
        "because no session policy allows the s3:PutObject action"
    )
    with refused("AccessDenied", 403):  # the session policy grants nothing that the role has not
        clients.iam.list_users()
    managed = caller.clients.sts.assume_role(
        RoleArn=arn, RoleSessionName="work", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    )
    assert as_session(managed).s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
    with refused("AccessDenied", 403):
        as_session(managed).s3.put_object(Bucket=bucket, Key="k", Body=b"w")


def test_roles_chain_with_their_tags_and_source_identity(caller, make_role, as_session):
    first = make_role(trust(ACCOUNT), "sts:*")
    second = make_role(
        trust(ACCOUNT, StringEquals={"aws:PrincipalTag/Team": "blue", "aws:SourceIdentity": "ann"}),
        "s3:*",
        MaxSessionDuration=7200,
    )
    one = as_session(
        caller.clients.sts.assume_role(
            RoleArn=first,
            RoleSessionName="one",
            Tags=[{"Key": "Team", "Value": "blue"}],
            TransitiveTagKeys=["Team"],
            SourceIdentity="ann",
        )
    )
    answer = one.sts.assume_role(RoleArn=second, RoleSessionName="two")
    assert answer["SourceIdentity"] == "ann"
    with refused("ValidationError", 400) as error:
        one.sts.assume_role(RoleArn=second, RoleSessionName="two", DurationSeconds=3601)
    assert "1 hour session limit for roles assumed by role chaining" in str(error[0])
    with refused("InvalidParameterValue", 400):
        one.sts.assume_role(RoleArn=second, RoleSessionName="two", Tags=[{"Key": "team", "Value": "red"}])
    with refused("AccessDenied", 403) as error:
        caller.clients.sts.assume_role(RoleArn=second, RoleSessionName="two")
    assert "is not authorized to perform: sts:AssumeRole on resource: " + second in str(error[0])


def test_an_external_id_must_match(caller, make_role):
    arn = make_role(trust(ACCOUNT, StringEquals={"sts:ExternalId": "agreed"}), "s3:*")
    caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work", ExternalId="agreed")
    for wrong in ({}, {"ExternalId": "guessed"}):
        with refused("AccessDenied", 403):
            caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work", **wrong)


def test_an_unknown_role_looks_like_a_forbidden_one(caller):
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody-made-this"
    with refused("AccessDenied", 403) as error:
        caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work")
    assert str(error[0]).endswith(f"user/{caller.name} is not authorized to perform: sts:AssumeRole on resource: {arn}")


def test_root_assumes_no_role(root, make_role):
    with refused("AccessDenied", 403) as error:
        root.sts.assume_role(RoleArn=make_role(trust(ACCOUNT), "s3:*"), RoleSessionName="work")
    assert "Roles may not be assumed by root accounts." in str(error[0])


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (43201, "Member must have value less than or equal to 43200"),
        (3601, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
    ],
)
def test_sessions_last_as_long_as_allowed(caller, make_role, seconds, message):
    arn = make_role(trust(ACCOUNT), "s3:*")
    with refused("ValidationError", 400) as error:
        caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work", DurationSeconds=seconds)
    assert message in str(error[0])


def test_revoking_older_sessions_by_their_issue_time(caller, make_role, as_session, root):
    arn = make_role(trust(ACCOUNT), "s3:*")
    clients = as_session(caller.clients.sts.assume_role(RoleArn=arn, RoleSessionName="work"))
    clients.s3.list_buckets()
    name = arn.rpartition("/")[2]
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    root.iam.put_role_policy(
        RoleName=name,
        PolicyName="revoke",
        PolicyDocument=policy("*", effect="Deny", Condition={"DateLessThan": {"aws:TokenIssueTime": later}}),
    )
    with refused("AccessDenied", 403) as error:
        clients.s3.list_buckets()
    assert "with an explicit deny in an identity-based policy" in str(error[0])
    root.iam.delete_role_policy(RoleName=name, PolicyName="revoke")
    clients.s3.list_buckets()


def test_a_session_token_is_the_user_without_iam(caller, as_session):
    clients = as_session(caller.clients.sts.get_session_token(DurationSeconds=900))
    assert clients.sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{caller.name}"
    clients.s3.list_buckets()
    with refused("InvalidClientTokenId", 403):
        clients.iam.get_user()
    with refused("AccessDenied", 403):
        clients.sts.get_session_token()
    with refused("AccessDenied", 403):
        clients.sts.get_federation_token(Name="somebody")


def test_a_federated_user_has_what_both_policies_allow(caller, as_session, bucket, root):
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    answer = caller.clients.sts.get_federation_token(Name="guest", Policy=policy("s3:GetObject", "iam:*"))
    assert answer["FederatedUser"] == {
        "FederatedUserId": f"{ACCOUNT}:guest",
        "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
    }
    clients = as_session(answer)
    assert clients.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
    with refused("AccessDenied", 403):
        clients.s3.put_object(Bucket=bucket, Key="k", Body=b"w")
    with refused("InvalidClientTokenId", 403):
        clients.iam.list_users()
    nothing = as_session(caller.clients.sts.get_federation_token(Name="guest"))
    with refused("AccessDenied", 403):
        nothing.s3.get_object(Bucket=bucket, Key="k")


def test_sessions_end_with_their_user(root, unique, server, as_session):
    name = unique("user")
    root.iam.create_user(UserName=name)
    key = root.iam.create_access_key(UserName=name)["AccessKey"]
    session = as_session(
        Clients(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"]).sts.get_session_token()
    )
    session.s3.list_buckets()
    root.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    root.iam.delete_user(UserName=name)
    with refused("InvalidAccessKeyId", 403):
        session.s3.list_buckets()


def test_the_key_of_a_session_tells_its_account(caller):
    key = caller.clients.sts.get_session_token()["Credentials"]["AccessKeyId"]
    assert caller.clients.sts.get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT


def test_a_role_does_not_trust_who_gets_the_name_of_a_deleted_user(root, make_role, unique):
    """A trust policy keeps the unique id of whom it named, and shows it once that user is gone (AWS's page on the
    Principal element)."""
    name = unique("trusted")

    def join() -> tuple[dict, Clients]:
        made = root.iam.create_user(UserName=name)["User"]
        root.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy("sts:*"))
        key = root.iam.create_access_key(UserName=name)["AccessKey"]
        return made, root.with_key(key["AccessKeyId"], key["SecretAccessKey"])

    def leave(clients: Clients) -> None:
        for key in root.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            root.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        root.iam.delete_user_policy(UserName=name, PolicyName="p")
        root.iam.delete_user(UserName=name)

    def trusted(role_arn: str) -> str:
        role = root.iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        return role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]

    first, clients = join()
    arn = make_role(trust(first["Arn"]), "s3:*")
    clients.sts.assume_role(RoleArn=arn, RoleSessionName="work")
    assert trusted(arn) == first["Arn"]
    leave(clients)
    assert trusted(arn) == first["UserId"]
    second, clients = join()
    assert second["Arn"] == first["Arn"]
    assert trusted(arn) == first["UserId"]
    with refused("AccessDenied"):
        clients.sts.assume_role(RoleArn=arn, RoleSessionName="work")
    root.iam.update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=trust(second["Arn"]))
    clients.sts.assume_role(RoleArn=arn, RoleSessionName="work")
    leave(clients)
