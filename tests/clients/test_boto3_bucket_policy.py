"""boto3: which bucket policies S3 takes, and whom a stored one means."""

import json

import pytest
from aws import refused
from principals import allow, bucket_arn, deny, objects, policy, reads, to, unique, writes


@pytest.fixture
def bucket(home):
    return home.bucket("k")


@pytest.fixture
def complaint(home, bucket):
    """The message of the MalformedPolicy that the text must end in."""

    def put(text: str) -> str:
        with refused("MalformedPolicy", 400) as caught:
            home.root.s3.put_bucket_policy(Bucket=bucket, Policy=text)
        return caught[0].response["Error"]["Message"]

    return put


def test_resources_are_those_of_the_bucket(home, bucket, complaint):
    user = to(home.user().arn)
    for resource in ("*", "arn:aws:s3:::other", objects(bucket + "x"), "arn:aws:sqs:::q", bucket):
        assert complaint(policy(allow("s3:*", resource, Principal=user))) == "Policy has invalid resource", resource
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket[:-1] + "?"), Principal=user))


def test_actions_exist_and_are_about_the_resources(home, bucket, complaint):
    user = to(home.user().arn)
    for action in ("s3:Fly", "iam:GetUser", "GetObject"):
        assert complaint(policy(allow(action, objects(bucket), Principal=user))) == "Policy has invalid action", action
    for action, resource in (("s3:GetObject", bucket_arn(bucket)), ("s3:ListBucket", objects(bucket)),
                             (["s3:GetObject", "s3:ListBucket"], objects(bucket))):
        message = complaint(policy(allow(action, resource, Principal=user)))
        assert message == "Action does not apply to any resource(s) in statement"


def test_principals_exist(home, other, bucket, complaint):
    for name in (home.user().arn + "x", f"arn:aws:iam::{home.id}:role/nobody", f"arn:aws:iam::{other.id}:user/nobody",
                 "AIDAAAAAAAAAAAAAAAAAA", "somebody", f"arn:aws:iam::{home.id}:user/*"):
        assert complaint(policy(allow("s3:GetObject", objects(bucket), Principal=to(name)))) == (
            "Invalid principal in policy"), name
    somewhere_else = "arn:aws:iam::127311923021:root"  # an account that is not here is not looked into
    home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal=to(somewhere_else)))


def test_condition_keys_exist_and_go_with_the_actions(home, bucket, complaint):
    def conditional(action, key):
        resource = bucket_arn(bucket) if "List" in action else objects(bucket)
        return policy(allow(action, resource, Principal=to(home.id), Condition={"StringEquals": {key: "x"}}))

    assert complaint(conditional("s3:GetObject", "s3:colour")) == "Policy has an invalid condition key"
    not_together = "Conditions do not apply to combination of actions and resources in statement"
    for action, key in (("s3:GetObject", "s3:prefix"), ("s3:ListBucket", "s3:x-amz-acl"),
                        ("s3:DeleteObject", "s3:ExistingObjectTag/a"), ("s3:DeleteObject*", "s3:ExistingObjectTag/a")):
        assert complaint(conditional(action, key)) == not_together, (action, key)


@pytest.mark.parametrize("text, message", [
    ("", None),
    ("nonsense", "Policies must be valid JSON and the first byte must be '{'"),
    ('{"Version": "2012-10-17"}', "Missing required field Statement"),
    ('{"Statement": []}', "Missing required field Statement"),
    ('{"Version": "2020-01-01", "Statement": []}', "The policy must contain a valid version string"),
])
def test_the_form_of_a_policy(home, bucket, complaint, text, message):
    if message:
        assert complaint(text) == message
    else:
        with refused("MissingRequestBodyError", 400):
            home.root.s3.put_bucket_policy(Bucket=bucket, Policy=text)


@pytest.mark.parametrize("missing, message", [
    ("Principal", "Missing required field Principal"), ("Effect", "Missing required field Effect"),
    ("Action", "Missing required field Action"), ("Resource", "Missing required field Resource")])
def test_a_statements_elements(home, bucket, complaint, missing, message):
    statement = allow("s3:GetObject", objects(bucket), Principal=to(home.id))
    del statement[missing]
    assert complaint(policy(statement)) == message


def test_a_refused_policy_leaves_the_former_one(home, bucket, complaint):
    user = home.user()
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(user.arn)))
    before = home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    complaint(policy(deny("s3:*", "*", Principal="*")))
    assert home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"] == before
    assert reads(user, bucket)


def test_a_policy_comes_back_byte_for_byte(home, bucket):
    text = json.dumps({"Statement": [allow("s3:GetObject", objects(bucket), Principal=to(home.user().arn))]}, indent=3)
    home.root.s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"] == text


# --- Whom a stored policy means ---------------------------------------------------------------------------------------

def principals(home, bucket: str):
    (statement,) = json.loads(home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    return statement["Principal"]["AWS"]


def remove(home, user) -> None:
    iam = home.root.iam
    for key in iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=user.name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=user.name)


def test_a_deleted_user_becomes_its_id_and_nobody_inherits_its_rights(home, bucket):
    user, kept = home.user(), home.user()
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(user.arn, kept.arn),
                                  Condition={"StringNotEquals": {"aws:PrincipalArn": user.arn + "x"}}))
    assert reads(user, bucket)
    remove(home, user)
    again = home.user(name=user.name)
    assert again.arn == user.arn
    assert not reads(again, bucket)
    assert reads(kept, bucket)
    assert principals(home, bucket) == [user.id, kept.arn]
    assert user.arn + "x" in home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"], "conditions stay"
    with refused("MalformedPolicy", 400):  # as on AWS, what comes back cannot be put again
        home.root.s3.put_bucket_policy(Bucket=bucket, Policy=home.root.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(again.arn)))
    assert reads(again, bucket)


def test_a_denied_user_that_is_deleted_is_not_denied_when_it_comes_back(home, bucket):
    user = home.user(allow("s3:*"))
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal=to(user.arn)))
    assert not reads(user, bucket)
    remove_policy = home.root.iam.delete_user_policy
    remove_policy(UserName=user.name, PolicyName="p")
    remove(home, user)
    assert reads(home.user(allow("s3:*"), name=user.name), bucket)


def test_a_renamed_user_is_still_meant(home, bucket):
    user = home.user()
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(user.arn)))
    name = unique("renamed")
    home.root.iam.update_user(UserName=user.name, NewUserName=name)
    assert reads(user, bucket)
    assert principals(home, bucket) in (f"arn:aws:iam::{home.id}:user/{name}", [f"arn:aws:iam::{home.id}:user/{name}"])


def test_a_deleted_role_becomes_its_id(home, bucket):
    opener, role = home.user(allow("sts:AssumeRole")), home.role()
    name = role.rsplit("/", 1)[1]
    role_id = home.root.iam.get_role(RoleName=name)["Role"]["RoleId"]
    home.set_policy(bucket, allow("s3:*", objects(bucket), Principal=to(role)))
    session = opener.assume(role)
    assert reads(session, bucket) and writes(session, bucket)
    home.root.iam.delete_role(RoleName=name)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(home.id)}
    home.root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
    assert not reads(opener.assume(role), bucket)
    assert principals(home, bucket) == [role_id]


# --- What counts as public --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("condition, public", [
    (None, True),
    ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, False),
    ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
    ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/r"}}, False),
    ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}, True),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ({"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}}, False),
    ({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
    ({"Bool": {"aws:SecureTransport": "true"}}, True),
])
def test_policy_status(home, bucket, condition, public):
    home.open(bucket)
    more = {"Condition": condition} if condition else {}
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal="*", **more),
                    deny("s3:DeleteObject", objects(bucket), Principal="*"))
    status = home.root.s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]
    assert status["IsPublic"] is public


def test_not_principal_with_allow_is_public(home, bucket):
    home.open(bucket)
    statement = allow("s3:GetObject", objects(bucket))
    statement["NotPrincipal"] = to(home.id)
    home.set_policy(bucket, statement)
    assert home.root.s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
