"""boto3: what managed policies are used for: as permissions, and as boundaries."""

import json

import pytest
from aws import message, refused

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


@pytest.fixture
def policies(iam, unique, request):
    """One policy attached to a user, one that bounds it, one that nobody uses."""
    user = unique("user")
    iam.create_user(UserName=user)
    made = {}
    for use in ("permissions", "boundary", "none"):
        made[use] = iam.create_policy(PolicyName=unique(use), PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user, PolicyArn=made["permissions"])
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=made["boundary"])
    yield user, made
    iam.detach_user_policy(UserName=user, PolicyArn=made["permissions"])
    iam.delete_user(UserName=user)
    for arn in made.values():
        iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize(
    ("filters", "listed"),
    [
        ({}, {"permissions", "boundary", "none"}),
        ({"OnlyAttached": True}, {"permissions"}),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, {"permissions"}),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, {"boundary"}),
    ],
)
def test_policies_are_listed_by_use(iam, policies, filters, listed):
    _, made = policies
    arns = {policy["Arn"] for policy in iam.list_policies(Scope="Local", MaxItems=1000, **filters)["Policies"]}
    assert {use for use, arn in made.items() if arn in arns} == listed


@pytest.mark.parametrize(
    ("use", "filters", "found"),
    [
        ("permissions", {}, True),
        ("boundary", {}, True),
        ("permissions", {"PolicyUsageFilter": "PermissionsPolicy"}, True),
        ("permissions", {"PolicyUsageFilter": "PermissionsBoundary"}, False),
        ("boundary", {"PolicyUsageFilter": "PermissionsPolicy"}, False),
        ("boundary", {"PolicyUsageFilter": "PermissionsBoundary"}, True),
        ("boundary", {"EntityFilter": "Role"}, False),
    ],
)
def test_entities_are_listed_by_how_they_use_a_policy(iam, policies, use, filters, found):
    user, made = policies
    answer = iam.list_entities_for_policy(PolicyArn=made[use], **filters)
    assert [entity["UserName"] for entity in answer["PolicyUsers"]] == ([user] if found else [])
    assert answer["PolicyGroups"] == answer["PolicyRoles"] == [] and answer["IsTruncated"] is False


def test_only_services_attach_the_policies_of_their_roles(iam, policies):
    user, _ = policies
    arn = "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy"
    assert iam.get_policy(PolicyArn=arn)["Policy"]["IsAttachable"]
    with refused("PolicyNotAttachable", 400) as error:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    assert message(error)


def test_a_boundary_that_does_not_exist_is_called_a_scope(iam, unique):
    """The sentence of `rosa create operator-roles --permissions-boundary` and of CloudFormation."""
    user, arn = unique("user"), f"arn:aws:iam::123456789012:policy/{unique('none')}"
    for call in (lambda: iam.create_user(UserName=user, PermissionsBoundary=arn),
                 lambda: iam.create_role(RoleName=user, PermissionsBoundary=arn, AssumeRolePolicyDocument=TRUST)):
        with refused("NoSuchEntity", 404) as error:
            call()
        assert message(error) == f"Scope ARN: {arn} does not exist or is not attachable."
    iam.create_user(UserName=user)
    with refused("NoSuchEntity", 404) as error:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    assert message(error) == f"Policy {arn} does not exist or is not attachable."
    iam.delete_user(UserName=user)
